import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { timeoutOf } from './arguments';
import { allClouds, defaultStacks } from './clouds';
import { CommandError, type GeneralCommand, type Io, text, UsageError, type Values } from './command';
import type { Answer } from './init/ask';
import type { Settings } from './init/settings';

const namePattern = /^[a-z][a-z0-9-]{0,62}$/;

export const init: GeneralCommand = {
  name: 'init',
  summary: 'Create the settings of a new cloud interactively, from what the cloud offers.',
  usage: '<cloud>',
  options: {
    yes: { help: 'accept the proposals for everything that is not given' },
    openstack: {
      value: 'ENTRY',
      help: 'entry of clouds.yaml (default: the name of the cloud); "-" for the OS_* variables',
    },
    region: { value: 'REGION,…', multiple: true, help: 'regions that get a UAP' },
    host: { value: 'NAME,…', multiple: true, help: "host name of each region's UAP" },
    network: { value: 'NAME', help: "network of the users' instances" },
    ranges: {
      value: 'CIDR,…',
      multiple: true,
      help: "addresses of the users' instances (default: the subnets of the network)",
    },
    deny: {
      value: 'ADDRESS,…',
      multiple: true,
      help: "addresses in these ranges to refuse (default: the cloud's own)",
    },
    image: { value: 'NAME', help: 'image with Debian 12 or 13, Ubuntu 22.04 or 24.04' },
    flavor: { value: 'NAME', help: 'flavor of the instance' },
    'key-pair': { value: 'NAME', help: 'SSH key pair (default: none)' },
    'admin-networks': { value: 'CIDR,…', multiple: true, help: 'networks that may use SSH (default: none)' },
    'package-mirror': { value: 'URL', help: "package mirror of the instance (default: the image's own)" },
    dns: { value: 'HOW', help: 'DNS service: designate, rfc2136 or manual' },
    zone: { value: 'ZONE', help: 'zone of the host names' },
    'dns-server': { value: 'HOST', help: 'rfc2136: primary server of the zone' },
    'dns-key': { value: 'NAME', help: 'rfc2136: name of the TSIG key' },
    'dns-key-file': { value: 'FILE', help: 'rfc2136: file with the secret of that key' },
    'dns-key-algorithm': { value: 'HMAC', help: 'rfc2136: algorithm of the key (default: hmac-sha256)' },
    'challenge-key': { value: 'NAME', help: 'rfc2136: another TSIG key, for the ACME challenge only' },
    'challenge-key-file': { value: 'FILE', help: 'rfc2136: file with the secret of that key' },
    certificate: { value: 'FROM', help: 'source of the certificate: acme (default), instance or pem' },
    'certificate-chain': { value: 'FILE', help: 'pem: file with the certificate and its intermediates' },
    'certificate-key': { value: 'FILE', help: 'pem: file with its key, encrypted PKCS#8' },
    email: { value: 'ADDRESS', help: 'mail address of the ACME account' },
    'acme-directory': {
      value: 'CA',
      help: 'letsencrypt (default), letsencrypt-staging, zerossl, or the URL of a directory',
    },
    'acme-ca': { value: 'FILE', help: 'PEM file of the CA that signed the certificate of that directory' },
    'acme-challenge': {
      value: 'PROVIDER:VARIABLE,…',
      help: 'lego provider that solves the challenge, e.g. cloudflare:CF_DNS_API_TOKEN',
    },
    'acme-account-key': { value: 'ID', help: 'key ID for external account binding (needed by zerossl)' },
    'name-servers': {
      value: 'ADDRESS:PORT,…',
      multiple: true,
      help: 'name servers to query until the challenge is published',
    },
    timeout: { value: 'SECONDS', help: 'longest wait for each answer (default: 10)' },
    force: { help: 'overwrite existing settings' },
  },
  examples: ['init my-cloud', 'init my-cloud --yes --email ops@cloud.org --host proxy.cloud.org'],
  notes:
    'On a terminal it asks for what the options leave open. It writes nothing before the last answer, and never changes ' +
    'the cloud.',

  async runGeneral(io, values, positionals) {
    const [name, ...more] = positionals;
    if (name === undefined)
      throw new UsageError('init needs a name for the cloud, preferably that of its entry in clouds.yaml');
    if (more.length > 0) throw new UsageError(`init takes one cloud; remove "${more.join(' ')}"`);
    const file = fileOf(io, values, name);
    const [{ Asker, processTerminal }, { interview }, { settingsYaml }] = await Promise.all([
      import('./init/ask'),
      import('./init/interview'),
      import('./init/yaml'),
    ]);
    const terminal = values.yes ? undefined : await processTerminal();
    const ask = new Asker(values, terminal, values.yes === true);
    const { settings, remarks } = await interview(io, ask, {
      name,
      openstack: entryOf(values, name),
      timeout: timeoutOf(values, 10),
    });
    await write(file, name, settingsYaml(settings, schemaPath(io, file)));
    io.stdout.write(answersText(ask.answers, remarks));
    io.stdout.write(`\n${writtenText(io, values, name, relative(io.cwd, file))}\n`);
    const steps = next(settings).map((line) => `  ${line}\n`);
    io.stdout.write(`\nNext:\n${steps.join('')}`);
    return 0;
  },
};

