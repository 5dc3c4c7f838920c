// Builds dist: the compiled sources, and the files that they read at run time (assets/).
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

// Renamed when complete, so that an interrupted build leaves no partial dist.
const unfinished = 'dist.new';
for (const folder of [unfinished, 'dist']) rmSync(folder, { recursive: true, force: true });

const compile = ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.build.json', '--outDir', unfinished];
execFileSync(process.execPath, compile, { stdio: 'inherit' });
for (const part of ['lib', 'cli']) {
  for (const name of readdirSync(part, { recursive: true }).filter((path) => path.endsWith('/assets'))) {
    const withoutCaches = { recursive: true, filter: (path) => !path.endsWith('__pycache__') };
    cpSync(join(part, name), join(unfinished, part, name), withoutCaches);
  }
}
// npm does this only when it installs.
chmodSync(join(unfinished, 'cli/main.js'), 0o755);
renameSync(unfinished, 'dist');
