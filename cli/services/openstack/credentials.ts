import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommandError, type Io } from '../../command';
import type { Tls } from '../http';
import { type CloudEntry, findEntry } from './clouds-yaml';

/** How to get a token, and where from. */
export interface Credentials {
  /** Where they come from, for messages: `entry "cloud-a" of /etc/openstack/clouds.yaml`. */
  readonly source: string;
  /** Of Keystone, with the version: `https://keystone.cloud.org:5000/v3`. */
  readonly authUrl: string;
  /** What Keystone's `POST /auth/tokens` takes as `auth`. */
  readonly auth: unknown;
  readonly method: 'password' | 'application credential' | 'token';
  readonly region?: string;
  readonly interface: string;
  readonly tls: Tls;
  /** Whether Terraform finds them as well. */
  readonly foundByTerraform: boolean;
}

/**
 * The credentials of an entry of clouds.yaml, or without a name those of the OS_* variables, as Terraform's provider
 * takes them.
 * @throws CommandError if something is missing
 */
export function findCredentials(io: Io, name: string | undefined): Credentials {
  const entryName = name ?? io.env.OS_CLOUD;
  if (entryName) {
    const { file, entry, foundByTerraform } = findEntry(io, entryName);
    return credentials(io, `entry "${entryName}" of ${file}`, entry, foundByTerraform);
  }
  if (!io.env.OS_AUTH_URL) {
    throw new CommandError(
      'the OS_* variables are not set; load your openrc file, or name an entry of clouds.yaml in the setting openstack',
    );
  }
  return credentials(io, 'the OS_* variables', entryOfVariables(io.env), true);
}

const authVariables = ['auth_url', 'username', 'user_id', 'password', 'project_name', 'project_id', 'token'].concat(
  ['user_domain_name', 'user_domain_id', 'project_domain_name', 'project_domain_id', 'domain_name', 'domain_id'],
  ['application_credential_id', 'application_credential_name', 'application_credential_secret', 'default_domain'],
);

function entryOfVariables(env: Io['env']): CloudEntry {
  const auth: Record<string, string> = {};
  for (const name of authVariables) {
    const value = env[`OS_${name.toUpperCase()}`];
    if (value) auth[name] = value;
  }
  if (env.OS_TENANT_NAME) auth.project_name ??= env.OS_TENANT_NAME;
  if (env.OS_TENANT_ID) auth.project_id ??= env.OS_TENANT_ID;
  return {
    auth_type: env.OS_AUTH_TYPE,
    auth,
    region_name: env.OS_REGION_NAME,
    interface: env.OS_INTERFACE ?? env.OS_ENDPOINT_TYPE,
    cacert: env.OS_CACERT,
    cert: env.OS_CERT,
    key: env.OS_KEY,
    insecure: /^(1|true|yes)$/i.test(env.OS_INSECURE ?? ''),
  };
}

function credentials(io: Io, source: string, entry: CloudEntry, foundByTerraform: boolean): Credentials {
  const given = entry.auth ?? {};
  const text = (key: string): string | undefined => {
    const value = given[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const authUrl = text('auth_url');
  if (!authUrl) throw new CommandError(`${source} has no auth_url`);
  if (!/^https?:\/\//.test(authUrl) || !URL.canParse(authUrl)) {
    throw new CommandError(`${source}: auth_url must be a URL such as https://keystone.cloud.org:5000/v3`);
  }
  const method = methodOf(source, entry, text);
  const region = entry.region_name ?? regionName(entry.regions?.[0]);
  return {
    source,
    authUrl: withVersion(authUrl),
    auth: bodies[method](source, text),
    method,
    region,
    interface: (entry.interface ?? entry.endpoint_type ?? 'public').replace(/URL$/, ''),
    tls: tlsOf(io, source, entry),
    foundByTerraform,
  };
}

function regionName(region: string | { readonly name: string } | undefined): string | undefined {
  return typeof region === 'object' ? region.name : region;
}

function withVersion(authUrl: string): string {
  const url = authUrl.replace(/\/+$/, '');
  if (/\/v2\.0$/.test(url)) return url.replace(/\/v2\.0$/, '/v3');
  return /\/v3$/.test(url) ? url : `${url}/v3`;
}

type Text = (key: string) => string | undefined;

function methodOf(source: string, { auth_type: type }: CloudEntry, text: Text): Credentials['method'] {
  if (type === undefined || type === '') {
    if (text('application_credential_secret')) return 'application credential';
    return text('token') ? 'token' : 'password';
  }
  if (/^(v3)?password$/.test(type)) return 'password';
  if (type === 'v3applicationcredential') return 'application credential';
  if (/^(v3)?token$/.test(type)) return 'token';
  throw new CommandError(
    `${source} has the auth_type "${type}", which uap does not support; create an application credential: openstack application credential create uap`,
  );
}

const bodies: Readonly<Record<Credentials['method'], (source: string, text: Text) => unknown>> = {
  password(source, text) {
    const user = userOf(source, text);
    return {
      identity: { methods: ['password'], password: { user: { ...user, password: needed(source, text, 'password') } } },
      scope: scopeOf(source, text),
    };
  },
  'application credential'(source, text) {
    const id = text('application_credential_id');
    const secret = needed(source, text, 'application_credential_secret');
    const identity = id
      ? { id }
      : { name: needed(source, text, 'application_credential_name'), user: userOf(source, text) };
    // An application credential has a fixed scope.
    return { identity: { methods: ['application_credential'], application_credential: { ...identity, secret } } };
  },
  token(source, text) {
    return {
      identity: { methods: ['token'], token: { id: needed(source, text, 'token') } },
      scope: scopeOf(source, text),
    };
  },
};

function needed(source: string, text: Text, key: string): string {
  const value = text(key);
  if (value === undefined) throw new CommandError(`${source} has no ${key}`);
  return value;
}

function userOf(source: string, text: Text) {
  const id = text('user_id');
  return id ? { id } : { name: needed(source, text, 'username'), domain: domainOf(text, 'user_domain') };
}

function scopeOf(source: string, text: Text) {
  const id = text('project_id');
  if (id) return { project: { id } };
  const name = text('project_name') ?? text('tenant_name');
  if (!name) throw new CommandError(`${source} has neither project_name nor project_id`);
  return { project: { name, domain: domainOf(text, 'project_domain') } };
}

function domainOf(text: Text, key: string) {
  const id = text(`${key}_id`) ?? text('domain_id');
  if (id) return { id };
  const name = text(`${key}_name`) ?? text('domain_name');
  return name ? { name } : { id: text('default_domain') ?? 'default' };
}

function tlsOf(io: Io, source: string, { cacert, cert, key, verify, insecure }: CloudEntry): Tls {
  const files = { cacert, cert, key };
  const pem = (name: keyof typeof files): string | undefined => {
    const file = files[name];
    if (!file) return undefined;
    try {
      return readFileSync(resolve(io.cwd, file.replace(/^~\//, join(homedir(), '/'))), 'utf8');
    } catch {
      throw new CommandError(`${source} names the file ${file} (${name}), which can't be read`);
    }
  };
  return {
    ca: pem('cacert'),
    cert: pem('cert'),
    key: pem('key'),
    verify: verify !== false && insecure !== true,
  };
}
