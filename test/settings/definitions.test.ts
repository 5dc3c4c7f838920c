import vm from 'node:vm';
import type { z } from 'zod';
import { resolveCloud } from '../../lib/settings';
import { cloudSchema } from '../../lib/settings/cloud';
import { families } from '../../lib/settings/strategies';
import { below, mergedInfo, namesIn, type Schemas, unwrap } from '../../lib/settings/walk';
import { DnsRecords } from '../../lib/strategies/dns-records';
import { InstanceAddress } from '../../lib/strategies/instance-address';
import { LoadBalancer } from '../../lib/strategies/load-balancer';
import { Secret } from '../../lib/strategies/secret';
import { SecretDelivery } from '../../lib/strategies/secret-delivery';
import { StateBackend } from '../../lib/strategies/state-backend';
import { UpstreamSecurity } from '../../lib/strategies/upstream-security';
import { WildcardCertificate } from '../../lib/strategies/wildcard-certificate';
import { type Path, pathText } from '../../lib/validation/problems';
import { settingTexts } from '../../scripts/docstrings';
import { changeOf, defaultOf } from '../../scripts/setting-rows';
import { cloud, problems, region } from './specs';

const classes = {
  DnsRecords,
  InstanceAddress,
  LoadBalancer,
  Secret,
  SecretDelivery,
  StateBackend,
  UpstreamSecurity,
  WildcardCertificate,
};
const evaluate = (source: string) => vm.runInNewContext(`(${source})`, classes);
const texts = settingTexts();

interface Defined {
  readonly name: string;
  readonly path: Path;
  readonly schema: z.ZodType;
}

function definitions(schemas: Schemas, path: Path): Defined[] {
  return namesIn(schemas).flatMap((key) => {
    const inner = below(schemas, key);
    const place = [...path, key];
    const element = key === 'regions' ? [...place, 0] : place;
    return [
      { name: pathText(place), path: place, schema: inner[0] as z.ZodType },
      ...definitions(key === 'regions' ? below(inner, 0) : inner, element),
    ];
  });
}

const all = definitions(unwrap(cloudSchema), []);
const info = (schema: z.ZodType) => mergedInfo(unwrap(schema)) ?? {};

test('the families of strategies are those of the classes', () => {
  expect(Object.keys(families).sort()).toEqual(Object.keys(classes));
});

test.each(all)('$name has a sentence, an example, a default if it may be left out, and what a change does', (one) => {
  expect(texts.get(one.schema)).toMatch(/^[A-Z].*[.:]/s);
  expect(info(one.schema).example).toBeTruthy();
  expect(changeOf(info(one.schema))).toBeTruthy();
  expect(defaultOf(one.schema) !== undefined).toBe(one.schema.safeParse(undefined).success);
});

const written = all.flatMap(({ name, schema }) => {
  const { defaultSource } = info(schema);
  return defaultSource === undefined ? [] : [{ name, schema, defaultSource }];
});

test.each(written)('$name has the default that is written for people', ({ schema, defaultSource }) => {
  const json = (value: unknown) => JSON.stringify(schema.parse(value));
  expect(json(evaluate(defaultSource))).toBe(json(undefined));
});

const examples = all.flatMap(({ name, path, schema }) => {
  const { example = '' } = info(schema);
  return example.includes('…') ? [] : [{ name, path, example }];
});

test.each(examples)('the example of $name is right', ({ path, example }) => {
  const [top, index, ...rest] = path;
  const nested = (keys: readonly (string | number | undefined)[], base: object): object => {
    const [key, ...more] = keys as string[];
    if (key === undefined) return evaluate(example);
    return { ...base, [key]: nested(more, (base as Record<string, object>)[key] ?? {}) };
  };
  // The only settings that are wrong alone: a directory needs its URL, a binding both of its halves.
  const binding = { keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') };
  const acme = {
    email: 'ops@cloud.org',
    directory: { url: 'https://ca.org/' },
    ...(path.includes('externalAccountBinding') ? { externalAccountBinding: binding } : {}),
  };
  const changes =
    top === 'regions'
      ? { regions: [nested(rest, region)] }
      : nested([top, index, ...rest], index === undefined ? cloud : { ...cloud, acme });
  const outside = problems(changes).filter(
    ({ wrong }) => !wrong.startsWith('is outside of') && !wrong.includes("can't solve"),
  );
  expect(outside).toEqual([]);
});

test('an object in the place of a setting is not resolved to a default', () => {
  expect(() => resolveCloud({ ...cloud, namePrefix: {} as string })).toThrow('namePrefix');
});
