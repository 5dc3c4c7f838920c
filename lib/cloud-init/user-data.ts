import { gzipSync } from 'fflate';
import { createTar } from 'nanotar';
import type { InstanceFile, InstanceParts } from '../instance-parts';

/** Nova's limit: bytes of user data after base64. */
export const userDataLimit = 65_535;

/** Where the archive of all files is on the instance. */
export const userDataArchive = '/var/lib/uap/files.tar.gz';

export interface UserDataOptions {
  /** Name that the instance gives itself. */
  readonly hostname: string;
  /** Public keys for the image's default user. @default - none but those of the server's key pair */
  readonly sshAuthorizedKeys?: readonly string[];
}

export interface UserData {
  /** The cloud-config, for people and tests. */
  readonly text: string;
  /** What Nova gets: gzip, then base64. */
  readonly base64: string;
  /** Length of `base64`, the number that Nova limits. */
  readonly bytes: number;
}

/**
 * The cloud-config that writes all files, as one archive, and starts all units: cloud-init reads its YAML again in each
 * of its stages, which takes half a minute on a slow machine if a hundred files are in it. The same parts give the same bytes on every machine,
 * as changed user data replaces the server; hence a compressor in JavaScript, not Node's zlib, whose output differs
 * between builds. Late files are not part of it.
 */
export function userData(parts: InstanceParts, options: UserDataOptions): UserData {
  const { sshAuthorizedKeys = [] } = options;
  const files: InstanceFile[] = [
    ...(parts.files ?? []),
    { path: '/etc/uap/packages', content: (parts.packages ?? []).map((name) => `${name}\n`).join('') },
  ];
  checkFiles(files);
  const units = (parts.units ?? []).map((unit) => unit.name);
  const config = {
    fqdn: options.hostname,
    ...(sshAuthorizedKeys.length > 0 ? { ssh_authorized_keys: sshAuthorizedKeys } : {}),
    // uap-setup installs what is missing: cloud-init gives up when another process holds apt's lock.
    package_update: false,
    package_upgrade: false,
    write_files: [{ path: userDataArchive, permissions: '0644', encoding: 'b64', content: toBase64(archive(files)) }],
    runcmd: [
      ['tar', '--extract', '--gzip', '--touch', '--no-same-owner', `--file=${userDataArchive}`, '--directory=/'],
      // An image's own Nginx runs by now, without our drop-in.
      ['sh', '-c', 'systemctl stop nginx.service 2> /dev/null || true'],
      // One reload for all: on a slow machine each takes seconds.
      ['systemctl', 'enable', '--no-reload', ...units],
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'start', '--no-block', ...units],
    ],
  };
  // JSON is YAML, and no reader takes "0644" or "on" in it for anything but text.
  const text = `#cloud-config\n${JSON.stringify(config, null, 2)}\n`;
  refuseTokens('user data', text);
  const base64 = toBase64(compress(text));
  if (base64.length > userDataLimit) throw new Error(tooLarge(base64.length, files));
  return { text, base64, bytes: base64.length };
}

/** A gzipped tar archive of the files, without owners and times. */
function archive(files: readonly InstanceFile[]): Uint8Array {
  const entries = files.map(({ path, content, mode }) => ({
    name: path.slice(1),
    data: content,
    attrs: { mode: mode ?? '0644', mtime: 0, uid: 0, gid: 0 },
  }));
  return compress(createTar(entries));
}

/** Level 4 takes a tenth of the time of level 9, for 3 % more bytes. */
function compress(content: string | Uint8Array): Uint8Array {
  return gzipSync(Buffer.from(content), { level: 4, mtime: 0 });
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function checkFiles(files: readonly InstanceFile[]): void {
  const seen = new Set<string>();
  for (const { path, content, mode } of files) {
    refuseTokens(path, path + content);
    if (path.length > 100) throw new Error(`the path of an instance's file has at most 100 characters; got "${path}"`);
    if (!path.startsWith('/')) throw new Error(`the path of an instance's file must be absolute; got "${path}"`);
    if (seen.has(path)) throw new Error(`two files of the instance have the path ${path}`);
    seen.add(path);
    if (mode !== undefined && !/^0?[0-7]{3,4}$/.test(mode)) {
      throw new Error(`${path}: mode must be octal, as in "0755"; got "${mode}"`);
    }
  }
}

/** A Terraform token is a placeholder until apply; compressed, it would stay one for ever. */
function refuseTokens(where: string, text: string): void {
  if (text.includes('TfToken[')) {
    throw new Error(`${where}: a value that Terraform knows only at apply can't be in the user data; use a late file`);
  }
}

function tooLarge(bytes: number, files: readonly InstanceFile[]): string {
  const largest = files
    .map(({ path, content }) => ({ path, size: compress(content).length }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ path, size }) => `${path} (${size} bytes compressed)`);
  return `the user data has ${bytes} bytes, Nova's limit is ${userDataLimit}; the largest files are ${largest.join(', ')}`;
}
