// Builds dist anew: the compiled sources, the files that are read at run time beside them (lib/**/assets), and a digest of
// each source, by which start.js knows whether what is compiled is current.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const digests = 'dist/sources.json';
rmSync('dist', { recursive: true, force: true });
// Before the compiler reads them: a source that is edited meanwhile is not current then.
const sources = ['lib', 'cli', '.gen']
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('base64')]);

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
for (const folder of ['lib', 'cli'].flatMap(assetFolders)) {
  cpSync(folder, join('dist', folder), { recursive: true, filter: (path) => !path.endsWith('__pycache__') });
}
// npm does this only when it installs.
chmodSync('dist/cli/main.js', 0o755);
const compiled = sources.filter(([path]) => existsSync(join('dist', path.replace(/\.ts$/, '.js'))));
writeFileSync(digests, JSON.stringify(Object.fromEntries(compiled)));

function assetFolders(folder) {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory())
    .flatMap((path) => (path.endsWith('/assets') ? [path] : assetFolders(path)));
}
