import { createServer, type Server } from 'node:http';
import { applyTimeFilesParts, baseParts, referenceKey } from '../../lib/cloud-init';
import { mergeParts } from '../../lib/instance-parts';
import { describeScripts, hostname, Machine } from './machine';
import { encodePieces, MetadataService } from './metadata-service';

const [first, second] = ['0b7c4a3e-52f1-4b0f-8f3c-1f1f5a1f5a1f', '42aa4a3e-52f1-4b0f-8f3c-1f1f5a1f5a1d'];

describeScripts('apply-time files in Barbican', () => {
  let cloud: Cloud;
  let service: MetadataService;
  let machine: Machine;

  beforeEach(async () => {
    [cloud, service] = [await Cloud.start(), await MetadataService.start()];
    const files = [
      { name: 'chain', maxLength: 4000, onChange: 'certificate' },
      { name: 'credentials', maxLength: 1024, secret: true },
    ];
    const hook = { name: 'certificate', command: ['sh', '-c', 'echo run >> "$UAP_ROOT/runs"'] };
    const late = applyTimeFilesParts(files, [hook], { barbicanCredentials: 'credentials' });
    machine = new Machine(mergeParts(baseParts({ hostname }), late));
    machine.write('/run/uap/late-files.json', '{}');
    machine.write('/var/lib/uap/late/credentials', cloud.credentials, '0600');
  });
  afterEach(async () => {
    machine.remove();
    await Promise.all([cloud.stop(), service.stop()]);
  });

  const tick = () => machine.run('late-files', [], { UAP_METADATA_SERVICE: service.address });
  const deliver = (id: string, content: string) => {
    cloud.secrets[id] = encodePieces(Buffer.from(content), 8).join('');
    service.set(referenceKey('chain'), id);
  };
  const runs = () => machine.read('/runs').length / 'run\n'.length;

  test('are fetched once by reference; a new reference is fetched again', async () => {
    deliver(first, 'one');
    expect(await tick()).toEqual({ code: 0, output: 'apply-time file chain: 3 bytes arrived\n' });
    expect([machine.read('/var/lib/uap/late/chain'), runs()]).toEqual(['one', 1]);
    const requests = cloud.requests.length;
    expect(await tick()).toEqual({ code: 0, output: '' });
    expect(cloud.requests).toHaveLength(requests);
    deliver(second, 'two');
    await tick();
    expect([machine.read('/var/lib/uap/late/chain'), runs()]).toEqual(['two', 2]);
    expect(cloud.requests.at(-1)).toBe(`GET /barbican/v1/secrets/${second}/payload text/plain`);
  });

  test('use no request but those of the access rule, and log in only for those', async () => {
    deliver(first, 'one');
    await tick();
    expect(cloud.requests).toEqual([
      'POST /identity/v3/auth/tokens application/json',
      `GET /barbican/v1/secrets/${first}/payload text/plain`,
    ]);
  });

  test('that are the same in a new secret change nothing', async () => {
    deliver(first, 'one');
    await tick();
    deliver(second, 'one');
    expect(await tick()).toEqual({ code: 0, output: '' });
    expect(runs()).toBe(1);
  });

  test.each([
    ['a secret that is gone', () => service.set(referenceKey('chain'), second), /Barbican \(GET .*: 404/],
    [
      'no id',
      () => service.set(referenceKey('chain'), '../../v3/users'),
      /Barbican \("\.\.\/\.\.\/v3\/users" is not the id/,
    ],
    ['a credential that was revoked', () => cloud.revoke(), /Barbican \(POST .*\/v3\/auth\/tokens: 401/],
    ['no Barbican', () => cloud.withoutBarbican(), /the catalog has no public key-manager endpoint in the region One/],
    ['half a payload', () => cloud.cut(), /apply-time file chain refused: it is incomplete/],
  ])('%s: the present one stays, one line says why, and it is tried again', async (_, break_, why) => {
    deliver(first, 'one');
    await tick();
    deliver(second, 'two');
    const repair = { ...cloud.secrets };
    if (_ === 'a secret that is gone') delete cloud.secrets[second];
    break_();
    const { code, output } = await tick();
    expect([code, output]).toEqual([1, expect.stringMatching(why)]);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(machine.read('/var/lib/uap/late/chain')).toBe('one');
    expect(machine.read('/var/lib/uap/health/metrics.txt')).toContain('uap_certificate_problem{reason="delivery"} 1');
    expect((await tick()).output).toBe('');
    cloud.repair();
    Object.assign(cloud.secrets, repair);
    service.set(referenceKey('chain'), second);
    await tick();
    expect([machine.read('/var/lib/uap/late/chain'), runs()]).toEqual(['two', 2]);
    expect(machine.read('/var/lib/uap/health/metrics.txt')).toContain('uap_certificate_problem{reason="delivery"} 0');
  });

  test('the secret of the credential is in no line and no file but its own', async () => {
    cloud.revoke();
    deliver(first, 'one');
    const { output } = await tick();
    expect(output + machine.read('/var/lib/uap/health/details.txt') + machine.read('/dev/console')).not.toContain(
      's3cret',
    );
  });
});

/** The parts of Keystone and Barbican that the script uses; the real ones are in the sandbox. */
class Cloud {
  readonly requests: string[] = [];
  readonly secrets: Record<string, string> = {};
  private broken: 'revoked' | 'no barbican' | 'cut' | undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Cloud> {
    const server = createServer((request, response) => {
      cloud.requests.push(`${request.method} ${request.url} ${request.headers.accept}`);
      const [status, body, headers] = cloud.answer(request.url ?? '', request.headers['x-auth-token']);
      response.writeHead(status, headers).end(body);
    });
    const cloud = new Cloud(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return cloud;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  get credentials(): string {
    return `OS_AUTH_URL=${this.url}/identity\nOS_APPLICATION_CREDENTIAL_ID=id\nOS_APPLICATION_CREDENTIAL_SECRET=s3cret\nOS_REGION_NAME=One\n`;
  }

  revoke(): void {
    this.broken = 'revoked';
  }

  withoutBarbican(): void {
    this.broken = 'no barbican';
  }

  cut(): void {
    this.broken = 'cut';
  }

  repair(): void {
    this.broken = undefined;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(url: string, token: unknown): [number, string, Record<string, string>] {
    if (url === '/identity/v3/auth/tokens') {
      if (this.broken === 'revoked') return [401, '{"error": "no such credential"}', {}];
      const endpoints = [{ interface: 'public', region_id: 'One', region: 'One', url: `${this.url}/barbican` }];
      const type = this.broken === 'no barbican' ? 'other' : 'key-manager';
      return [201, JSON.stringify({ token: { catalog: [{ type, endpoints }] } }), { 'X-Subject-Token': 'token' }];
    }
    const payload = this.secrets[/^\/barbican\/v1\/secrets\/([\w-]+)\/payload$/.exec(url)?.[1] ?? ''];
    if (token !== 'token') return [401, '', {}];
    if (payload === undefined) return [404, '{"title": "Not Found"}', {}];
    return [200, this.broken === 'cut' ? payload.slice(0, -8) : payload, { 'Content-Type': 'text/plain' }];
  }
}
