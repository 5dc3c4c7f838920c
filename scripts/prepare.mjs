// Generates the bindings in .gen and then builds dist, each only if an input is newer, because npx may run `prepare`
// again in a folder that is already built.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const schemas = readdirSync('schemas').filter((name) => name.includes('@'));
const products = [
  {
    script: 'bindings',
    output: '.gen/constraints.json',
    inputs: ['cdktf.json', 'package-lock.json', ...schemas.map((name) => join('schemas', name))],
  },
  {
    script: 'build',
    output: 'dist',
    inputs: ['package-lock.json', 'scripts/build.mjs', 'tsconfig.json', 'tsconfig.build.json', '.gen', 'cli', 'lib'],
  },
];

for (const { script, output, inputs } of products) {
  if (!existsSync(output) || inputs.some((path) => newest(path) > changed(output))) {
    execFileSync('npm', ['run', script], { stdio: 'inherit' });
  }
}

function changed(path) {
  return statSync(path).mtimeMs;
}

/** Includes the folder's own time: a removed file changes only that. */
function newest(path) {
  if (!statSync(path).isDirectory()) return changed(path);
  return readdirSync(path, { recursive: true }).reduce(
    (latest, name) => Math.max(latest, changed(join(path, name))),
    changed(path),
  );
}
