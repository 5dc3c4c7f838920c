import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verdict } from '../../cli/check/checks/acme';
import type { CloudCheck, RegionCheck } from '../../cli/check/context';
import { CloudContext } from '../../cli/check/context';
import { runChecks, sectionsOf } from '../../cli/check/run-checks';
import { originOf, satisfies } from '../../cli/check/terraform';
import { Undo } from '../../cli/check/undo';
import { CommandError, type Io } from '../../cli/command';
import { failed, Missing, ok, warning } from '../../cli/report';
import { DnsRecords, resolveCloud } from '../../lib';
import { App } from './app';

const silent = { write: () => undefined };
const io: Io = { stdout: silent, stderr: silent, env: {}, cwd: '/' };

function context(undo = new Undo()): CloudContext {
  const region = { publicNetwork: 'public', upstreamRanges: ['149.165.152.0/22'], image: 'debian-13', flavor: 'small' };
  const spec = {
    name: 'a',
    acme: { email: 'ops@cloud.org' },
    dns: DnsRecords.designate({ zone: 'cloud.org' }),
    regions: [{ ...region, region: 'One', hostname: 'proxy.cloud.org' }],
  };
  return new CloudContext(io, spec, resolveCloud(spec), 1, undo);
}

const never = new AbortController().signal;
const check = (name: string, run: CloudCheck['run']): CloudCheck => ({ name, run });
const ofRegion = (name: string, run: RegionCheck['run']): RegionCheck => ({ name, run });

test('all checks run, and each reports its result', async () => {
  const cloud = [
    check('one', async () => [ok('first'), warning('second', 'do this')]),
    check('refused', () => Promise.reject(new CommandError('the API says no'))),
  ];
  const region = [ofRegion('dependent', () => Promise.reject(new Missing('credentials')))];
  const { rows, interrupted } = await runChecks(context(), cloud, region, never);
  expect(rows).toEqual([
    { what: 'one', result: 'ok', detail: 'first' },
    { what: 'one', result: 'warning', detail: 'second', todo: 'do this' },
    { what: 'refused', result: 'failed', detail: 'the API says no' },
    { what: 'dependent', region: 'One', result: 'not checked', detail: 'needs credentials' },
  ]);
  expect(interrupted).toBe(false);
});

describe('test records are removed', () => {
  /** A check that has written something when `then` comes. */
  const writing = (removed: string[], then: () => Promise<never>): CloudCheck =>
    check('writing', async ({ undo }) => {
      undo.add('the record', async () => {
        removed.push('record');
      });
      return then();
    });

  test('when a check fails half way', async () => {
    const removed: string[] = [];
    await runChecks(context(), [writing(removed, () => Promise.reject(new CommandError('no answer')))], [], never);
    expect(removed).toEqual(['record']);
  });

  test('when this program has a fault, which is not hidden', async () => {
    const removed: string[] = [];
    const fault = writing(removed, () => Promise.reject(new TypeError('x is undefined')));
    await expect(runChecks(context(), [fault], [], never)).rejects.toThrow('x is undefined');
    expect(removed).toEqual(['record']);
  });

  test('when it is ended before the end', async () => {
    const removed: string[] = [];
    const end = new AbortController();
    const stuck = writing(removed, () => {
      end.abort();
      return new Promise<never>(() => undefined);
    });
    expect(await runChecks(context(), [stuck], [], end.signal)).toEqual({ rows: [], interrupted: true });
    expect(removed).toEqual(['record']);
  });

  test('once, and a failed removal is reported', async () => {
    let times = 0;
    const stubborn = check('writing', async ({ undo }) => {
      const remove = undo.add('the record _x', async () => {
        times++;
        throw new Error('REFUSED');
      });
      await remove();
      return ok('written');
    });
    const { rows } = await runChecks(context(), [stubborn], [], never);
    expect(times).toBe(1);
    expect(rows).toContainEqual({
      what: 'left behind',
      result: 'failed',
      detail: 'the record _x: REFUSED',
      todo: 'remove it by hand',
    });
  });
});

test('the report is of the cloud, then of its regions', () => {
  const rows = [
    { what: 'image', region: 'One', ...failed('the region has no image "debian-99"', 'openstack image list') },
    { what: 'credentials', ...ok('ops in project uap') },
  ];
  expect(sectionsOf('a', rows)).toEqual([
    { title: 'a', rows: [{ what: 'credentials', result: 'ok', detail: 'ops in project uap' }] },
    {
      title: 'One',
      rows: [
        {
          what: 'image',
          result: 'failed',
          detail: 'the region has no image "debian-99"',
          todo: 'openstack image list',
        },
      ],
    },
  ]);
});

test.each([
  ['3.4.0', '3.4.0', true],
  ['3.4.1', '3.4.0', false],
  ['3.6.1', '~> 3.2', true],
  ['4.0.0', '~> 3.2', false],
  ['3.1.9', '~> 3.2', false],
  ['3.2.9', '~> 3.2.1', true],
  ['3.3.0', '~> 3.2.1', false],
  ['1.11.4', '>= 1.5.0', true],
  ['1.4.9', '>= 1.5.0', false],
  ['3.4.3', '>= 3.0, ~> 3.2', true],
])('version %s for %s: %s', (version, constraint, fits) => expect(satisfies(version, constraint)).toBe(fits));

