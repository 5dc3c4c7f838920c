import { chmodSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { plannedReplacements, type Replica, replicasOf } from '../../cli/roll/replicas';
import { run } from '../../cli/run';
import { withStack } from '../../cli/stack';
import { type CloudSpec, DnsRecords } from '../../lib';
import { App, type Outcome } from './app';

const region = {
  publicNetwork: 'public',
  upstreamRanges: ['149.165.152.0/22'],
  image: 'debian-13',
  flavor: 'm1.small',
};
/** Two instances in one region, one in the other. */
const spec = (more = {}): CloudSpec => ({
  name: 'rolled',
  openstack: null,
  acme: { email: 'ops@cloud.org' },
  dns: DnsRecords.designate({ zone: 'cloud.org' }),
  regions: [
    { ...region, ...more, region: 'one', hostname: 'one.cloud.org', instances: 2 },
    { ...region, ...more, region: 'two', hostname: 'two.cloud.org' },
  ],
});
const [first, second, other] = withStack(spec(), replicasOf) as [Replica, Replica, Replica];

test('the instances of a stack are known with their readiness, in their order', () => {
  expect([first, second, other].map(({ hostname, label }) => [hostname, label])).toEqual([
    ['one.cloud.org', 'uap-one-cloud-org'],
    ['one.cloud.org', 'uap-one-cloud-org-2'],
    ['two.cloud.org', 'uap-two-cloud-org'],
  ]);
  expect([first, second, other].map(({ server, readiness }) => [server, readiness])).toEqual([
    [
      expect.stringMatching(/^openstack_compute_instance_v2\.one_instance_\w+$/),
      expect.stringMatching(/^terraform_data\.one_readiness_\w+$/),
    ],
    [
      expect.stringMatching(/^openstack_compute_instance_v2\.one_instance-2_\w+$/),
      expect.stringMatching(/^terraform_data\.one_readiness-2_\w+$/),
    ],
    [
      expect.stringMatching(/^openstack_compute_instance_v2\.two_instance_\w+$/),
      expect.stringMatching(/^terraform_data\.two_readiness_\w+$/),
    ],
  ]);
});

const planned = (action: string, addr: string) =>
  JSON.stringify({ type: 'planned_change', change: { action, resource: { addr } } });

test('only replacements in a plan count', () => {
  const output = [planned('replace', 'a'), planned('update', 'b'), '{"type":"version"}', 'a warning', ''].join('\n');
  expect(plannedReplacements(output)).toEqual(['a']);
});

describe('uap roll', () => {
  let app: App;
  beforeEach(() => {
    app = new App();
    app.write('cdktf.json', '{ "output": "out" }');
  });
  afterEach(() => app.remove());

  /** Runs `uap roll rolled` with a cdktf and a Terraform that log their arguments, and plan these changes. */
  async function roll(
    changes: string[],
    { addresses = {}, fail = 'nothing', args = [] as string[], clouds = [spec()] } = {},
  ) {
    app.write('plan', changes.join('\n'));
    app.write('addresses', JSON.stringify(addresses));
    app.write('log', '');
    const log = `echo "$(basename "$0") $*" | sed "s|-chdir=[^ ]* ||" >> ${app.path('log')}`;
    app.write('bin/npx', `#!/bin/sh\n${log}\n`);
    app.write(
      'bin/terraform',
      `#!/bin/sh\n${log}\ncase "$*" in *"${fail}"*) exit 1 ;; *" plan "*) cat ${app.path('plan')} ;; *" output "*) cat ${app.path('addresses')} ;; esac\n`,
    );
    for (const tool of ['npx', 'terraform']) chmodSync(app.path('bin', tool), 0o755);
    let [stdout, stderr] = ['', ''];
    const code = await run(['roll', 'rolled', ...args], {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: { PATH: `${app.path('bin')}${delimiter}${process.env.PATH}` },
      cwd: app.folder,
      load: () => ({ clouds }),
    });
    const applies = readFileSync(app.path('log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(' apply'));
    return { code, stdout, stderr, applies } satisfies Outcome & { applies: string[] };
  }

  test('applies replacements one by one, and all other changes last', async () => {
    const { code, applies } = await roll([planned('replace', first.server), planned('replace', second.server)]);
    expect(code).toBe(0);
    expect(applies).toEqual([
      `terraform apply -target=${first.readiness}`,
      `terraform apply -target=${second.readiness}`,
      'terraform apply',
    ]);
  });

  test('replaces nothing that the plan does not', async () => {
    const { stdout, applies } = await roll([planned('update', first.server)], { args: ['--auto-approve'] });
    expect(stdout).toContain('No instance of rolled has to be replaced.');
    expect(applies).toEqual(['terraform apply -auto-approve -input=false']);
  });

  test('replaces all of them when asked', async () => {
    const { applies } = await roll([], { args: ['--replace'] });
    expect(applies).toHaveLength(4);
    expect(applies[1]).toBe(`terraform apply -target=${second.readiness} -replace=${second.server}`);
  });

  test('stops where a step failed', async () => {
    const changes = [planned('replace', first.server), planned('replace', second.server)];
    const { code, stderr, applies } = await roll(changes, { fail: `apply -target=${first.readiness}` });
    expect(code).toBe(1);
    expect(stderr).toBe('uap: terraform apply failed\n');
    expect(applies).toHaveLength(1);
  });

  test('removes no instance while another one does not answer', async () => {
    const { code, stderr, applies } = await roll([planned('replace', first.server)], {
      addresses: { 'one.cloud.org': ['127.0.0.1', '127.254.254.254'] },
      args: ['--timeout', '1'],
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^uap: 127\.254\.254\.254 \(uap-one-cloud-org-2\) doesn't answer, so uap-one-cloud-org is not replaced/,
    );
    expect(applies).toEqual([]);
  });

  test('probes nothing with a single instance', async () => {
    const { code } = await roll([planned('replace', other.server)], {
      addresses: { 'two.cloud.org': ['127.254.254.254'], 'one.cloud.org': ['127.254.254.254', '127.254.254.253'] },
      args: ['--timeout', '1'],
    });
    expect(code).toBe(0);
  });

  test('refuses when nothing would wait for an instance', async () => {
    const { code, stderr, applies } = await roll([planned('replace', first.server)], {
      clouds: [spec({ readinessTimeout: 0 })],
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^uap: readinessTimeout is 0/);
    expect(applies).toEqual([]);
  });

  test('needs an app', async () => {
    const empty = new App();
    const { code, stderr } = await empty.run('roll', 'small');
    empty.remove();
    expect([code, stderr]).toEqual([1, 'uap: this folder has no cdktf.json; run uap roll in the folder of your app\n']);
  });
});
