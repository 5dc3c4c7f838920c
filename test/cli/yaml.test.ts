import { join } from 'node:path';
import { minimal } from '../settings/yaml/files';
import { App } from './app';

const apps: App[] = [];
afterAll(() => {
  for (const app of apps) app.remove();
});
const lib = JSON.stringify(join(__dirname, '../../lib'));

/** The command's output in an app whose folder stacks/ has these YAML files. */
function run(files: Record<string, string>, ...argv: string[]) {
  const app = new App();
  apps.push(app);
  app.write(
    'stacks/index.ts',
    `import { cloudsFromYaml } from ${lib};\nexport const clouds = cloudsFromYaml(__dirname);\n`,
  );
  for (const [name, text] of Object.entries(files)) app.write(`stacks/${name}`, text);
  return app.run(...argv);
}

test('a cloud in YAML is a cloud of the command', async () => {
  const { code, stdout } = await run({ 'one.yaml': minimal }, 'show', 'cloud-a');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}dns +designate \(zone cloud\.org\)$/m);
  expect(stdout).toMatch(/^ {2}flavor +m1\.small$/m);
});

test('mistakes in one cloud are reported for that cloud, with their place', async () => {
  const files = { 'one.yaml': minimal, 'two.yml': minimal.replace('cloud-a', 'cloud-b').replace('m1.small', '3') };
  expect((await run(files, 'show', 'cloud-a')).code).toBe(0);
  const { code, stderr } = await run(files, 'show', 'cloud-b');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^uap: 1 problem in the settings of cloud-b\n\n {2}\S*two\.yml:12:13 {2}regions\[0\]\.flavor: 3\n/,
  );
});

test('a cloud whose name is not a string is reported, not searched', async () => {
  const { code, stderr } = await run({ 'two.yml': minimal.replace('cloud-a', '1.10') }, 'show', '1.10');
  expect(code).toBe(1);
  expect(stderr).toMatch(/two\.yml:1:7 {2}name: 1\.1\n {4}is a number; allowed: a text\n/);
});

test('two files with one cloud are named', async () => {
  const { code, stderr } = await run({ 'one.yaml': minimal, 'two.yml': minimal }, 'show', 'cloud-a');
  expect(code).toBe(1);
  expect(stderr).toMatch(/there is a cloud "cloud-a" in \S*one\.yaml and in \S*two\.yml; give each cloud/);
});

test('invalid YAML is reported without a stack trace', async () => {
  const { code, stdout, stderr } = await run({ 'two.yml': 'acme:\n\temail: x' }, 'show', 'cloud-a');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    /^uap: 1 problem in the settings of \S*two\.yml\n\n {2}\S*two\.yml:2:1\n {4}a tab indents this line/,
  );
  expect(stderr).not.toContain('    at ');
});
