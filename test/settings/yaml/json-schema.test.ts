import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { cloudJsonSchema, yamlValue } from '../../../scripts/cloud-schema';
import { settingRows } from '../../../scripts/setting-rows';
import { minimal } from './files';

const root = join(__dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const text = read('schemas/cloud.schema.json');
const schema = JSON.parse(text);
// Another reading of the file than the one that made it: from JSON Schema, not to it.
const validator = z.fromJSONSchema(schema);
const valid = (data: unknown) => validator.safeParse(data).success;

test('schemas/cloud.schema.json matches the settings', () => {
  const anew = `${JSON.stringify(cloudJsonSchema(), null, 2)}\n`;
  if (text !== anew) {
    throw new Error('it is outdated; write it again: npm run docs');
  }
});

test('the example names the schema for editors, and fits it', () => {
  const example = read('docs/examples/cloud-b.yaml');
  const [, path = ''] = /^# yaml-language-server: \$schema=(.*)\n/.exec(example) ?? [];
  expect(join('docs/examples', path)).toBe('schemas/cloud.schema.json');
  expect(validator.safeParse(parse(example)).error).toBeUndefined();
});

test.each([
  ['no name', minimal.replace('name: cloud-a\n', '')],
  ['a misspelt setting', minimal.replace('flavor', 'flavour')],
  ['a misspelt setting of ACME', minimal.replace('email', 'mail')],
  ['a number for a text', minimal.replace('m1.small', '3')],
  ['an empty text', minimal.replace('m1.small', '""')],
  ['a text for a list', minimal.replace('[149.165.152.0/22]', '149.165.152.0/22')],
  ['an unknown strategy', minimal.replace('designate', 'bind9')],
  ['an unknown option', minimal.replace('zone:', 'zones:')],
  ['a strategy without its options', minimal.replace('dns:\n  designate: { zone: cloud.org }', 'dns: designate')],
  ['two strategies', minimal.replace('designate:', 'manual:\n  designate:')],
  [
    'a secret as a text',
    minimal.replace('designate: { zone: cloud.org }', 'rfc2136: { server: a, zone: b, key: { name: c, secret: d } }'),
  ],
  ['a port that is none', `${minimal}    ports: { denied: [70000] }\n`],
  ['a word for true', `${minimal}    httpUpstreams: yes\n`],
  ['a number that is too great', `${minimal}    recordTtl: 90000\n`],
])('refuses %s', (_, yaml) => {
  expect(yaml).not.toBe(minimal);
  expect(valid(parse(minimal))).toBe(true);
  expect(valid(parse(yaml))).toBe(false);
});

const nodes = [
  { path: [], node: schema },
  { path: ['acme'], node: schema.properties.acme },
  { path: ['regions', 0], node: schema.properties.regions.items },
];
const settings = nodes.flatMap(({ path, node }) =>
  settingRows(path).map(([name = '', text = '', value, example = '']) => ({
    section: path.join('.') || 'cloud',
    name,
    text,
    required: value === '**required**',
    example: example.slice(1, -1),
    node: name.split('.').reduce<Described>(propertyOf, node),
  })),
);

interface Described {
  readonly description?: string;
  readonly examples?: unknown[];
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
  readonly required?: readonly string[];
  readonly isRequired?: boolean;
}

function propertyOf(node: Described, name: string): Described {
  const object = node.properties ? node : node.anyOf?.find((one) => one.properties);
  const property = object?.properties?.[name];
  if (!property) throw new Error(`the schema has no ${name}`);
  return { ...property, isRequired: object?.required?.includes(name) ?? false };
}

test.each(settings)('$section: $name has its description, default and example', ({ text, required, example, node }) => {
  expect(text.startsWith(node.description?.split(' Default: ')[0] ?? '?')).toBe(true);
  expect(node.isRequired).toBe(required);
  expect(node.description?.includes('Default: ')).toBe(!required);
  if (example && !example.includes('…')) expect(node.examples).toEqual([yamlValue(example)]);
});

test.each(
  settings.filter(({ example, name, section }) => !example.includes('…') && !name.includes('.') && section !== 'acme'),
)('takes the example of $section: $name', ({ section, name, example }) => {
  const data = parse(minimal);
  Object.assign(section === 'cloud' ? data : data.regions[0], { [name]: yamlValue(example) });
  expect(validator.safeParse(data).error).toBeUndefined();
});
