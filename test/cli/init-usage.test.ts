import { readdirSync, readFileSync } from 'node:fs';
import { ApiServer, tokenReply } from './api-server';
import { App } from './app';

let app: App;
beforeEach(() => {
  app = new App();
  app.write('cdktf.json', '{}');
  app.env.HOME = app.path('home');
  app.env.XDG_CONFIG_HOME = app.path('home/.config');
});
afterEach(() => app.remove());

/** Runs init, which must fail with one line and change no file. */
async function refused(...argv: string[]): Promise<{ code: number; line: string }> {
  const index = readFileSync(app.path('stacks/index.ts'), 'utf8');
  const { code, stdout, stderr } = await app.run('init', ...argv);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^uap: .*\n$/);
  expect(readFileSync(app.path('stacks/index.ts'), 'utf8')).toBe(index);
  return { code, line: stderr.slice(5, -1) };
}

test.each<[string, string[], string]>([
  ['no name', [], 'init needs a name for the cloud, preferably that of its entry in clouds.yaml'],
  ['two names', ['a', 'b'], 'init takes one cloud; remove "b"'],
  ['a name that no stack may have', ['IU_Cloud'], 'got "IU_Cloud"; write: uap init iu-cloud --openstack IU_Cloud'],
  ['an unknown option', ['a', '--flavour', 'x'], '--flavour'],
  ['an option without its value', ['a', '--host'], '--host'],
  ['a wrong time', ['a', '--yes', '--timeout', 'soon'], '--timeout must be a number of seconds up to 600; got "soon"'],
])('%s is a mistake on the command line', async (_, argv, message) => {
  const { code, line } = await refused(...argv);
  expect(line).toContain(message);
  expect(code).toBe(2);
});

test('existing settings stay', async () => {
  app.write('stacks/mine.yaml', '# mine\n');
  expect(await refused('mine')).toEqual({
    code: 1,
    line: 'stacks/mine.yaml already exists; give --force to overwrite it',
  });
  app.write('stacks/other.ts', '// other\n');
  expect(await refused('other', '--force')).toEqual({
    code: 1,
    line: 'stacks/other.ts already exists; choose another name, or remove it',
  });
  expect(readFileSync(app.path('stacks/mine.yaml'), 'utf8')).toBe('# mine\n');
});

test('it runs only in the folder of an app', async () => {
  const other = new App();
  const { code, stderr } = await other.run('init', 'mine');
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('this folder has no cdktf.json; run uap init in the folder of your app'),
  ]);
  other.remove();
});

test('without clouds.yaml it says where that comes from', async () => {
  const { code, line } = await refused('mine', '--yes');
  expect(line).toContain("clouds.yaml is missing; download it from your cloud's dashboard");
  expect(code).toBe(1);
  expect((await refused('mine', '--openstack', '-', '--yes')).line).toContain('the OS_* variables are not set');
});

