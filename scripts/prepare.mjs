// Makes the bindings in .gen and then dist, each only if it is older than what it is made of: npx runs `prepare` again when
// it first meets the package that it stands in.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const schemas = readdirSync('schemas').filter((name) => name.includes('@'));
const products = [
  {
    script: 'bindings',
    writesLast: '.gen/constraints.json',
    madeOf: ['cdktf.json', 'package-lock.json', ...schemas.map((name) => join('schemas', name))],
  },
  {
    script: 'build',
    writesLast: 'dist/sources.json',
    madeOf: ['package-lock.json', 'scripts/build.mjs', 'tsconfig.json', 'tsconfig.build.json', '.gen', 'cli', 'lib'],
  },
];

for (const { script, writesLast, madeOf } of products) {
  if (!existsSync(writesLast) || madeOf.some((path) => newest(path) > changed(writesLast))) {
    execFileSync('npm', ['run', script], { stdio: 'inherit' });
  }
}

function changed(path) {
  return statSync(path).mtimeMs;
}

/** A folder counts itself as well: something may have been removed from it. */
function newest(path) {
  if (!statSync(path).isDirectory()) return changed(path);
  return readdirSync(path, { recursive: true }).reduce(
    (latest, name) => Math.max(latest, changed(join(path, name))),
    changed(path),
  );
}
