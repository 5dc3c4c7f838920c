// Prints docs/settings.md from the definitions of the settings: npx tsx scripts/settings-page.ts > docs/settings.md
import { inspect } from 'node:util';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { cloudSchema } from '../lib/settings/cloud';
import type { SettingInfo } from '../lib/settings/definition';
import { families } from '../lib/settings/strategies';
import { below, mergedInfo, namesIn, type Schemas, unwrap } from '../lib/settings/walk';
import { yamlValue } from './cloud-schema';
import {
  type DocumentedFactory,
  type DocumentedOption,
  documentedFamily,
  documentedOptions,
  settingTexts,
} from './docstrings';

const newInstance = 'new instance';

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

const backendNote =
  "The options of `s3`, `http` and `pg` are those of Terraform's backend, in camelCase: `forcePathStyle` for " +
  '`force_path_style`.';

const required = '**required**';
const code = (text: string) => `\`${text}\``;

/** A line of a table. */
const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => '---'), ...rows].map(line).join('\n');
}

/** The default of a setting: source text, or words; undefined if it is required. */
export function defaultOf(schema: z.core.$ZodType): { readonly text: string; readonly isSource: boolean } | undefined {
  const { default: words, defaultSource } = mergedInfo(unwrap(schema)) ?? {};
  if (words !== undefined) return { text: words, isSource: false };
  const { type, defaultValue } = schema._zod.def as { readonly type: string; readonly defaultValue?: unknown };
  const source =
    defaultSource ??
    (['default', 'prefault'].includes(type) ? inspect(defaultValue).replace(/^\[ (.*) \]$/, '[$1]') : undefined);
  return source === undefined ? undefined : { text: source, isSource: true };
}

function shownDefault(value: ReturnType<typeof defaultOf>): string {
  if (!value) return required;
  return value.isSource ? code(value.text) : value.text;
}

interface Row {
  readonly name: string;
  readonly schema: z.core.$ZodType;
}

/** The settings in a schema, those of the objects in it after their own, unless they have a section of their own. */
function rowsIn(schemas: Schemas, before = ''): Row[] {
  return namesIn(schemas).flatMap((key) => {
    const inner = below(schemas, key);
    const name = `${before}${key}`;
    const own = ['acme', 'regions'].includes(name) ? [] : rowsIn(inner, `${name}.`);
    return [{ name, schema: inner[0] as z.core.$ZodType }, ...own];
  });
}

/** What a change of a setting does. */
export function changeOf({ replacesInstance, change }: SettingInfo): string {
  return [...(replacesInstance ? [newInstance] : []), ...(change ? [change] : [])].join('; ');
}

/** Every setting of the section at a path: its name, and the cells of its row. */
export function settingRows(path: readonly (string | number)[]): string[][] {
  const texts = settingTexts();
  const section = path.reduce<Schemas>((schemas, key) => below(schemas, key), unwrap(cloudSchema));
  return rowsIn(section).map(({ name, schema }) => {
    const info = mergedInfo(unwrap(schema)) ?? {};
    const text = texts.get(schema) ?? '';
    const allowed = info.unit && /\d/.test(info.allowed ?? '') ? ` Allowed: ${info.allowed}.` : '';
    return [name, `${text}${allowed}`, shownDefault(defaultOf(schema)), code(info.example ?? ''), changeOf(info)];
  });
}

function settingsTable(path: readonly (string | number)[]): string {
  const rows = settingRows(path).map(([name = '', ...cells]) => [code(name), ...cells]);
  return table(['Setting', 'Meaning', 'Default', 'Example', 'A change'], rows);
}

/** Of options whose names say enough to who writes code. */
const texts: Record<string, string> = {
  port: 'Port of the server.',
  key: 'The TSIG key that the server takes updates with.',
  'key.algorithm': 'The one that the key was made for.',
};

function optionText({ text, type }: DocumentedOption, path: string): string {
  const words = text || texts[path] || '';
  // A union of texts: all that it may be.
  return /^'[^']*'( \| '[^']*')+$/.test(type) ? `${words} One of ${type.split(' | ').map(code).join(', ')}.` : words;
}

function optionDefault({ optional, default: value = '' }: DocumentedOption): string {
  if (!optional) return required;
  return value.startsWith('- ') ? value.slice(2) : code(value);
}

/** The options of an interface, those of the interfaces in it after their own, each once. */
function nested(
  all: readonly DocumentedOption[],
  of: string,
  before = '',
  seen: Set<string> = new Set(),
): { readonly option: DocumentedOption; readonly name: string }[] {
  seen.add(of);
  return all
    .filter((option) => option.of === of)
    .flatMap((option) => {
      const name = `${before}${option.name}`;
      const inner = all.find((one) => !seen.has(one.of) && new RegExp(`\\b${one.of}\\b`).test(option.type));
      return [{ option, name }, ...(inner ? nested(all, inner.of, `${name}.`, seen) : [])];
    });
}

function factorySection(factory: DocumentedFactory, options: readonly DocumentedOption[]): string {
  const optionsOf = (type: string) => options.filter(({ of }) => of === type);
  const mark = ({ name, optional }: { name: string; optional: boolean }) => `${name}${optional ? '?' : ''}`;
  const parameters = factory.parameters.map((parameter) => {
    const names = optionsOf(parameter.type).map(mark).join(', ');
    return names ? `{ ${names} }` : mark(parameter);
  });
  const words = factory.parameters.filter(({ text }) => text).map(({ name, text }) => `- ${code(name)}: ${text}`);
  const rows = factory.parameters
    .flatMap(({ type }) => nested(options, type))
    .map(({ option, name }) => [code(name), optionText(option, name), optionDefault(option)]);
  return [
    `**${code(`${factory.name}(${parameters.join(', ')})`)}**`,
    factory.text,
    words.join('\n') + (factory.default ? ` Default: ${code(factory.default)}` : ''),
    rows.length > 0 ? table(['Option', 'Meaning', 'Default'], rows) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function strategySection(className: string): string {
  const { name, text, factories } = documentedFamily(className);
  const options = documentedOptions(className);
  return [
    `### ${name}`,
    text.replaceAll(/\{@link ([^}]+)\}/g, (_, target) => code(target)),
    ...factories.map((factory) => factorySection(factory, options)),
    ...(className === 'StateBackend' ? [backendNote] : []),
  ].join('\n\n');
}

/** The text of docs/settings.md. */
export function settingsPage(): string {
  return `${[
    introduction.trim(),
    '## The cloud',
    settingsTable([]),
    '## ACME',
    acmeNote,
    settingsTable(['acme']),
    '## Regions',
    settingsTable(['regions', 0]),
    yamlSection(),
    '## Strategy objects',
    ...Object.keys(families).map(strategySection),
  ].join('\n\n')}\n`;
}

if (require.main === module) process.stdout.write(settingsPage());