describe('with a cloud', () => {
  let server: ApiServer;
  afterEach(() => server.stop());

  async function cloud(): Promise<void> {
    const bodies: Record<string, unknown> = {
      networks: { networks: [{ id: 'n', name: 'public', shared: true, status: 'ACTIVE' }] },
      subnets: {
        subnets: [{ network_id: 'n', cidr: '149.165.152.0/22', ip_version: 4, gateway_ip: null, dns_nameservers: [] }],
      },
      images: {
        images: [
          {
            id: 'i',
            name: 'debian-13',
            status: 'active',
            disk_format: 'raw',
            created_at: '2026',
            min_disk: 0,
            min_ram: 0,
          },
        ],
      },
      detail: { flavors: [{ id: 'f', name: 'small', vcpus: 1, ram: 2048, disk: 20 }] },
      'os-keypairs': { keypairs: [{ keypair: { name: 'ops' } }] },
    };
    server = await ApiServer.start(({ url = '' }) => {
      if (url === '/v3/auth/tokens') return tokenReply(server.url, ['One']);
      return { status: 200, body: bodies[(url.split('?')[0] as string).split('/').at(-1) as string] };
    });
    const auth = { auth_url: server.url, username: 'ops', password: 'hush', project_name: 'uap' };
    app.write('home/.config/openstack/clouds.yaml', JSON.stringify({ clouds: { mine: { auth } } }));
  }

  const manual = ['--yes', '--email', 'ops@cloud.org', '--host', 'proxy.cloud.org', '--dns', 'manual'];
  const challenge = ['--acme-challenge', 'cloudflare:CF_DNS_API_TOKEN'];

  test('without Designate, what it cannot know must be given', async () => {
    await cloud();
    expect((await refused('mine', '--yes')).line).toBe(
      'How are DNS records created? Give --dns; available: rfc2136, manual',
    );
    expect((await refused('mine', '--yes', '--dns', 'designate')).line).toContain('--dns: "designate" does not exist');
    expect((await refused('mine', '--yes', '--dns', 'manual')).line).toBe('Which host name? Give --host');
    expect((await refused('mine', ...manual, '--key-pair', 'nobody')).line).toContain(
      'is not a key pair of this user; available: ops',
    );
    expect((await refused('mine', ...manual)).line).toContain('Give --certificate; available: acme, pem');
    expect((await refused('mine', ...manual, '--certificate', 'acme')).line).toContain('Give --acme-challenge');
    expect((await refused('mine', ...manual, '--acme-challenge', 'cloudflare')).line).toContain(
      'is not PROVIDER:VARIABLE',
    );
    expect((await refused('mine', ...manual, ...challenge, '--acme-directory', 'zerossl')).line).toContain(
      '--acme-account-key ID',
    );
    expect((await refused('mine', ...manual, ...challenge, '--acme-ca', __filename)).line).toContain(
      'holds no certificate',
    );
  });

  /** The list of clouds of an app, and the package that it imports: here the sources. */
  function index(...elements: string[]): void {
    app.write(
      'stacks/index.ts',
      `import { cloudsFromYaml } from 'cdktf-openstack-uap';\n\nexport const clouds = [${elements}];\n`,
    );
    app.write(
      'node_modules/cdktf-openstack-uap/index.js',
      `module.exports = require(${JSON.stringify(`${__dirname}/../../lib`)});`,
    );
  }

  test('the settings are written, and found', async () => {
    await cloud();
    index("{ name: 'x' }", '...cloudsFromYaml(__dirname)');
    const { code, stdout, stderr } = await app.run('init', 'mine', ...manual, ...challenge);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/network +public {2}\(the only one\)\n/);
    expect(stdout).toContain(
      'stacks/mine.yaml is written; stacks/index.ts reads it.\n\nNext:\n  npx uap check mine\n  npx cdktf deploy mine\n',
    );
    expect(code).toBe(0);
    expect(readFileSync(app.path('stacks/mine.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/node_modules\/cdktf-openstack-uap\/schemas\/cloud\.schema\.json\n/,
    );
    expect(readdirSync(app.path('stacks')).sort()).toEqual(['index.ts', 'mine.yaml']);
  });

  test('an app that does not read them says what is missing', async () => {
    await cloud();
    index("{ name: 'x' }");
    const { code, stdout } = await app.run('init', 'mine', ...manual, ...challenge);
    expect(stdout).toContain('stacks/mine.yaml is written, but stacks/index.ts does not read it. Add to that file:\n');
    expect(stdout).toContain("\n  import { cloudsFromYaml } from 'cdktf-openstack-uap';\n");
    expect(code).toBe(0);
  });

  test('settings that turn out to be wrong are not put in place', async () => {
    await cloud();
    const before = 'name: mine # of before\n';
    app.write('stacks/mine.yaml', before);
    // No question compares the ranges with the addresses that are refused.
    const wrong = ['--ranges', '149.165.152.0/22', '--deny', '192.0.2.1', '--force'];
    const { code, stdout, stderr } = await app.run('init', 'mine', ...manual, ...challenge, ...wrong);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^uap: 1 problem in the settings of mine\n\n {2}regions\[0\]\.deniedAddresses\[0\]: /);
    expect(readFileSync(app.path('stacks/mine.yaml'), 'utf8')).toBe(before);
    expect(readdirSync(app.path('stacks')).sort()).toEqual(['index.ts', 'mine.yaml']);
  });
});

test.each([
  [['check'], 'the name of a cloud is missing; stacks/index.ts has small, large, wrong'],
  [['check', 'small', '--timeout', '0'], '--timeout must be a number of seconds up to 600; got "0"'],
])('uap %s is a mistake on the command line', async (argv, message) => {
  expect(await app.run(...argv)).toEqual({ code: 2, stdout: '', stderr: `uap: ${message}\n` });
});
