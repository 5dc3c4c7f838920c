import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const sources = ['cdktf.json', 'package-lock.json', 'schemas/acme@2.48.3.json', 'tsconfig.json', 'tsconfig.build.json'];
let app: string;

beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), 'uap-prepare-'));
  for (const name of [...sources, 'scripts/build.mjs', 'cli/main.ts', 'lib/nginx/index.ts']) write(name);
  copyFileSync(join(__dirname, '../scripts/prepare.mjs'), join(app, 'scripts/prepare.mjs'));
  const scripts = {
    bindings: 'mkdir -p .gen && touch .gen/constraints.json && echo bindings >> ran',
    build: 'mkdir -p dist && touch dist && echo build >> ran',
  };
  write('package.json', JSON.stringify({ scripts }));
});
afterEach(() => rmSync(app, { recursive: true }));

function write(name: string, content = '') {
  mkdirSync(dirname(join(app, name)), { recursive: true });
  writeFileSync(join(app, name), content);
}

/** Makes a file newer than all that was made before. */
function edit(name: string) {
  const soon = new Date(Date.now() + 5000);
  utimesSync(join(app, name), soon, soon);
}

/** What prepare ran. */
function prepared(): string {
  write('ran');
  execFileSync(process.execPath, ['scripts/prepare.mjs'], { cwd: app, stdio: 'ignore' });
  return readFileSync(join(app, 'ran'), 'utf8').trim().replace('\n', ', ');
}

test('prepare builds missing bindings and then dist, and nothing that exists', () => {
  expect(prepared()).toBe('bindings, build');
  expect(prepared()).toBe('');
});

test.each([
  ['lib/nginx/index.ts', 'build'],
  ['cli', 'build'],
  ['.gen', 'build'],
  ['tsconfig.build.json', 'build'],
  ['schemas/acme@2.48.3.json', 'bindings, build'],
  ['package-lock.json', 'bindings, build'],
])('after a change of %s it makes: %s', (name, made) => {
  prepared();
  edit(name);
  expect(prepared()).toBe(made);
});
