import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { applyTimeFilePath, type InstanceFile, type InstanceParts } from '../instance-parts';
import { STATE } from '../instance-paths';
import { base64Length } from './apply-time-files';

/** Nova's limit: bytes of user data after base64. */
export const userDataLimit = 65_535;

/** Where the archive of all files is on the instance. */
export const userDataArchive = `${STATE}/files`;

/**
 * Unpacks the archive, `[path, mode, content]` of each file as JSON, below a folder. In Python, which cloud-init needs
 * itself: tar's headers and base64 would take a seventh of what Nova allows.
 */
const unpack = `import base64, gzip, json, os, sys
archive, root = sys.argv[1:]
for path, mode, content in json.loads(gzip.decompress(base64.b85decode(open(archive).read().replace(',', '{')))):
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    with open(root + path, 'w', encoding='utf-8', newline='') as file:
        file.write(content)
    os.chmod(root + path, int(mode, 8))
`;

export interface UserDataOptions {
  /** Name that the instance gives itself. */
  readonly hostname: string;
}

export interface UserData {
  /** The cloud-config, for people and tests: without the contents of secret apply-time files. */
  readonly text: string;
  /** SHA-256 of what it writes and does, the same with every version of Node.js; those of zlib differ. */
  readonly digest: string;
  /** Its length in base64, with room for the secret apply-time files: the number that Nova limits. */
  readonly bytes: number;
  /**
   * What Terraform gives Nova: the cloud-config as a template string with the contents of the secret apply-time files.
   * @param contents in base64, by name; usually tokens
   */
  withSecrets(contents: Readonly<Record<string, string>>): string;
}

/**
 * The cloud-config that writes all files, as one archive, and starts all units: cloud-init reads its YAML again in each
 * of its stages, which takes half a minute on a slow machine if a hundred files are in it. Secret apply-time files stand
 * beside the archive, as only Terraform knows their contents; other apply-time files are not part of it.
 */
export function userData(parts: InstanceParts, options: UserDataOptions): UserData {
  const files = parts.files ?? [];
  checkFiles(files);
  const secrets = (parts.applyTimeFiles ?? []).filter((file) => file.secret);
  const units = (parts.units ?? []).map((unit) => unit.name);
  const entries = JSON.stringify(files.map(({ path, content, mode }) => [path, mode ?? '0644', content]));
  const config = {
    fqdn: options.hostname,
    // uap-setup installs what is missing: cloud-init gives up when another process holds apt's lock.
    package_update: false,
    package_upgrade: false,
    write_files: [
      { path: userDataArchive, permissions: '0644', content: base85(compress(entries)) },
      ...secrets.map(({ name }) => ({
        path: applyTimeFilePath(name),
        permissions: '0600',
        encoding: 'b64',
        content: placeOf(name),
      })),
    ],
    runcmd: [
      ['python3', '-Ic', unpack, userDataArchive, ''],
      // An image's own Nginx runs by now, without our drop-in.
      ['sh', '-c', 'systemctl stop nginx.service 2> /dev/null || true'],
      // No reload, which takes seconds on a slow machine: systemd reads units that it has not met yet. uap-setup reloads
      // where it has met Nginx's without our drop-in.
      ['systemctl', 'enable', '--no-reload', ...units],
      ['systemctl', 'start', '--no-block', ...units],
    ],
  };
  const {
    write_files: [, ...applyTimeFiles],
    ...rest
  } = config;
  const digest = createHash('sha256')
    .update(JSON.stringify([rest, applyTimeFiles, entries]))
    .digest('hex');
  // JSON is YAML, and no reader takes "0644" or "on" in it for anything but text.
  const form = `#cloud-config\n${JSON.stringify(config, null, 2)}\n`;
  refuseTokens('user data', form);
  const fill = (text: string, contentOf: (name: string) => string) =>
    secrets.reduce((filled, { name }) => filled.replace(placeOf(name), () => contentOf(name)), text);
  const text = fill(form, () => '');
  const room = secrets.reduce((sum, { maxLength }) => sum + base64Length(maxLength), 0);
  const bytes = base64Length(Buffer.byteLength(text) + room);
  if (bytes > userDataLimit) throw new Error(tooLarge(bytes, files, room));
  return {
    text,
    digest,
    bytes,
    withSecrets: (contents) =>
      fill(escapeTemplate(form), (name) => {
        const content = contents[name];
        if (content === undefined) throw new Error(`no content for the secret apply-time file "${name}"`);
        return content;
      }),
  };
}

/** Stands for the content of a secret apply-time file until that is filled in. */
function placeOf(name: string): string {
  return `@secret ${name}@`;
}

/** So that Terraform takes the text as it is. */
function escapeTemplate(text: string): string {
  return text.replace(/[$%](?=\{)/g, '$&$&');
}

function compress(content: string): Buffer {
  return gzipSync(content, { level: 9 });
}

/** Python's, but for the brace that opens Terraform's templates. */
const base85Alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`,|}~';

const base85Digits = [...Buffer.from(base85Alphabet)];

/** As Python's b85encode: four bytes are five digits, the most significant first; what the last four lack is cut off. */
function base85(bytes: Uint8Array): string {
  const lacking = (4 - (bytes.length % 4)) % 4;
  const padded = Buffer.concat([bytes, Buffer.alloc(lacking)]);
  const text = Buffer.alloc((padded.length / 4) * 5);
  for (let word = 0; word < padded.length / 4; word++) {
    let value = padded.readUInt32BE(4 * word);
    for (let digit = 4; digit >= 0; digit--) {
      text[5 * word + digit] = base85Digits[value % 85] as number;
      value = Math.floor(value / 85);
    }
  }
  return text.toString('latin1', 0, text.length - lacking);
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
    throw new Error(
      `${where}: a value that Terraform knows only at apply can't be in the user data; use an apply-time file`,
    );
  }
}

function tooLarge(bytes: number, files: readonly InstanceFile[], room: number): string {
  const largest = files
    .map(({ path, content }) => ({ path, size: compress(content).length }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ path, size }) => `${path} (${size} bytes compressed)`);
  const secrets = room > 0 ? `; ${base64Length(room)} bytes are kept for secret files` : '';
  return `the user data has ${bytes} bytes, Nova's limit is ${userDataLimit}${secrets}; the largest files are ${largest.join(', ')}`;
}
