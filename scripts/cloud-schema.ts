// Prints schemas/cloud.schema.json, with which editors check the YAML form of a cloud's settings:
// `npm run docs`
import vm from 'node:vm';
import { z } from 'zod';
import { cloudSchema } from '../lib/settings/cloud';
import { settingInfo } from '../lib/settings/definition';
import { type Factory, type Family, families, needsNothing } from '../lib/settings/strategies';
import { below, mergedInfo } from '../lib/settings/walk';
import { inYaml } from '../lib/settings/yaml/words';
import { type DocumentedOption, documentedFamily, documentedOptions, settingTexts } from './docstrings';
import { defaultOf } from './setting-rows';

type Node = z.core.JSONSchema.JSONSchema;

/** The text forms of port ranges; single ports are numbers. */
const port: Node = {
  anyOf: [
    { type: 'integer', minimum: 1, maximum: 65535 },
    { type: 'string', pattern: '^\\d+-\\d+$' },
  ],
};

const texts = settingTexts();

/** The schema from zod, with docstrings, and with strategies and secrets in their YAML form. */
function generated(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      const { family, example } = settingInfo(zodSchema) ?? {};
      const text = texts.get(zodSchema);
      if (family) {
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        jsonSchema.$ref = `#/$defs/${family}`;
      } else if (zodSchema._zod.def.type === 'custom') {
        if (!path.includes('ports')) throw new Error(`no JSON Schema for ${path.join('.')}`);
        Object.assign(jsonSchema, port);
      }
      // zod marks lists as read-only for this package; editors must not show that to the user.
      delete jsonSchema.readOnly;
      for (const [name, property] of Object.entries(jsonSchema.properties ?? {})) {
        const { formerName } = mergedInfo(below([zodSchema], name)) ?? {};
        if (!formerName || !jsonSchema.properties) continue;
        jsonSchema.properties[formerName] = { ...Object(property), description: `Now ${name}.`, deprecated: true };
      }
      if (text) {
        const value = defaultOf(zodSchema)?.text;
        jsonSchema.description = inYaml([text, value && `Default: ${value}.`].filter(Boolean).join(' '));
        if (example && !example.includes('…')) jsonSchema.examples = [yamlValue(example)];
      }
      // The default is in TypeScript's form; the description contains it.
      if (jsonSchema.$ref || typeof jsonSchema.default === 'object') delete jsonSchema.default;
      if (jsonSchema.type === 'string' && !jsonSchema.enum && !jsonSchema.pattern) jsonSchema.minLength = 1;
    },
  });
}

/** Strategies and secrets in their YAML form, instead of as objects. */
const plainFactories = Object.fromEntries(
  Object.entries(families).map(([name, family]) => [
    name,
    Object.fromEntries(
      Object.keys(family).map((factory) => [
        factory,
        (argument?: unknown) => (argument === undefined ? factory : { [factory]: argument }),
      ]),
    ),
  ]),
);

/** The value of TypeScript source text, in its YAML form. */
export function yamlValue(source: string): unknown {
  return JSON.parse(JSON.stringify(vm.runInNewContext(`(${source})`, plainFactories)));
}

/** Adds the docstrings to the options of an interface, and to those of its nested interfaces. */
function describe(node: Node, of: string, docs: readonly DocumentedOption[]): void {
  for (const [name, property] of Object.entries(objectIn(node)?.properties ?? {})) {
    const found = docs.find((one) => one.of === of && one.name === name);
    if (!found || typeof property !== 'object') continue;
    const { text, default: value = '', type } = found;
    const given = value.replace(/^- /, '');
    property.description = inYaml([text, given && `Default: ${given}.`].filter(Boolean).join(' '));
    const inner = docs.find((one) => new RegExp(`\\b${one.of}\\b`).test(type));
    if (inner) describe(property, inner.of, docs);
  }
}

/** The alternative of a setting that is an object. */
function objectIn(node: Node): Node | undefined {
  if (node.properties) return node;
  if (typeof node.items === 'object' && !Array.isArray(node.items)) return objectIn(node.items as Node);
  return node.anyOf?.map((one) => objectIn(one as Node)).find((found) => found !== undefined);
}

function factoryNode(className: string, name: string, factory: Factory, text: string, parameter?: string): Node {
  const argument: Node = factory.argument ? generated(factory.argument) : { type: 'null' };
  delete argument.$schema;
  if (parameter) describe(argument, parameter, documentedOptions(className));
  return {
    type: 'object',
    description: text,
    properties: {
      [name]: factory.argument && needsNothing(factory) ? { anyOf: [argument, { type: 'null' }] } : argument,
    },
    required: [name],
    additionalProperties: false,
  };
}

function familyNode(className: string, family: Family): Node {
  const { text, factories } = documentedFamily(className);
  const all = Object.entries(family);
  const documented = (name: string) => factories.find((one) => one.name.endsWith(`.${name}`));
  return {
    description: text.replaceAll(/\{@link ([^}]+)\}/g, '$1'),
    anyOf: [
      ...all
        .filter(([, factory]) => needsNothing(factory))
        .map(([name]): Node => ({ const: name, description: documented(name)?.text ?? '' })),
      ...all.map(([name, factory]) => {
        const { text = '', parameters = [] } = documented(name) ?? {};
        return factoryNode(className, name, factory, text, parameters[0]?.type);
      }),
    ],
  };
}

/** The text of schemas/cloud.schema.json. */
export function cloudJsonSchema(): Node {
  const { $schema, ...schema } = generated(cloudSchema);
  return {
    $schema,
    title: 'A cloud of cdktf-openstack-uap',
    description: 'The settings of a cloud, stacks/<cloud>.yaml: docs/settings.md lists them all.',
    ...schema,
    $defs: Object.fromEntries(Object.entries(families).map(([name, family]) => [name, familyNode(name, family)])),
  };
}

if (require.main === module) process.stdout.write(`${JSON.stringify(cloudJsonSchema(), null, 2)}\n`);
