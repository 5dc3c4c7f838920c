import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { timeoutOf } from './arguments';
import { findCloud, loadFile } from './clouds';
import { CommandError, type GeneralCommand, type Io, text, UsageError, type Values } from './command';
import type { Answer } from './init/ask';
import type { Settings } from './init/settings';

const form = /^[a-z][a-z0-9-]{0,62}$/;

export const init: GeneralCommand = {
  name: 'init',
  summary: 'Write the settings of a new cloud: the cloud is asked what it has, you what you want.',
  usage: '<cloud>',
  options: {
    yes: { help: 'take what is proposed for all that is not given' },
    openstack: {
      value: 'ENTRY',
      help: 'entry of clouds.yaml (default: the name of the cloud); "-" for the OS_* variables',
    },
    region: { value: 'REGION,…', multiple: true, help: 'regions that get a UAP' },
    host: { value: 'NAME,…', multiple: true, help: "host name of each region's UAP" },
    network: { value: 'NAME', help: "network that users' instances have their addresses on" },
    ranges: { value: 'CIDR,…', multiple: true, help: 'those addresses (default: the subnets of the network)' },
    deny: { value: 'ADDRESS,…', multiple: true, help: "addresses in them that are refused (default: the cloud's own)" },
    image: { value: 'NAME', help: 'Debian 12 or 13, Ubuntu 22.04 or 24.04' },
    flavor: { value: 'NAME', help: 'flavor of the instance' },
    'key-pair': { value: 'NAME', help: 'SSH key pair (default: none)' },
    'admin-networks': { value: 'CIDR,…', multiple: true, help: 'networks that reach SSH (default: none)' },
    'package-mirror': { value: 'URL', help: "where the instance installs from (default: the image's own)" },
    dns: { value: 'HOW', help: 'designate, rfc2136 or manual' },
    zone: { value: 'ZONE', help: 'the zone of the host names' },
    'dns-server': { value: 'HOST', help: 'rfc2136: the primary of the zone' },
    'dns-key': { value: 'NAME', help: 'rfc2136: name of the TSIG key' },
    'dns-key-file': { value: 'FILE', help: 'rfc2136: file with its secret' },
    'dns-key-algorithm': { value: 'HMAC', help: 'rfc2136: default hmac-sha256' },
    'challenge-key': { value: 'NAME', help: 'rfc2136: a key for the ACME challenge alone' },
    'challenge-key-file': { value: 'FILE', help: 'rfc2136: file with its secret' },
    certificate: { value: 'FROM', help: 'acme (default), instance or pem' },
    'certificate-chain': { value: 'FILE', help: 'pem: the certificate and its intermediates' },
    'certificate-key': { value: 'FILE', help: 'pem: its key, encrypted PKCS#8' },
    email: { value: 'ADDRESS', help: 'of the account with the CA' },
    'acme-directory': {
      value: 'CA',
      help: 'letsencrypt (default), letsencrypt-staging, zerossl, or the URL of a directory',
    },
    'acme-ca': { value: 'FILE', help: 'PEM file of the CA that signed the certificate of that URL' },
    'acme-challenge': {
      value: 'PROVIDER:VARIABLE,…',
      help: 'another DNS service for the challenge, as in cloudflare:CF_DNS_API_TOKEN',
    },
    'acme-account-key': { value: 'ID', help: 'binds the account to yours with the CA (zerossl)' },
    'name-servers': { value: 'ADDRESS:PORT,…', multiple: true, help: 'asked until the challenge is published' },
    timeout: { value: 'SECONDS', help: 'longest wait for an answer of the cloud (default: 10)' },
    force: { help: 'write over settings that are there' },
  },
  examples: ['init my-cloud', 'init my-cloud --yes --email ops@cloud.org --host proxy.cloud.org'],
  notes:
    'It asks on a terminal what the options leave open. Nothing is written before the last answer, and the cloud is not ' +
    'changed.',

  async runGeneral(io, values, positionals) {
    const [name, ...more] = positionals;
    if (name === undefined)
      throw new UsageError('init needs a name for the cloud, best that of its entry in clouds.yaml');
    if (more.length > 0) throw new UsageError(`init takes one cloud; "${more.join(' ')}" is too much`);
    const files = filesOf(io, values, name);
    const [{ Asker, processTerminal }, { interview }, { sourceOf, constantOf }, { withCloud }] = await Promise.all([
      import('./init/ask'),
      import('./init/interview'),
      import('./init/source'),
      import('./init/index-file'),
    ]);
    const terminal = values.yes ? undefined : await processTerminal();
    const ask = new Asker(values, terminal, values.yes === true);
    const { settings, remarks } = await interview(io, ask, {
      name,
      openstack: entryOf(values, name),
      timeout: timeoutOf(values, 10),
    });
    const library = libraryOf(io, files.cloud);
    const index = existsSync(files.index) ? readFileSync(files.index, 'utf8') : undefined;
    const listed = withCloud(index, name, constantOf(name), library);
    await writeAll(
      io,
      values,
      settings,
      files,
      sourceOf(settings, library),
      'text' in listed ? listed.text : undefined,
    );
    io.stdout.write(answersText(ask.answers, remarks));
    const [cloudLabel, indexLabel] = [files.cloud, files.index].map((file) => relative(io.cwd, file));
    if ('text' in listed) {
      io.stdout.write(`\n${cloudLabel} is written, and listed in ${indexLabel}.\n`);
    } else {
      const [importLine, element] = listed.byHand;
      io.stdout.write(`\n${cloudLabel} is written. List it in ${indexLabel}, which is not in the usual form:\n`);
      io.stdout.write(`  ${importLine}\n  and ${element} as an element of clouds\n`);
    }
    io.stdout.write(
      `\nNext:\n${next(settings)
        .map((line) => `  ${line}\n`)
        .join('')}`,
    );
    return 0;
  },
};

