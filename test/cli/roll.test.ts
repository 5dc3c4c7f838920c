import { chmodSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { plannedReplacements, slotsOf } from '../../cli/roll/slots';
import { run } from '../../cli/run';
import { App, type Outcome } from './app';

/** A server and its readiness as CDKTF writes them. */
const slot = (region: string, part: string, name: string) => {
  const number = part.replace('instance', '');
  return {
    server: { [`${region}_${part}`]: { '//': { metadata: { path: `small/${region}/${part}/Resource` } }, name } },
    readiness: {
      [`${region}_readiness${number}`]: {
        '//': { metadata: { path: `small/${region}/readiness${number}/Resource` } },
        provisioner: [{ 'local-exec': { environment: { UAP_HOSTNAME: `${region}.cloud.org` } } }],
      },
    },
  };
};
const slots = [slot('one', 'instance', 'uap'), slot('one', 'instance-2', 'uap-2'), slot('two', 'instance', 'web')];
const stack = (withReadiness = true) => ({
  resource: {
    openstack_compute_instance_v2: Object.assign({}, ...slots.map(({ server }) => server)),
    terraform_data: withReadiness ? Object.assign({}, ...slots.map(({ readiness }) => readiness)) : {},
  },
});

test('the instances of a stack are known with their readiness, in their order', () => {
  expect(slotsOf(stack())).toEqual(
    [
      ['one', 'uap', 'one_instance', 'one_readiness'],
      ['one', 'uap-2', 'one_instance-2', 'one_readiness-2'],
      ['two', 'web', 'two_instance', 'two_readiness'],
    ].map(([region, label, server, readiness]) => ({
      region,
      hostname: `${region}.cloud.org`,
      label,
      server: `openstack_compute_instance_v2.${server}`,
      readiness: `terraform_data.${readiness}`,
    })),
  );
});

const planned = (action: string, id: string) =>
  JSON.stringify({
    type: 'planned_change',
    change: { action, resource: { addr: `openstack_compute_instance_v2.${id}` } },
  });

test('of a plan only what is replaced counts', () => {
  const output = [planned('replace', 'a'), planned('update', 'b'), '{"type":"version"}', 'a warning', ''].join('\n');
  expect(plannedReplacements(output)).toEqual(['openstack_compute_instance_v2.a']);
});

describe('uap roll', () => {
  let app: App;
  beforeEach(() => {
    app = new App();
    app.write('cdktf.json', '{ "output": "out" }');
  });
  afterEach(() => app.remove());

  /** Runs `uap roll small` with a cdktf and a Terraform that write down what they were asked, and plan these changes. */
  async function roll(
    changes: string[],
    { addresses = {}, fail = 'nothing', args = [] as string[], synth = stack() } = {},
  ) {
    app.write('out/stacks/small/cdk.tf.json', JSON.stringify(synth));
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
    const code = await run(['roll', 'small', ...args], {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: { PATH: `${app.path('bin')}${delimiter}${process.env.PATH}` },
      cwd: app.folder,
      load: require,
    });
    const applies = readFileSync(app.path('log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(' apply'));
    return { code, stdout, stderr, applies } satisfies Outcome & { applies: string[] };
  }

  test('applies what is replaced one by one, and all else last', async () => {
    const { code, applies } = await roll([planned('replace', 'one_instance'), planned('replace', 'one_instance-2')]);
    expect(code).toBe(0);
    expect(applies).toEqual([
      'terraform apply -target=terraform_data.one_readiness',
      'terraform apply -target=terraform_data.one_readiness-2',
      'terraform apply',
    ]);
  });

  test('replaces nothing that the plan leaves as it is', async () => {
    const { stdout, applies } = await roll([planned('update', 'one_instance')], { args: ['--auto-approve'] });
    expect(stdout).toContain('No instance of small has to be replaced.');
    expect(applies).toEqual(['terraform apply -auto-approve -input=false']);
  });

  test('replaces all of them when asked', async () => {
    const { applies } = await roll([], { args: ['--replace'] });
    expect(applies).toHaveLength(4);
    expect(applies[1]).toBe(
      'terraform apply -target=terraform_data.one_readiness-2 -replace=openstack_compute_instance_v2.one_instance-2',
    );
  });

  test('stops where a step failed', async () => {
    const changes = [planned('replace', 'one_instance'), planned('replace', 'one_instance-2')];
    const { code, stderr, applies } = await roll(changes, { fail: 'apply -target=terraform_data.one_readiness' });
    expect(code).toBe(1);
    expect(stderr).toBe('uap: terraform apply failed\n');
    expect(applies).toHaveLength(1);
  });

  test('takes no instance away while another one does not answer', async () => {
    const { code, stderr, applies } = await roll([planned('replace', 'one_instance')], {
      addresses: { 'one.cloud.org': ['127.0.0.1', '127.254.254.254'] },
      args: ['--timeout', '1'],
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^uap: 127\.254\.254\.254 \(uap-2\) doesn't answer, so uap stays until it does/);
    expect(applies).toEqual([]);
  });

  test('asks nobody where there is one instance', async () => {
    const { code } = await roll([planned('replace', 'two_instance')], {
      addresses: { 'two.cloud.org': ['127.254.254.254'], 'one.cloud.org': ['127.254.254.254', '127.254.254.253'] },
      args: ['--timeout', '1'],
    });
    expect(code).toBe(0);
  });

  test('refuses when nobody would wait for an instance', async () => {
    const { code, stderr, applies } = await roll([planned('replace', 'one_instance')], { synth: stack(false) });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^uap: readinessTimeout is 0/);
    expect(applies).toEqual([]);
  });

  test('needs an app', async () => {
    const empty = new App();
    const { code, stderr } = await empty.run('roll', 'small');
    empty.remove();
    expect([code, stderr]).toEqual([1, 'uap: there is no cdktf.json here; run uap roll in the folder of your app\n']);
  });
});
