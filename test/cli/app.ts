import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../cli/run';

const lib = join(__dirname, '../../lib');

/** An operator's app with two clouds: one of one region, one of two, the latter with secrets. */
const stacks = `
import { type CloudSpec, DnsRecords, Secret } from ${JSON.stringify(lib)};

const region = { publicNetwork: 'public', upstreamRanges: ['149.165.152.0/22'], image: 'debian-13', flavor: 'm1.small' };
const acme = { email: 'ops@cloud.org' };

export const clouds: readonly CloudSpec[] = [
  {
    name: 'small',
    openstack: null,
    acme,
    dns: DnsRecords.designate({ zone: 'cloud.org' }),
    regions: [{ ...region, region: null, hostname: 'proxy.cloud.org' }],
  },
  {
    name: 'large',
    acme: { ...acme, externalAccountBinding: { keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') } },
    dns: DnsRecords.rfc2136({ server: 'ns1.cloud.org', zone: 'cloud.org', key: { name: 'uap', secret: Secret.variable('tsig_key') } }),
    regions: [
      { ...region, region: 'One', hostname: 'one.cloud.org', ports: { allowed: [443, '8000-8999'] } },
      { ...region, region: 'Two', hostname: 'two.cloud.org', clientOrigins: ['https://exosphere.app'] },
    ],
  },
  { name: 'wrong', acme, dns: DnsRecords.manual(), regions: [] },
];
`;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with such an app, and the command run in it. */
export class App {
  readonly folder = mkdtempSync(join(tmpdir(), 'uap-app-'));
  readonly env: Record<string, string | undefined> = {};

  constructor() {
    this.write('stacks/index.ts', stacks);
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  write(file: string, content: string): void {
    mkdirSync(join(this.path(file), '..'), { recursive: true });
    writeFileSync(this.path(file), content);
  }

  async run(...argv: string[]): Promise<Outcome> {
    let [stdout, stderr] = ['', ''];
    const code = await run(argv, {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: this.env,
      cwd: this.folder,
      // Jest compiles TypeScript itself.
      load: require,
    });
    return { code, stdout, stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
