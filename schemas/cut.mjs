// Cuts `terraform providers schema -json` down to the resources this package uses, so that `cdktf get` needs
// no registry. Usage: node schemas/cut.mjs FOLDER < schema.json   (writes FOLDER/<name>@<version>.json)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? 'schemas';
const used = JSON.parse(readFileSync(new URL('used.json', import.meta.url), 'utf8'));
const whole = JSON.parse(readFileSync(0, 'utf8'));

const pick = (all, names, where) =>
  Object.fromEntries(
    names.map((name) => {
      if (!all?.[name]) throw new Error(`${where} has no ${name}`);
      return [name, all[name]];
    }),
  );

// Descriptions are documentation of the provider, not needed for bindings, and half of the size.
const withoutDescriptions = (value) => {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !((key === 'description' && typeof inner === 'string') || key === 'description_kind'))
      .map(([key, inner]) => [key, withoutDescriptions(inner)]),
  );
};

for (const [name, { source, version, resources, dataSources }] of Object.entries(used)) {
  const address = `registry.terraform.io/${source}`;
  const schema = whole.provider_schemas[address];
  if (!schema) continue;
  const cut = {
    format_version: whole.format_version,
    provider_schemas: {
      [address]: withoutDescriptions({
        provider: schema.provider,
        resource_schemas: pick(schema.resource_schemas, resources, address),
        data_source_schemas: pick(schema.data_source_schemas, dataSources, address),
      }),
    },
    provider_versions: { [address]: version },
  };
  writeFileSync(join(folder, `${name}@${version}.json`), `${JSON.stringify(cut, null, 1)}\n`);
}
