// Copies the files that are read at run time beside the compiled code: lib/**/assets -> dist/lib/**/assets.
import { cpSync, readdirSync, statSync } from 'node:fs';
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