describe('CAA records', () => {
  const service = { url: 'https://acme.test/', caaIdentities: ['letsencrypt.org'] };
  const issue = (value: string) => ({ critical: 0, issue: value });
  const wild = (value: string) => ({ critical: 0, issuewild: value });
  test.each<[string, Parameters<typeof verdict>[1], string]>([
    ['of another kind limit nothing', [{ critical: 0 }], 'ok'],
    ['that name the CA', [issue('letsencrypt.org')], 'ok'],
    ['that name the CA among others', [issue('other.test'), issue('LetsEncrypt.org; accounturi=x')], 'ok'],
    ['that name another', [issue('other.test')], 'failed'],
    ['that forbid all', [issue(';')], 'failed'],
    ['that allow the host name alone', [issue('letsencrypt.org'), wild(';')], 'failed'],
    ['that allow the wildcard alone', [issue('other.test'), wild('letsencrypt.org')], 'failed'],
    ['that allow the wildcard, and limit the host name not', [wild('letsencrypt.org')], 'ok'],
    ['that want another challenge', [issue('letsencrypt.org; validationmethods=http-01')], 'failed'],
    ['that want this challenge', [issue('letsencrypt.org; validationmethods=http-01,dns-01')], 'ok'],
  ])('%s', (_, records, result) => expect(verdict('cloud.org', records, service).result).toBe(result));

  test('for a CA that does not publish its name are a warning', () => {
    expect(verdict('cloud.org', [issue('other.test')], { url: 'https://acme.test/' })).toEqual({
      result: 'warning',
      detail:
        'the CAA records of cloud.org allow only other.test; https://acme.test/ does not publish its name for them',
      todo: 'ask the CA, and add it as issue and issuewild',
    });
  });
});

describe('a provider', () => {
  const home = mkdtempSync(join(tmpdir(), 'uap-providers-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const own = join(home, '.terraform.d/plugins');
  const other = join(home, 'mirror');
  const source = 'terraform-provider-openstack/openstack';
  const terraform = {
    binary: 'terraform',
    version: '1.11.4',
    registry: 'registry.terraform.io',
    platform: 'linux_amd64',
  };
  const origin = (constraint: string, config?: string) => {
    const file = join(home, 'rc');
    writeFileSync(file, config ?? '');
    const env = { HOME: home, TF_CLI_CONFIG_FILE: file, XDG_DATA_DIRS: home };
    return originOf({ ...io, env }, terraform, { source, constraint }, 1);
  };

  beforeAll(() => {
    mkdirSync(join(own, terraform.registry, source, '3.4.0/linux_amd64'), { recursive: true });
    mkdirSync(join(own, terraform.registry, source, '3.5.0/darwin_arm64'), { recursive: true });
    mkdirSync(join(other, terraform.registry, source), { recursive: true });
    writeFileSync(join(other, terraform.registry, source, 'terraform-provider-openstack_3.3.0_linux_amd64.zip'), '');
  });

  test('is taken from the implied mirror', async () => {
    expect(await origin('3.4.0')).toEqual({ from: `3.4.0 in ${own}` });
  });

  test('of another version there is not searched elsewhere, as in Terraform', async () => {
    expect(await origin('3.5.0')).toEqual({ wrong: `${own} has 3.4.0, not 3.5.0` });
  });

  test('is taken only from the mirror of the configuration, packed or not', async () => {
    const config = `provider_installation {\n  filesystem_mirror {\n    path = "${other}"\n  }\n}\n`;
    expect(await origin('~> 3.2', config)).toEqual({ from: `3.3.0 in ${other}` });
    const nowhere = config.replace(other, join(home, 'empty'));
    expect(await origin('3.4.0', nowhere)).toEqual({ wrong: expect.stringContaining("don't have it") });
  });

  test('may come from a mirror on the network', async () => {
    const config = 'provider_installation {\n  network_mirror {\n    url = "https://mirror.cloud.org/"\n  }\n}\n';
    expect(await origin('3.4.0', config)).toEqual({ from: 'the mirror https://mirror.cloud.org/ (not queried)' });
  });
});

test('without clouds.yaml the table says so once, and what can be checked is checked', async () => {
  const app = new App();
  Object.assign(app.env, {
    HOME: app.path('home'),
    XDG_CONFIG_HOME: app.path('home'),
    TF_CLI_CONFIG_FILE: app.path('rc'),
  });
  app.env.PATH = process.env.PATH;
  // Nothing here leaves the machine.
  app.write('rc', 'provider_installation {\n  filesystem_mirror {\n    path = "/nothing"\n  }\n}\n');
  app.write(
    'stacks/local.ts',
    `import { DnsRecords, Secret } from ${JSON.stringify(join(__dirname, '../../lib'))};
const key = { name: 'uap', secret: Secret.variable('tsig_key') };
export const clouds = [{
  name: 'local',
  acme: { email: 'ops@cloud.org', directory: { url: 'http://127.0.0.1:1/' }, recursiveNameservers: ['127.0.0.1:1'] },
  dns: DnsRecords.rfc2136({ server: '127.0.0.1', port: 1, zone: 'cloud.org', key }),
  regions: [{ region: null, hostname: 'proxy.cloud.org', publicNetwork: 'public', upstreamRanges: ['149.165.152.0/22'],
    image: 'debian-13', flavor: 'm1.small' }],
}];
`,
  );
  const { code, stdout } = await app.run('check', 'local', '--stacks', 'stacks/local.ts', '--timeout', '1');
  app.remove();
  expect(stdout).toMatch(/credentials +failed +clouds.yaml is missing; download/);
  expect(stdout).toMatch(/network +not checked +needs credentials/);
  expect(stdout).toMatch(/secrets +failed +the environment variable TF_VAR_tsig_key is not set/);
  expect(stdout).toMatch(/acme +failed +http:\/\/127.0.0.1:1\/ can't be reached: connection refused/);
  expect(stdout).toMatch(/caa +not checked +needs acme/);
  expect(stdout).toMatch(/\n.*\d+ failed, \d+ not checked\nin \d+\.\d s\n$/);
  expect(code).toBe(1);
}, 60_000);
