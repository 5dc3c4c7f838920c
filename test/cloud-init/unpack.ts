import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { userDataArchive } from '../../lib/cloud-init/user-data';

export interface Unpacked {
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

/** The files that a cloud-config leaves on an instance, by its own command, in another root. */
export function unpack(cloudConfig: string): Unpacked[] {
  const { write_files, runcmd } = parse(cloudConfig);
  const [{ path, content }, ...secrets] = write_files;
  expect(path).toBe(userDataArchive);
  const [program, ...args]: string[] = runcmd.find(([program]: string[]) => program === 'python3');
  const root = mkdtempSync(join(tmpdir(), 'uap-unpack-'));
  try {
    expect(args.slice(-2)).toEqual([userDataArchive, '']);
    const archive = join(root, '.archive');
    writeFileSync(archive, content);
    execFileSync(program as string, [...args.slice(0, -2), archive, root]);
    rmSync(archive);
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
