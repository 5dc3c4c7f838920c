import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { addOptions, readArguments } from '../../cli/arguments';
import { text, texts, UsageError } from '../../cli/command';
import { Parser } from '../../cli/help';
import { run, stages } from '../../cli/run';
import { App } from './app';

const app = new App();
afterAll(() => app.remove());

// biome-ignore format: one case a line
test.each<[string, string]>([
  ["shw small", 'unknown command "shw"; did you mean show?'],
  ["deploy small", "that is a command of CDKTF; run: npx cdktf deploy small"],
  [
    "start small",
    'unknown command "start"; allowed: init, show, check, render, serve, diagram, image, probe, url, exosphere, roll, help',
  ],
  ["--jsn", 'unknown option "--jsn"; allowed: init, show, check, render, serve, diagram, image, probe, url, exosphere, roll, help'],
  ["help shw", 'unknown command "shw"; did you mean show?'],
  ["show", "the name of a cloud is missing; stacks/index.ts has small, large, wrong"],
  ["show smal", 'stacks/index.ts has no cloud "smal"; did you mean small?'],
  [
    "show other",
    'stacks/index.ts has no cloud "other"; allowed: small, large, wrong',
  ],
  ["show small large", 'show takes one cloud; remove "large"'],
  ["show small --jsn", "show has no option --jsn; did you mean --json?"],
  [
    "show small -x",
    "show has no option -x; allowed: --json, --stacks, --help",
  ],
  ["show small --json=1", '--json takes no value; got "1"'],
  ["show small --stacks", "--stacks needs a value: --stacks FILE"],
  ["show small --stacks=", "--stacks needs a value: --stacks FILE"],
  ["show small --stacks no/such.ts", "no/such.ts does not exist"],
  ["render small", "render needs a folder to write to: --out DIR"],
  ["render small --out --force", "--out needs a value: --out DIR"],
  [
    "render large --out x --region Three",
    'large has no region "Three"; allowed: One, Two',
  ],
  [
    "serve large --listen 127.0.0.1",
    "large has several regions, choose one with --region: One, Two",
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

test('in an app without the file, it says what to do', async () => {
  const empty = new App();
  empty.remove();
  expect((await empty.run('show', 'small')).stderr).toBe(
    'uap: stacks/index.ts does not exist; run uap in the folder of your app, or name the file with --stacks\n',
  );
});

test.each([
  ['throws', "throw new Error('the key is missing');", "broken.ts can't be loaded: the key is missing"],
  ['requires what is not there', "import '../nothing';", "broken.ts can't be loaded: Cannot find module '../nothing'"],
  [
    'exports nothing',
    'export {};',
    'broken.ts does not export a list of clouds; write: export const clouds = [cloudA, cloudB]',
  ],
])('a file that %s is a clear failure', async (_, content, message) => {
  jest.resetModules();
  app.write('broken.ts', content);
  const { code, stderr } = await app.run('show', 'small', '--stacks', 'broken.ts');
  expect(stderr).toContain(`uap: ${message}`);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(1);
});

test('all mistakes in settings are reported, with exit code 1', async () => {
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
  for (const command of ['show', 'render', 'serve', 'npx cdktf deploy <cloud>', 'url'])
    expect(stdout).toMatch(new RegExp(`^  ${command} +[A-Z].*\\.$`, 'm'));
});

test('the help of a command lists its options', async () => {
  const { code, stdout } = await app.run('help', 'render');
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: uap render <cloud> [options]

    Write the files of an instance to a folder, to read or compare them.

    Options:
      --out DIR        folder to write to; created if missing
      --region REGION  this region only (default: all, with a folder for each if there are several)
      --force          write to a folder that is not empty; other files in it stay
      --stacks FILE    file that exports "clouds" (default: stacks/index.ts)
      -h, --help       show this help

    Example:
      uap render cloud-a --region RegionOne --out /tmp/one

    Certificates and credentials are not among these files; a deployment delivers them.
    "
  `);
  expect((await app.run('render', '--help')).stdout).toBe(stdout);
  expect((await app.run('render', 'small', '--nonsense', '-h')).stdout).toBe(stdout);
});

test('every command has examples, all of which are right', () => {
  for (const { name, examples = [] } of Object.values(stages).flat()) {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example.split(' ')[0]).toBe(name);
  }
});

test('colours are for terminals, or on request', async () => {
  const shown = async (isTTY: boolean, env: Record<string, string>) => {
    let out = '';
    const stdout = { write: (text: string) => (out += text), isTTY, columns: 60 };
    expect(await run(['help', 'render'], { stdout, stderr: stdout, env, cwd: app.folder })).toBe(0);
    return out;
  };
  expect(await shown(true, {})).toContain('\u001b[36m--out DIR\u001b[39m');
  for (const plain of [shown(false, {}), shown(true, { NO_COLOR: '1' }), shown(true, { TERM: 'dumb' })]) {
    expect(await plain).toContain('  --out DIR ');
    expect(await plain).not.toContain('\u001b');
  }
  // Wrapped to the width of the terminal.
  expect(
    Math.max(...(await shown(true, { NO_COLOR: '1' })).split('\n').map((line) => line.length)),
  ).toBeLessThanOrEqual(60);
});

test('a fault of the command is one line; the stack trace is optional', async () => {
  const faulty = async (env: Record<string, string>) => {
    let told = '';
    const stderr = { write: (text: string) => (told += text) };
    const load = () => ({
      clouds: [
        {
          get name() {
            return (undefined as unknown as string).length;
          },
        },
      ],
    });
    const code = await run(['show', 'small'], { stdout: stderr, stderr, env, cwd: app.folder, load });
    return { code, told };
  };
  expect(await faulty({})).toEqual({
    code: 1,
    told: "uap: this is a bug in uap, please report it: TypeError: Cannot read properties of undefined (reading 'length') (UAP_DEBUG=1 shows where)\n",
  });
  expect((await faulty({ UAP_DEBUG: '1' })).told).toMatch(
    /^TypeError: .*\n {4}at [\s\S]*\nuap: this is a bug in uap.*\n$/,
  );
});

describe('options that take choices or come several times', () => {
  const options = {
    kind: { value: 'KIND', help: '', choices: ['one', 'two'] },
    tag: { value: 'TAG', help: '', multiple: true },
  };
  const read = (...args: string[]) => {
    const parser = addOptions(new Parser('try'), options);
    parser.parse(args, { from: 'user' });
    return readArguments(parser, options);
  };

  test('are read', () => {
    const { values, positionals } = read('a', '--tag', 'x', '--kind', 'two', '--tag=y', 'b');
    expect([text(values, 'kind'), texts(values, 'tag'), positionals]).toEqual(['two', ['x', 'y'], ['a', 'b']]);
    expect(texts(read().values, 'tag')).toEqual([]);
  });

  test.each([
    [['--kind', 'three'], '--kind is one of one, two; got "three"'],
    [['--kind'], '--kind needs a value: --kind one|two'],
    [['--tag', '--tag', 'x'], '--tag needs a value: --tag TAG'],
    [['--tag', 'x', '--tag'], '--tag needs a value: --tag TAG'],
  ])('%s is refused', (args, message) => {
    expect(() => read(...args)).toThrow(new UsageError(message));
  });
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

test('help and mistakes load neither the framework nor the library', () => {
  const root = join(__dirname, '../..');
  const script = `
    require('tsx/cjs');
    const { run } = require('./cli/run');
    const silent = { write() {} };
    const io = { stdout: silent, stderr: silent, env: {}, cwd: '/' };
    Promise.all([run(['help'], io), run(['show', 'small', '--jsn'], io)]).then((codes) => {
      const heavy = Object.keys(require.cache).filter((file) => /node_modules.(cdktf|constructs|zod|ws)\\b|lib.index/.test(file));
      console.log(JSON.stringify({ codes, heavy, loaded: Object.keys(require.cache).some((file) => /cli.run/.test(file)) }));
    });`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual({ codes: [0, 2], heavy: [], loaded: true });
});
