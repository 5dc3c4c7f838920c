import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..');
const source = "export const from: string = 'the source';\n";
let app: string;

beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), 'uap-start-'));
  for (const folder of ['lib', 'dist/lib']) mkdirSync(join(app, folder), { recursive: true });
  copyFileSync(join(root, 'start.js'), join(app, 'start.js'));
  symlinkSync(join(root, 'node_modules'), join(app, 'node_modules'));
  writeFileSync(join(app, 'lib/index.ts'), source);
  writeFileSync(join(app, 'dist/lib/index.js'), "exports.from = 'what is compiled';\n");
  writeFileSync(join(app, 'main.ts'), "import { from } from './lib';\n\nconsole.log(from as string);\n");
});
afterEach(() => rmSync(app, { recursive: true }));

function run(digestOf?: string): string {
  if (digestOf !== undefined) {
    const digest = createHash('sha256').update(digestOf).digest('base64');
    writeFileSync(join(app, 'dist/sources.json'), JSON.stringify({ 'lib/index.ts': digest }));
  }
  return execFileSync(process.execPath, ['--require', './start.js', 'main.ts'], { cwd: app, encoding: 'utf8' }).trim();
}

test('start.js takes what is compiled if it is of the source that is here', () => {
  expect(run(source)).toBe('what is compiled');
});

test('start.js takes the source if it is another one than that which was compiled', () => {
  expect(run(`${source}// edited`)).toBe('the source');
});

test('start.js takes the source if nothing is compiled', () => {
  expect(run()).toBe('the source');
});
