import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, stages } from '../../cli/run';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/commands.md'), 'utf8');
const sections = [...page.matchAll(/^## uap (\S+)$/gm)].map(([, name = '']) => name);
const commands = Object.values(stages).flat();

async function uap(...argv: string[]): Promise<string> {
  let out = '';
  const output = { write: (text: string) => (out += text) };
  const code = await run(argv, { stdout: output, stderr: output, env: {}, cwd: root, load: require });
  expect([code, out]).toEqual([0, expect.any(String)]);
  return out;
}

test('docs/commands.md describes only existing commands', () => {
  expect(sections.length).toBeGreaterThan(5);
  expect(commands.map(({ name }) => name)).toEqual(expect.arrayContaining(sections));
});

test.each(sections)('docs/commands.md has the current help of uap %s', async (name) => {
  expect(page).toContain(`\n$ uap ${name} --help\n${await uap(name, '--help')}\`\`\`\n`);
});

test.each([
  ['url', '198.51.100.7', '8888', '--http', '--cloud', 'cloud-b'],
  ['url', '--parse', 'https://http-198-51-100-7-8888.proxy.cloud-b.example.test/lab'],
  ['exosphere', 'cloud-b'],
  ['diagram', 'cloud-b'],
])('docs/commands.md has what uap %s %s writes', async (...argv) => {
  expect(page).toContain(`$ uap ${argv.join(' ')}\n${await uap(...argv)}`);
});

test('the picture in the README is what uap diagram draws', async () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(
    `\`\`\`mermaid\n${await uap('diagram', 'cloud-b')}\`\`\`\n`,
  );
});
