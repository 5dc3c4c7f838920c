// Prints docs/settings.md from the docstrings of the settings: npx tsx scripts/settings-page.ts > docs/settings.md
import { stringify } from 'yaml';
import type { CloudSpec, RegionSpec } from '../lib';
import type { AcmeDirectorySpec, AcmeSpec, ExternalAccountBindingSpec, PortsSpec } from '../lib/settings';
import { infoAt } from '../lib/settings/issues';
import { cloudSchema } from '../lib/settings/schema';
import type { Path } from '../lib/validation/problems';
import {
  type DocumentedFactory,
  type DocumentedSetting,
  documentedFamily,
  documentedSettings,
} from '../test/settings/settings-docs';
import { yamlValue } from './cloud-schema';

export const newInstance = 'new instance';
const asForCloud = "as the cloud's";
const newAccount = 'new account and certificate; new instance';

/** What a change of a setting does, which no docstring tells; the compiler asks for every setting. */
export const changes: {
  readonly CloudSpec: Record<keyof CloudSpec, string>;
  readonly AcmeSpec: Record<keyof AcmeSpec, string>;
  readonly AcmeDirectorySpec: Record<keyof AcmeDirectorySpec, string>;
  readonly ExternalAccountBindingSpec: Record<keyof ExternalAccountBindingSpec, string>;
  readonly RegionSpec: Record<keyof RegionSpec, string>;
  readonly PortsSpec: Record<keyof PortsSpec, string>;
} = {
  CloudSpec: {
    name: 'another stack with a state of its own: `npx cdktf destroy` the old one before',
    openstack: 'nothing, if its project is the same',
    keystoneHostname: 'an output, nothing else',
    acme: 'see [acme](#acme)',
    dns: 'records in place; with another zone or kind they are made anew; another kind, server or key with `acmeOnInstance()`: new instance',
    certificate: 'another kind, or another passphrase of `fromPem()`: new instance; else in place',
    delivery: 'another kind: new instance',
    backend: 'the state moves there: `npx cdktf deploy --migrate-state <cloud>`',
    namePrefix: 'in place',
    tags: 'in place',
    regions: 'one more is another UAP; the UAP of one that is left out is destroyed',
  },
  AcmeSpec: {
    email: newAccount,
    directory: newAccount,
    externalAccountBinding: newAccount,
    keyType: 'new certificate',
    profile: 'new certificate',
    renewalInfo: 'nothing until it is time to renew',
    recursiveNameservers: 'nothing until the next certificate',
  },
  AcmeDirectorySpec: {
    url: newAccount,
    caFile: 'nothing; with `acmeOnInstance()` in place, but new instance if it is added or left out',
  },
  ExternalAccountBindingSpec: { keyId: newAccount, hmacKey: newAccount },
  RegionSpec: {
    region: 'the UAP is destroyed and another one made in that region',
    hostname: `${newInstance}, new certificate and records`,
    publicNetwork: 'new port, address and instance; records in place',
    upstreamRanges: `${newInstance}; with \`strictEgress\` the security group, too`,
    allowSpecialPurposeRanges: 'nothing: a check',
    image: 'nothing until the next new instance',
    generation: newInstance,
    flavor: 'resized in place, with a reboot',
    instances: 'more: those that are there stay as they are, records last; fewer: the last ones are destroyed',
    address: 'new addresses and instances; records in place. The old ones go first: an outage of minutes',
    loadBalancer: 'new instances; records in place. The old ones go first: an outage of minutes',
    drain: 'nothing until the next new instance',
    keyPair: newInstance,
    adminNetworks: 'security group in place',
    deniedAddresses: newInstance,
    ports: newInstance,
    httpUpstreams: newInstance,
    clientOrigins: newInstance,
    sameInstanceCors: newInstance,
    siblingShield: newInstance,
    abuseContact: newInstance,
    blocked: newInstance,
    metricsNetworks: newInstance,
    maxBodySize: newInstance,
    upstreamSecurity: `${newInstance}; another client certificate for the same key in place`,
    packageMirror: newInstance,
    strictEgress: 'security group in place',
    recordTtl:
      'records in place; with `rfc2136` they are removed and made anew, so that for about a second names are not found, which resolvers may remember for the negative TTL of the zone',
    readinessTimeout: 'nothing: a wait',
    certificatePollInterval: newInstance,
    dns: asForCloud,
    certificate: asForCloud,
    delivery: asForCloud,
  },
  PortsSpec: { allowed: newInstance, denied: newInstance },
};