/** The file to write; known mistakes are reported before the first question. */
function fileOf(io: Io, values: Values, name: string): string {
  if (!namePattern.test(name)) {
    const lower = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '');
    const better = namePattern.test(lower) ? `; write: uap init ${lower} --openstack ${name}` : '';
    throw new UsageError(`the name of a cloud has only lower-case letters, digits and hyphens; got "${name}"${better}`);
  }
  const folder = dirname(stacksFile(io, values));
  const [file = '', ...others] = ['yaml', 'yml', 'ts', 'js'].map((suffix) => join(folder, `${name}.${suffix}`));
  const other = others.find(existsSync);
  // A cloud must not be in two files.
  if (other) throw new CommandError(`${relative(io.cwd, other)} already exists; choose another name, or remove it`);
  if (existsSync(file) && values.force !== true) {
    throw new CommandError(`${relative(io.cwd, file)} already exists; give --force to overwrite it`);
  }
  if (!existsSync(join(io.cwd, 'cdktf.json'))) {
    throw new UsageError(
      'this folder has no cdktf.json; run uap init in the folder of your app, e.g. the clone of this repository',
    );
  }
  return file;
}

function stacksFile(io: Io, values: Values): string {
  return resolve(io.cwd, text(values, 'stacks') ?? defaultStacks);
}

function entryOf(values: Values, name: string): string | undefined {
  const given = text(values, 'openstack');
  return given === '-' ? undefined : (given ?? name);
}

/** Path of the JSON Schema: in this repository, or in the package that the app depends on. */
function schemaPath(io: Io, file: string): string {
  const schema = 'schemas/cloud.schema.json';
  const own = existsSync(join(io.cwd, schema)) ? schema : join('node_modules/cdktf-openstack-uap', schema);
  return relative(dirname(file), join(io.cwd, own));
}

/**
 * Writes a draft, validates it and renames it, so that a reader never sees a partial or invalid file.
 * @throws SettingsError if they are wrong
 */
async function write(file: string, name: string, content: string): Promise<void> {
  const { cloudFromYaml, resolveCloud, SettingsError } = await import('../lib');
  // Clouds have no names that begin with a dot.
  const draft = join(dirname(file), `.${name}.yaml`);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(draft, content);
    resolveCloud(cloudFromYaml(draft));
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    if (!(error instanceof SettingsError)) throw error;
    // The draft is gone, so its line numbers do not help.
    throw new SettingsError(
      name,
      error.problems.map(({ at, ...problem }) => problem),
    );
  }
}

/** Whether the app finds the new file, and if not, what is missing. */
function writtenText(io: Io, values: Values, name: string, file: string): string {
  const stacks = stacksFile(io, values);
  const label = relative(io.cwd, stacks);
  const found = existsSync(stacks) && allClouds(text(values, 'stacks'), io).clouds.some((cloud) => cloud.name === name);
  if (found) return `${file} is written; ${label} reads it.`;
  const library = existsSync(join(io.cwd, 'lib/index.ts')) ? '../lib' : 'cdktf-openstack-uap';
  return [
    `${file} is written, but ${label} does not read it. Add to that file:`,
    `  import { cloudsFromYaml } from '${library}';`,
    '  export const clouds = [...cloudsFromYaml(__dirname)]; // after the existing clouds',
  ].join('\n');
}

const origins: Readonly<Record<Answer['by'], string>> = {
  given: '',
  answered: '',
  proposed: '(proposed)',
  'only one': '(the only one)',
};

function answersText(answers: readonly Answer[], remarks: readonly string[]): string {
  const width = Math.max(...answers.map(({ option }) => option.length));
  const lines = answers.map(({ option, value, by }) => `  ${option.padEnd(width)}  ${value}  ${origins[by]}`.trimEnd());
  return `${[...lines, ...[...new Set(remarks)].map((remark) => `\n  ${remark}`)].join('\n')}\n`;
}

/** The commands that come after. */
function next({ name, acme, certificate }: Settings): string[] {
  const directory = acme?.directory;
  const caFile = certificate.kind === 'acme' && typeof directory === 'object' ? directory.caFile : undefined;
  return [
    `npx uap check ${name}`,
    // Terraform's acme provider reads a private CA only from the environment.
    `${caFile ? `LEGO_CA_CERTIFICATES=${caFile} ` : ''}npx cdktf deploy ${name}`,
  ];
}
