import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'uap-counts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Output of scripts/jest-counts for a file with this content, or for no file if undefined. */
function counts(content?: string): string {
  const file = join(folder, content === undefined ? 'missing.json' : 'jest.json');
  if (content !== undefined) writeFileSync(file, content);
  return execFileSync(join(__dirname, '../scripts/jest-counts'), [file], { encoding: 'utf8' }).trim();
}

test('counts passed, failed and skipped tests; a test file that did not run is a failure', () => {
  const result = { numPassedTests: 7, numFailedTests: 2, numRuntimeErrorTestSuites: 1, numPendingTests: 4 };
  expect(counts(JSON.stringify(result))).toBe('7 3 4');
});

test.each([
  ['missing', undefined],
  ['cut off', '{"numPassedTests": 7'],
])('a result that is %s is a failure', (_, content) => {
  expect(counts(content)).toBe('0 1 0');
});