const introduction = `<!-- Made by: npx tsx scripts/settings-page.ts > docs/settings.md -->

# Settings

A cloud is a file \`stacks/<cloud>.ts\` that exports a \`CloudSpec\` and is listed in \`stacks/index.ts\`, or a file
\`stacks/<cloud>.yaml\`, which is found there by itself ([settings in YAML](#settings-in-yaml)). It holds settings
for [the cloud](#the-cloud), for [ACME](#acme) and for [each region](#regions); some of them are
[strategy objects](#strategy-objects), such as \`DnsRecords.designate({ zone: 'cloud.org' })\`.

\`npx uap show <cloud>\` prints every setting with its value or default. Mistakes are told all at once, before anything is
created, each with its place, what is wrong and an example.

The last column of the tables tells what \`npx cdktf deploy\` does when you change a setting; \`npx cdktf diff <cloud>\`
tells it beforehand.

- **${newInstance}**: what is on the instance, and the secrets it needs, travel in its user data, so another instance takes its place, on the same
  port with the same address. Until it is ready, usually for some minutes, the UAP doesn't answer; with floating IPs,
  a load balancer or several instances there is no such outage ([growth.md](growth.md)). With
  \`WildcardCertificate.acmeOnInstance()\` it orders a certificate of its own; mind the limits of your CA.
- **in place**: the UAP goes on serving. A new certificate travels in place, too.
- **nothing**: what runs stays as it is.
`;

const yamlSection = () => `## Settings in YAML

All settings have the same names, values and defaults in YAML, and are checked by the same rules; messages tell file, line
and column besides. [docs/examples/cloud-b.yaml](examples/cloud-b.yaml) is a whole cloud.

What is made by a factory in TypeScript is the factory's name in YAML, with its options if it needs any:

${table(
  ['TypeScript', 'YAML'],
  [
    "dns: DnsRecords.designate({ zone: 'cloud.org' })",
    'certificate: WildcardCertificate.acmeOnInstance()',
    "hmacKey: Secret.variable('eab_hmac_key')",
    "key: { name: 'uap', secret: Secret.file('~/tsig.key') }",
    "upstreamSecurity: UpstreamSecurity.verifiedTls({ ca: 'stacks/instances-ca.pem' })",
    "backend: StateBackend.s3({ bucket: 'terraform', key: 'cloud-a.tfstate' })",
  ].map((source) => [code(source), code(yamlLine(source))]),
)}

- The file is YAML 1.2 with one document. A number or \`null\` where a text is wanted takes quotes: \`'2048'\`.
- Anchors and \`<<\` let regions share settings: \`- &one\` in front of the first region's, \`<<: *one\` in another.
- \`schemas/cloud.schema.json\` is the JSON Schema of such a file. Editors that know the YAML language server complete and
  check while you write if the first line is \`# yaml-language-server: $schema=../schemas/cloud.schema.json\`, or
  \`../node_modules/cdktf-openstack-uap/schemas/cloud.schema.json\` where this package is a dependency.
- An app of your own lists the files of a folder by \`cloudsFromYaml(__dirname)\`, or reads one by \`cloudFromYaml(file)\`.`;

/** A line of TypeScript as YAML has it, in the style of YAML. */
function yamlLine(source: string): string {
  const [name = '', ...value] = source.split(': ');
  const data = yamlValue(value.join(': '));
  return stringify({ [name]: data }, { collectionStyle: 'flow', lineWidth: 0 })
    .trim()
    .slice(2, -2);
}

const acmeNote = `The changes are those with \`WildcardCertificate.acme()\`: in place but for those of the account, whose key makes
the password that the certificate travels with. \`acmeOnInstance()\` does without
\`externalAccountBinding\` and \`renewalInfo\`; a change of the others is a new instance there, unless the table says
otherwise.`;

const strategies = [
  ['strategies/dns-records.ts', ''],
  ['strategies/wildcard-certificate.ts', ''],
  ['strategies/secret-delivery.ts', ''],
  ['strategies/instance-address.ts', ''],
  ['strategies/load-balancer.ts', ''],
  ['strategies/upstream-security.ts', ''],
  [
    'strategies/state-backend.ts',
    "The options of `s3`, `http` and `pg` are those of Terraform's backend, in camelCase: `forcePathStyle` for " +
      '`force_path_style`.',
  ],
  ['strategies/secret.ts', ''],
] as const;

