import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { userDataArchive } from '../../lib/cloud-init/user-data';

export interface Unpacked {
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

/** The files that a cloud-config leaves on an instance, by its own command and the real tar, in another root. */
export function unpack(cloudConfig: string): Unpacked[] {
  const { write_files, runcmd } = parse(cloudConfig);
  const [{ path, encoding, content }, ...secrets] = write_files;
  expect([path, encoding]).toEqual([userDataArchive, 'b64']);
  const command: string[] = runcmd.find(([program]: string[]) => program === 'tar');
  const root = mkdtempSync(join(tmpdir(), 'uap-unpack-'));
  try {
    const args = command
      .slice(1)
      .map((arg) => arg.replace(/^--directory=.*/, `--directory=${root}`).replace(/^--file=.*/, '--file=-'));
    execFileSync('tar', args, { input: Buffer.from(content, 'base64') });
    const archived = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((name) => ({ name, stat: statSync(join(root, name)) }))
      .filter(({ stat }) => stat.isFile())
      .map(({ name, stat }) => ({
        path: `/${name}`,
        mode: `0${(stat.mode & 0o777).toString(8)}`,
        content: readFileSync(join(root, name), 'utf8'),
      }));
    const beside = secrets.map((file: { path: string; permissions: string; content: string }) => ({
      path: file.path,
      mode: file.permissions,
      content: file.content,
    }));
    return [...archived, ...beside].sort((one, other) => (one.path < other.path ? -1 : 1));
  } finally {
    rmSync(root, { recursive: true });
  }
}