interface Files {
  readonly cloud: string;
  readonly index: string;
}

/** Where it will be written; what can be known to be wrong is told before the first question. */
function filesOf(io: Io, values: Values, name: string): Files {
  if (!form.test(name)) {
    const lower = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '');
    const better = form.test(lower) ? `; write: uap init ${lower} --openstack ${name}` : '';
    throw new UsageError(`the name of a cloud is lower-case letters, digits and hyphens; got "${name}"${better}`);
  }
  if (name === 'index') throw new UsageError('"index" is the list of the clouds; choose another name');
  const index = resolve(io.cwd, text(values, 'stacks') ?? 'stacks/index.ts');
  if (!/\.[cm]?ts$/.test(index)) throw new UsageError(`--stacks must be a TypeScript file; got "${basename(index)}"`);
  const cloud = join(dirname(index), `${name}.ts`);
  if (existsSync(cloud) && values.force !== true) {
    throw new CommandError(`${relative(io.cwd, cloud)} is there already; --force writes over it`);
  }
  if (!existsSync(join(io.cwd, 'cdktf.json'))) {
    throw new UsageError(
      'there is no cdktf.json; run uap init in the folder of your app, e.g. the clone of this repository',
    );
  }
  return { cloud, index };
}

function entryOf(values: Values, name: string): string | undefined {
  const given = text(values, 'openstack');
  return given === '-' ? undefined : (given ?? name);
}

/** This repository's own sources, or the package. */
function libraryOf(io: Io, cloud: string): string {
  const own = join(io.cwd, 'lib/index.ts');
  if (!existsSync(own)) return 'cdktf-openstack-uap';
  const path = relative(dirname(cloud), join(io.cwd, 'lib'));
  return path.startsWith('.') ? path : `./${path}`;
}

/** Writes the files, and takes them back if the settings turn out to be wrong. */
async function writeAll(
  io: Io,
  values: Values,
  { name }: Settings,
  files: Files,
  source: string,
  index: string | undefined,
): Promise<void> {
  const before = [files.cloud, files.index].map((file) => ({
    file,
    content: existsSync(file) ? readFileSync(file, 'utf8') : undefined,
  }));
  try {
    mkdirSync(dirname(files.cloud), { recursive: true });
    writeFileSync(files.cloud, source);
    if (index !== undefined) writeFileSync(files.index, index);
    const spec =
      index === undefined
        ? Object.values(loadFile(files.cloud, io) as object)[0]
        : findCloud(name, text(values, 'stacks'), io);
    const { resolveCloud } = await import('../lib/settings');
    resolveCloud(spec);
  } catch (error) {
    for (const { file, content } of before) {
      if (content === undefined) rmSync(file, { force: true });
      else writeFileSync(file, content);
    }
    throw error;
  }
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
    // Terraform's acme provider knows a CA of one's own from the environment alone.
    `${caFile ? `LEGO_CA_CERTIFICATES=${caFile} ` : ''}npx cdktf deploy ${name}`,
  ];
}
