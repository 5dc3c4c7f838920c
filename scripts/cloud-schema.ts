// Prints schemas/cloud.schema.json, which editors check the YAML form of a cloud's settings with:
// npx tsx scripts/cloud-schema.ts > schemas/cloud.schema.json
import vm from 'node:vm';
import { z } from 'zod';
import { cloudSchema, type families } from '../lib/settings/schema';
import { type Factory, familyOf, needsNothing, yamlFamilies } from '../lib/settings/yaml/families';
import { inYaml } from '../lib/settings/yaml/words';
import { type DocumentedSetting, documentedFamily, documentedSettings } from '../test/settings/settings-docs';

type Node = z.core.JSONSchema.JSONSchema;
type FamilyName = keyof typeof families;

/** Where the docstrings of each family are. */
const files: Record<FamilyName, string> = {
  secret: 'strategies/secret.ts',
  dns: 'strategies/dns-records.ts',
  certificate: 'strategies/wildcard-certificate.ts',
  delivery: 'strategies/secret-delivery.ts',
  upstreamSecurity: 'strategies/upstream-security.ts',
  address: 'strategies/instance-address.ts',
  loadBalancer: 'strategies/load-balancer.ts',
  backend: 'strategies/state-backend.ts',
};
const familyNames = Object.keys(yamlFamilies) as FamilyName[];

/** The text forms of port ranges; single ports are numbers. */
const port: Node = {
  anyOf: [
    { type: 'integer', minimum: 1, maximum: 65535 },
    { type: 'string', pattern: '^\\d+-\\d+$' },
  ],
};

/** The schema that zod makes, with strategies and secrets in their YAML form. */
function generated(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      const family = familyOf([zodSchema]);
      if (family) {
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        jsonSchema.$ref = `#/$defs/${familyNames.find((name) => yamlFamilies[name] === family)}`;
      } else if (zodSchema._zod.def.type === 'custom') {
        if (!path.includes('ports')) throw new Error(`no JSON Schema for ${path.join('.')}`);
        Object.assign(jsonSchema, port);
      }
      // Lists aren't changed by this package, which is not for editors to tell.
      delete jsonSchema.readOnly;
      // In the form of TypeScript; the description has it.
      if (jsonSchema.$ref || typeof jsonSchema.default === 'object') delete jsonSchema.default;
      if (jsonSchema.type === 'string' && !jsonSchema.enum && !jsonSchema.pattern) jsonSchema.minLength = 1;
    },
  });
}

/** Strategies and secrets as their YAML form has them, instead of as objects. */
const plainFactories = Object.fromEntries(
  familyNames.map((family) => {
    const factories = Object.keys(yamlFamilies[family]).map((name) => [
      name,
      (argument?: unknown) => (argument === undefined ? name : { [name]: argument }),
    ]);
    return [documentedFamily(files[family]).name, Object.fromEntries(factories)];
  }),
);

/** The value that source text of TypeScript stands for, in its YAML form. */
export function yamlValue(source: string): unknown {
  return JSON.parse(JSON.stringify(vm.runInNewContext(`(${source})`, plainFactories)));
}

/** Adds what the docstrings say to the settings of an interface, and to those of the interfaces in it. */
function describe(node: Node, of: string, docs: readonly DocumentedSetting[]): void {
  for (const [name, property] of Object.entries(objectIn(node)?.properties ?? {})) {
    const found = docs.find((one) => one.of === of && one.name === name);
    if (!found || typeof property !== 'object') continue;
    const { text, default: value = '', example, type } = found;
    const given = value.replace(/^- /, '');
    property.description = inYaml([text, given && `Default: ${given}.`].filter(Boolean).join(' '));
    if (example && !example.includes('…')) property.examples = [yamlValue(example)];
    const inner = docs.find((one) => new RegExp(`\\b${one.of}\\b`).test(type));
    if (inner) describe(property, inner.of, docs);
  }
}

/** The object among what a setting may be. */
function objectIn(node: Node): Node | undefined {
  if (node.properties) return node;
  if (typeof node.items === 'object' && !Array.isArray(node.items)) return objectIn(node.items as Node);
  return node.anyOf?.map((one) => objectIn(one as Node)).find((found) => found !== undefined);
}

function factoryNode(
  name: string,
  factory: Factory,
  description: string,
  parameter: string | undefined,
  file: string,
): Node {
  const argument: Node = factory.argument ? generated(factory.argument) : { type: 'null' };
  delete argument.$schema;
  if (parameter) describe(argument, parameter, documentedSettings([file]));
  return {
    type: 'object',
    description,
    properties: {
      [name]: factory.argument && needsNothing(factory) ? { anyOf: [argument, { type: 'null' }] } : argument,
    },
    required: [name],
    additionalProperties: false,
  };
}

function familyNode(family: FamilyName): Node {
  const { text, factories } = documentedFamily(files[family]);
  const all = Object.entries(yamlFamilies[family]);
  const documented = (name: string) => factories.find((one) => one.name.endsWith(`.${name}`));
  const alone = all.filter(([, factory]) => needsNothing(factory));
  return {
    description: text.replaceAll(/\{@link ([^}]+)\}/g, '$1'),
    anyOf: [
      ...alone.map(([name]): Node => ({ const: name, description: documented(name)?.text ?? '' })),
      ...all.map(([name, factory]) =>
        factoryNode(name, factory, documented(name)?.text ?? '', documented(name)?.parameters[0]?.type, files[family]),
      ),
    ],
  };
}

/** The text of schemas/cloud.schema.json. */
export function cloudJsonSchema(): Node {
  const { $schema, ...schema } = generated(cloudSchema);
  describe(schema, 'CloudSpec', documentedSettings());
  return {
    $schema,
    title: 'A cloud of cdktf-openstack-uap',
    description: 'The settings of a cloud, stacks/<cloud>.yaml: docs/settings.md tells them all.',
    ...schema,
    $defs: Object.fromEntries(familyNames.map((family) => [family, familyNode(family)])),
  };
}

if (require.main === module) process.stdout.write(`${JSON.stringify(cloudJsonSchema(), null, 2)}\n`);
