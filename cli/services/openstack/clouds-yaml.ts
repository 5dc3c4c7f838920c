import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { suggestion } from '../../arguments';
import { CommandError, type Io } from '../../command';

/** An entry of clouds.yaml, as openstacksdk documents it; only what is used here is named. */
export interface CloudEntry {
  readonly profile?: string;
  readonly cloud?: string;
  readonly auth_type?: string;
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly region_name?: string;
  readonly regions?: readonly (string | { readonly name: string })[];
  readonly interface?: string;
  readonly endpoint_type?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify?: boolean;
  readonly insecure?: boolean;
}

/** An entry and the file that it is in. */
export interface FoundEntry {
  readonly name: string;
  readonly file: string;
  /** Whether Terraform, which runs in another folder, finds the file. */
  readonly foundByTerraform: boolean;
  readonly entry: CloudEntry;
}

/** Folders in the order in which openstacksdk and Terraform's provider look. */
function folders(io: Io): string[] {
  const config = io.env.XDG_CONFIG_HOME || join(home(io), '.config');
  return [io.cwd, join(config, 'openstack'), '/etc/openstack'];
}

function home(io: Io): string {
  return io.env.HOME || homedir();
}

/** The first that exists; a file that a variable names must exist. */
function findFile(io: Io, name: string, variable: string): string | undefined {
  const given = io.env[variable];
  if (given) {
    const file = resolve(io.cwd, given);
    if (existsSync(file)) return file;
    throw new CommandError(`the environment variable ${variable} names ${given}, which does not exist`);
  }
  return folders(io)
    .flatMap((folder) => ['yaml', 'yml', 'json'].map((suffix) => join(folder, `${name}.${suffix}`)))
    .find(existsSync);
}

function read(file: string): Record<string, CloudEntry> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file} can't be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  // Without the parser's excerpt, which could show a password.
  if (error) throw new CommandError(`${file} is not YAML, line ${error.linePos?.[0].line}: ${error.code}`);
  const root = document.toJS() as { clouds?: unknown; 'public-clouds'?: unknown } | null;
  const clouds = root?.clouds ?? root?.['public-clouds'];
  if (typeof clouds !== 'object' || clouds === null) {
    throw new CommandError(`${file} has no list "clouds" of entries`);
  }
  return clouds as Record<string, CloudEntry>;
}

/**
 * Reads an entry of clouds.yaml, with what secure.yaml and the profile in clouds-public.yaml add to it.
 * @throws CommandError if there is no file or no such entry
 */
export function findEntry(io: Io, name: string): FoundEntry {
  const file = findFile(io, 'clouds', 'OS_CLIENT_CONFIG_FILE');
  if (!file) {
    throw new CommandError(
      `clouds.yaml is missing; download it from your cloud's dashboard (API access) to ` +
        `${join(folders(io)[1] as string, 'clouds.yaml')}, or set OS_CLIENT_CONFIG_FILE to its path`,
    );
  }
  const entries = read(file);
  const entry = entries[name];
  if (typeof entry !== 'object' || entry === null) {
    throw new CommandError(`${file} has no entry "${name}"; ${suggestion(name, Object.keys(entries))}`);
  }
  const secureFile = findFile(io, 'secure', 'OS_CLIENT_SECURE_FILE');
  const secure = secureFile ? read(secureFile)[name] : undefined;
  const profile = profileOf(io, entry);
  const foundByTerraform = Boolean(io.env.OS_CLIENT_CONFIG_FILE) || !file.startsWith(join(io.cwd, 'clouds.'));
  return { name, file, foundByTerraform, entry: merge(merge(profile, entry), secure) };
}

function profileOf(io: Io, { profile, cloud }: CloudEntry): CloudEntry {
  const name = profile ?? cloud;
  const file = name === undefined ? undefined : findFile(io, 'clouds-public', 'OS_CLIENT_VENDOR_FILE');
  return (file && name !== undefined && read(file)[name]) || {};
}

function merge(base: CloudEntry, over: CloudEntry | undefined): CloudEntry {
  return { ...base, ...over, auth: { ...base.auth, ...over?.auth } };
}
