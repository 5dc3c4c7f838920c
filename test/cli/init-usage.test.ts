import { existsSync, readFileSync } from 'node:fs';
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

/** Runs init, which must fail with one line and leave everything as it was. */
async function refused(...argv: string[]): Promise<{ code: number; line: string }> {
  const index = readFileSync(app.path('stacks/index.ts'), 'utf8');
  const { code, stdout, stderr } = await app.run('init', ...argv);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^uap: .*\n$/);
  expect(readFileSync(app.path('stacks/index.ts'), 'utf8')).toBe(index);
  return { code, line: stderr.slice(5, -1) };
}

test.each<[string, string[], string]>([
  ['no name', [], 'init needs a name for the cloud, best that of its entry in clouds.yaml'],
  ['two names', ['a', 'b'], 'init takes one cloud; "b" is too much'],
  ['a name that no stack may have', ['IU_Cloud'], 'got "IU_Cloud"; write: uap init iu-cloud --openstack IU_Cloud'],
  ['the name of the list', ['index'], '"index" is the list of the clouds; choose another name'],
  ['an unknown option', ['a', '--flavour', 'x'], '--flavour'],
  ['an option without its value', ['a', '--host'], '--host'],
  [
    'a list in another language',
    ['a', '--stacks', 'stacks/index.js'],
    '--stacks must be a TypeScript file; got "index.js"',
  ],
  ['a wrong time', ['a', '--yes', '--timeout', 'soon'], '--timeout must be a number of seconds up to 600; got "soon"'],
])('%s is a mistake on the command line', async (_, argv, message) => {
  const { code, line } = await refused(...argv);
  expect(line).toContain(message);
  expect(code).toBe(2);
});

test('settings that are there stay', async () => {
  app.write('stacks/mine.ts', '// mine\n');
  expect(await refused('mine')).toEqual({ code: 1, line: 'stacks/mine.ts is there already; --force writes over it' });
  expect(readFileSync(app.path('stacks/mine.ts'), 'utf8')).toBe('// mine\n');
});

test('it runs in the folder of an app alone', async () => {
  const other = new App();
  const { code, stderr } = await other.run('init', 'mine');
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('there is no cdktf.json; run uap init in the folder of your app'),
  ]);
  other.remove();
});

test('without clouds.yaml it says where that comes from', async () => {
  const { code, line } = await refused('mine', '--yes');
  expect(line).toContain("there is no clouds.yaml; download it from your cloud's dashboard");
  expect(code).toBe(1);
  expect((await refused('mine', '--openstack', '-', '--yes')).line).toContain('there are no OS_* variables');
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
      'How are DNS records made? Give --dns; there are rfc2136, manual',
    );
    expect((await refused('mine', '--yes', '--dns', 'designate')).line).toContain('--dns: there is no "designate"');
    expect((await refused('mine', '--yes', '--dns', 'manual')).line).toBe('Which host name? Give --host');
    expect((await refused('mine', ...manual, '--key-pair', 'nobody')).line).toContain(
      'is no key pair of this user; there are ops',
    );
    expect((await refused('mine', ...manual)).line).toContain('Give --certificate; there are acme, pem');
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

  test('the settings are written and listed', async () => {
    await cloud();
    app.write(
      'stacks/index.ts',
      `import type { CloudSpec } from 'cdktf-openstack-uap';\nimport { x } from './x';\n\nexport const clouds: readonly CloudSpec[] = [x];\n`,
    );
    app.write('stacks/x.ts', "export const x = { name: 'x' };\n");
    // The package that an app imports: here the sources.
    app.write(
      'node_modules/cdktf-openstack-uap/index.js',
      `module.exports = require(${JSON.stringify(`${__dirname}/../../lib`)});`,
    );
    const { code, stdout, stderr } = await app.run('init', 'mine', ...manual, ...challenge);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/network +public {2}\(the only one\)\n/);
    expect(stdout).toContain(
      'stacks/mine.ts is written, and listed in stacks/index.ts.\n\nNext:\n  npx uap check mine\n  npx cdktf deploy mine\n',
    );
    expect(code).toBe(0);
    expect(readFileSync(app.path('stacks/index.ts'), 'utf8')).toContain('[x, mine]');
  });

  test('settings that turn out to be wrong are taken back', async () => {
    await cloud();
    app.write('stacks/index.ts', "import { x } from './x';\n\nexport const clouds = [x];\n");
    app.write('stacks/x.ts', "throw new Error('broken');\n");
    const { code, stderr } = await app.run('init', 'mine', ...manual, ...challenge);
    expect(stderr).toContain("stacks/index.ts can't be loaded: ");
    expect(code).toBe(1);
    expect(existsSync(app.path('stacks/mine.ts'))).toBe(false);
    expect(readFileSync(app.path('stacks/index.ts'), 'utf8')).toBe(
      "import { x } from './x';\n\nexport const clouds = [x];\n",
    );
  });
});

test.each([
  [['check'], 'which cloud? stacks/index.ts has small, large, wrong'],
  [['check', 'small', '--timeout', '0'], '--timeout must be a number of seconds up to 600; got "0"'],
])('uap %s is a mistake on the command line', async (argv, message) => {
  expect(await app.run(...argv)).toEqual({ code: 2, stdout: '', stderr: `uap: ${message}\n` });
});
