import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { InstanceFile } from '../../lib';
import { CONFIG, OPTIONAL_PACKAGES, PACKAGES, SCRIPTS } from '../../lib/instance-paths';

/** Files of an instance that install its packages. */
const needed = [PACKAGES, OPTIONAL_PACKAGES, `${CONFIG}/package-mirror`, `${SCRIPTS}/packages`];

/** The script that an instance runs to become a guest image, with the files of a UAP that it needs for that. */
export function imageUserData(files: readonly InstanceFile[]): string {
  const script = readFileSync(join(__dirname, 'assets/install-packages'), 'utf8');
  const values: Readonly<Record<string, string>> = {
    FILES: files
      .filter(({ path }) => needed.includes(path))
      .map(writeFile)
      .join('\n'),
    CONFIG,
    OPTIONAL_PACKAGES,
    PACKAGES,
    SCRIPTS,
  };
  return script.replace(/@([A-Z_]+)@/g, (_, name: string) => values[name] ?? '');
}

function writeFile({ path, content, mode = '0644' }: InstanceFile): string {
  const encoded = Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\n');
  return `mkdir -p ${dirname(path)}\nbase64 -d > ${path} << 'FILE'\n${encoded}\nFILE\nchmod ${mode} ${path}`;
}
