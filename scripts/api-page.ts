// Prints docs/api.md from the docstrings of what lib/index.ts exports: npx tsx scripts/api-page.ts > docs/api.md
import { type Documented, publicApi } from './public-api';

const introduction = `<!-- Made by: npx tsx scripts/api-page.ts > docs/api.md -->

# API

Everything that the package exports. [docs/library.md](library.md) shows how it goes together, and
[docs/settings.md](settings.md) has the settings (\`CloudSpec\`, \`RegionSpec\`) and the factories of strategies with what a
change of each does. \`OpenstackProvider\` is the binding of the openstack provider, for stacks of your own.`;

const sections: readonly (readonly [title: string, kinds: readonly string[]])[] = [
  ['Classes', ['class']],
  ['Functions', ['function', 'constant']],
  ['Types', ['interface', 'type']],
];

/** Text of a docstring as Markdown: links to other names as code, indented drawings stay. */
const markdown = (text: string) => text.replaceAll(/\{@link\s+([^}]+)\}/g, (_, name) => `\`${name.trim()}\``);
const oneLine = (text: string) =>
  markdown(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
const code = (text: string) => (text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``);

function defaultOf({ tags, optional }: Documented): string {
  const [value] = tags.default ?? [];
  if (value === undefined) return optional ? 'may be undefined' : '';
  return value.startsWith('- ') ? oneLine(value.slice(2)) : code(value);
}

function meaning({ text, tags, parameters }: Documented): string {
  return [
    oneLine(text),
    ...parameters.filter((one) => one.text).map((one) => `\`${one.name}\`: ${oneLine(one.text)}.`),
    ...(tags.throws ?? []).map((thrown) => `Throws ${oneLine(thrown)}.`),
  ]
    .filter(Boolean)
    .join(' ');
}

function membersTable(of: string, members: readonly Documented[]): string {
  const rows = members.map((member) => {
    const callable = ['method', 'constructor'].includes(member.kind);
    const short = member.kind === 'constructor' ? `new ${of}` : `${member.isStatic ? `${of}.` : ''}${member.name}`;
    const name = callable ? `${short}${member.signature}` : `${short}${member.optional ? '?' : ''}`;
    const type = callable ? '' : code(member.signature);
    return `| ${[code(name), type, meaning(member), defaultOf(member)].join(' | ')} |`;
  });
  return ['| Member | Type | Meaning | Default |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function section(item: Documented): string {
  const { name, kind, signature, text, tags, parameters, members } = item;
  const parts = [
    `### ${name}`,
    kind === 'function' ? code(`${name}${signature}`) : kind === 'type' && signature ? code(signature) : '',
    markdown(text),
    parameters
      .filter((parameter) => parameter.text)
      .map((parameter) => `- \`${parameter.name}\`: ${oneLine(parameter.text)}`)
      .join('\n'),
    [
      ...(tags.returns ?? []).map((returned) => `- Returns ${oneLine(returned)}`),
      ...(tags.throws ?? []).map((thrown) => `- Throws ${oneLine(thrown)}`),
    ].join('\n'),
    ...(tags.example ?? []).map((example) => `\`\`\`ts\n${example}\n\`\`\``),
    members.length > 0 ? membersTable(name, members) : '',
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** The text of docs/api.md. */
export function apiPage(api: readonly Documented[]): string {
  const parts = sections.flatMap(([title, kinds]) => [
    `## ${title}`,
    ...api.filter(({ kind }) => kinds.includes(kind)).map(section),
  ]);
  return `${[introduction, ...parts].join('\n\n')}\n`;
}

if (require.main === module) process.stdout.write(apiPage(publicApi()));
