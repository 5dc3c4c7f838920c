import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { App } from './app';

const app = new App();
afterAll(() => app.remove());

// biome-ignore format: one case a line
test.each<[string, string]>([
  ["shw small", 'there is no command "shw"; did you mean show?'],
  [
    "deploy small",
    'there is no command "deploy"; allowed: show, render, serve, url, exosphere, roll, help',
  ],
  ["--jsn", 'there is no option "--jsn"; allowed: show, render, serve, url, exosphere, roll, help'],
  ["help shw", 'there is no command "shw"; did you mean show?'],
  ["show", "which cloud? stacks/index.ts has small, large, wrong"],
  ["show smal", 'stacks/index.ts has no cloud "smal"; did you mean small?'],
  [
    "show other",
    'stacks/index.ts has no cloud "other"; allowed: small, large, wrong',
  ],
  ["show small large", 'show takes one cloud; "large" is too much'],
  ["show small --jsn", "show has no option --jsn; did you mean --json?"],
  [
    "show small -x",
    "show has no option -x; allowed: --json, --stacks, --help",
  ],
  ["show small --json=1", '--json takes no value; got "1"'],
  ["show small --stacks", "--stacks needs a value: --stacks FILE"],
  ["show small --stacks no/such.ts", "there is no no/such.ts"],
  ["render small", "render needs a folder to write to: --out DIR"],
  ["render small --out --force", "--out needs a value: --out DIR"],
  [
    "render large --out x --region Three",
    'large has no region "Three"; allowed: One, Two',
  ],
  [
    "serve large --listen 127.0.0.1",
    "large has several regions, choose one by --region: One, Two",
  ],
  ["serve small", "serve needs an address to listen on: --listen ADDRESS"],
  [
    "serve small --listen localhost",
    '--listen must be an IPv4 address such as 127.0.0.1; got "localhost"',
  ],
  [
    "serve small --listen 127.0.0.1 --http-port 0",
    '--http-port must be a port from 1 to 65535; got "0"',
  ],
  [
    "serve small --listen 127.0.0.1 --key k.pem",
    "--certificate and --key belong together: give both or none",
  ],
])("uap %s", async (line, message) => {
  expect(await app.run(...line.split(" "))).toEqual({
    code: 2,
    stdout: "",
    stderr: `uap: ${message}\n`,
  });
});

test('an app without the file is told what to do', async () => {
  const empty = new App();
  empty.remove();
  expect((await empty.run('show', 'small')).stderr).toBe(
    'uap: there is no stacks/index.ts; run uap in the folder of your app, or name the file by --stacks\n',
  );
});

test.each([
  ['throws', "throw new Error('the key is missing');", "broken.ts can't be loaded: the key is missing"],
  ['requires what is not there', "import '../nothing';", "broken.ts can't be loaded: Cannot find module '../nothing'"],
  [
    'exports nothing',
    'export {};',
    'broken.ts exports no list of clouds, as in: export const clouds = [cloudA, cloudB]',
  ],
])('a file that %s is a clear failure', async (_, content, message) => {
  jest.resetModules();
  app.write('broken.ts', content);
  const { code, stderr } = await app.run('show', 'small', '--stacks', 'broken.ts');
  expect(stderr).toContain(`uap: ${message}`);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(1);
});

test('wrong settings are all told, with exit code 1', async () => {
  const { code, stdout, stderr } = await app.run('show', 'wrong');
  expect(stderr).toBe(`uap: 1 problem in the settings of wrong

  regions: []
    is empty; a cloud has at least one region
    example: [{ region: 'RegionOne', hostname: 'proxy.cloud.org', … }]
`);
  expect([code, stdout]).toEqual([1, '']);
});

test.each([[], ['help'], ['--help'], ['-h']])('the help lists the commands', async (...argv) => {
  const { code, stdout } = await app.run(...argv);
  expect(code).toBe(0);
  for (const command of ['show', 'render', 'serve'])
    expect(stdout).toMatch(new RegExp(`^  ${command} +[A-Z].*\\.$`, 'm'));
});

test('the help of a command lists its options', async () => {
  const { code, stdout } = await app.run('help', 'render');
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "Write the files that an instance would get into a folder, to read or to compare them.

    Usage: uap render <cloud> [options]

    Options:
      --out DIR          folder to write to; it is made if need be
      --region REGION    this region only (default: all, with a folder for each if there are several)
      --force            write to a folder that is not empty; other files in it stay
      --stacks FILE      file that exports "clouds" (default: stacks/index.ts)
      --help             show this help

    Certificates and credentials are not among the files: they come with a deployment.
    "
  `);
  expect((await app.run('render', '--help')).stdout).toBe(stdout);
  expect((await app.run('render', 'small', '--nonsense', '-h')).stdout).toBe(stdout);
});

test('the real process runs in the folder of an app', () => {
  const root = join(__dirname, '../..');
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const uap = (...argv: string[]) =>
    spawnSync(process.execPath, [tsx, join(root, 'cli/main.ts'), ...argv], { cwd: app.folder, encoding: 'utf8' });
  expect(uap('--version')).toMatchObject({
    status: 0,
    stdout: `${require('../../package.json').version}\n`,
  });
  expect(uap('show', 'large')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^large\n {2}name +large\n/),
  });
  expect(uap('show', 'smal')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^uap: .*\n$/),
  });
}, 60_000);
