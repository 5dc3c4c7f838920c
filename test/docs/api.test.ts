import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/api.md'), 'utf8');

test('docs/api.md matches the docstrings, and none is missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'uap-api-'));
  try {
    const args = ['node_modules/typedoc/bin/typedoc', '--options', 'scripts/typedoc.mjs', '--out', folder];
    execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
    if (readFileSync(join(folder, 'api.md'), 'utf8') !== page) {
      throw new Error('docs/api.md is not current; write it again: npm run docs');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 180_000);

test('docs/api.md leaves the settings to docs/settings.md', () => {
  expect(page).toMatch(/^### RegionSpec$/m);
  expect(page).not.toContain('maxBodySize');
});