const required = '**required**';
const code = (text: string) => `\`${text}\``;

/** A line of a table. */
const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => '---'), ...rows].map(line).join('\n');
}

function defaultOf(setting: DocumentedSetting): string {
  if (!setting.optional) return required;
  return setting.default?.startsWith('- ') ? setting.default.slice(2) : code(setting.default ?? '');
}

/** The settings of an interface, those of the objects in it after their own, each with its place. */
function nested(
  all: readonly DocumentedSetting[],
  of: string,
  seen: Set<string>,
  before: Path = [],
): { readonly setting: DocumentedSetting; readonly path: Path }[] {
  seen.add(of);
  return all
    .filter((setting) => setting.of === of)
    .flatMap((setting) => {
      const path = [...before, setting.name];
      const inner = all.find((one) => !seen.has(one.of) && new RegExp(`\\b${one.of}\\b`).test(setting.type));
      return [{ setting, path }, ...(inner ? nested(all, inner.of, seen, path) : [])];
    });
}

function settingsTable(of: keyof typeof changes, place: Path): string {
  const sections = new Set(['CloudSpec', 'AcmeSpec', 'RegionSpec']);
  const rows = nested(documentedSettings(), of, sections).map(({ setting, path }) => {
    const { unit, allowed = '' } = infoAt(cloudSchema, [...place, ...path]);
    return [
      code(path.join('.')),
      unit && /\d/.test(allowed) ? `${setting.text} Allowed: ${allowed}.` : setting.text,
      defaultOf(setting),
      code(setting.example ?? ''),
      (changes[setting.of as keyof typeof changes] as Record<string, string>)[setting.name] ?? '',
    ];
  });
  return table(['Setting', 'Meaning', 'Default', 'Example', 'A change'], rows);
}

/** Of options whose names say enough to who writes code. */
const texts: Record<string, string> = {
  port: 'Port of the server.',
  key: 'The TSIG key that the server takes updates with.',
  'key.algorithm': 'The one that the key was made for.',
};

function optionText({ text, type }: DocumentedSetting, path: string): string {
  const words = text || texts[path] || '';
  // A union of texts: all that it may be.
  return /^'[^']*'( \| '[^']*')+$/.test(type) ? `${words} One of ${type.split(' | ').map(code).join(', ')}.` : words;
}

function factorySection(factory: DocumentedFactory, options: readonly DocumentedSetting[]): string {
  const optionsOf = (type: string) => options.filter(({ of }) => of === type);
  const mark = ({ name, optional }: { name: string; optional: boolean }) => `${name}${optional ? '?' : ''}`;
  const parameters = factory.parameters.map((parameter) => {
    const names = optionsOf(parameter.type).map(mark).join(', ');
    return names ? `{ ${names} }` : mark(parameter);
  });
  const words = factory.parameters.filter(({ text }) => text).map(({ name, text }) => `- ${code(name)}: ${text}`);
  const rows = factory.parameters
    .flatMap(({ type }) => nested(options, type, new Set()))
    .map(({ setting, path }) => ({ setting, name: path.join('.') }))
    .map(({ setting, name }) => [code(name), optionText(setting, name), defaultOf(setting)]);
  return [
    `**${code(`${factory.name}(${parameters.join(', ')})`)}**`,
    factory.text,
    words.join('\n') + (factory.default ? ` Default: ${code(factory.default)}` : ''),
    rows.length > 0 ? table(['Option', 'Meaning', 'Default'], rows) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function strategySection(file: string, note: string): string {
  const { name, text, factories } = documentedFamily(file);
  const options = documentedSettings([file]);
  return [
    `### ${name}`,
    text.replaceAll(/\{@link ([^}]+)\}/g, (_, target) => code(target)),
    ...factories.map((factory) => factorySection(factory, options)),
    ...(note ? [note] : []),
  ].join('\n\n');
}

/** The text of docs/settings.md. */
export function settingsPage(): string {
  return `${[
    introduction.trim(),
    '## The cloud',
    settingsTable('CloudSpec', []),
    '## ACME',
    acmeNote,
    settingsTable('AcmeSpec', ['acme']),
    '## Regions',
    settingsTable('RegionSpec', ['regions', 0]),
    yamlSection(),
    '## Strategy objects',
    ...strategies.map(([file, note]) => strategySection(file, note)),
  ].join('\n\n')}\n`;
}

if (require.main === module) process.stdout.write(settingsPage());
