// Completes what the compiler wrote: the files that are read at run time, lib/**/assets -> dist/lib/**/assets, and the
// mode of the command, which npm sets only when it installs.
import { chmodSync, cpSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

function assetFolders(folder) {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory())
    .flatMap((path) => (path.endsWith('/assets') ? [path] : assetFolders(path)));
}

for (const folder of ['lib', 'cli'].flatMap(assetFolders)) {
  cpSync(folder, join('dist', folder), { recursive: true, filter: (path) => !path.endsWith('__pycache__') });
}
chmodSync('dist/cli/main.js', 0o755);
