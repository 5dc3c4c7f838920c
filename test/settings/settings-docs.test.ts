import vm from 'node:vm';
import type { z } from 'zod';
import { type AcmeSpec, type CloudSpec, type PortsSpec, type RegionSpec, resolveCloud } from '../../lib/settings';
import { infoAt } from '../../lib/settings/issues';
import { cloudSchema, type regionSchema } from '../../lib/settings/schema';
import { DnsRecords } from '../../lib/strategies/dns-records';
import { InstanceAddress } from '../../lib/strategies/instance-address';
import { LoadBalancer } from '../../lib/strategies/load-balancer';
import { Secret } from '../../lib/strategies/secret';
import { SecretDelivery } from '../../lib/strategies/secret-delivery';
import { StateBackend } from '../../lib/strategies/state-backend';
import { UpstreamSecurity } from '../../lib/strategies/upstream-security';
import { WildcardCertificate } from '../../lib/strategies/wildcard-certificate';
import { documentedSettings } from './settings-docs';
import { cloud, problems, region } from './specs';

// What operators read (cloud-spec.ts, region-spec.ts) and what is checked (schema.ts) are held together here: the
// names and types by the compiler, examples and defaults by the tests.
type Same<A, B> = [A, B, keyof A, keyof B] extends [B, A, keyof B, keyof A] ? true : never;
type Given<T> = Exclude<T, undefined | string>;
type Checked = z.input<typeof cloudSchema>;
true satisfies Same<CloudSpec, Checked>;
true satisfies Same<RegionSpec, z.input<typeof regionSchema>>;
true satisfies Same<AcmeSpec, Given<Checked['acme']>>;
true satisfies Same<Given<AcmeSpec['directory']>, Given<Given<Checked['acme']>['directory']>>;
true satisfies Same<AcmeSpec['externalAccountBinding'], Given<Checked['acme']>['externalAccountBinding']>;
true satisfies Same<PortsSpec, Given<z.input<typeof regionSchema>['ports']>>;

const paths: Record<string, (string | number)[]> = {
  CloudSpec: [],
  AcmeSpec: ['acme'],
  AcmeDirectorySpec: ['acme', 'directory'],
  ExternalAccountBindingSpec: ['acme', 'externalAccountBinding'],
  RegionSpec: ['regions', 0],
  PortsSpec: ['regions', 0, 'ports'],
};
const families = {
  DnsRecords,
  InstanceAddress,
  LoadBalancer,
  Secret,
  SecretDelivery,
  StateBackend,
  UpstreamSecurity,
  WildcardCertificate,
};
const evaluate = (source: string) => vm.runInNewContext(`(${source})`, families);
const settings = documentedSettings().map((setting) => ({
  ...setting,
  path: [...(paths[setting.of] ?? []), setting.name],
}));

test.each(settings)('$of: $name is documented', ({ text, optional, default: defaultText, path, example }) => {
  expect(text).toMatch(/^[A-Z].*[.:]/);
  expect(defaultText !== undefined).toBe(optional);
  expect(example).toBe(infoAt(cloudSchema, path).example);
});

const valueAt = (value: unknown, path: readonly (string | number)[]) =>
  path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], value);

const withDefault = settings.filter((setting) => setting.default && !setting.default.startsWith('- '));

test.each(withDefault)('$of: $name has the default that its docstring tells', ({ path, default: source = '' }) => {
  // The bad ports, which the docstring tells in words, and ports written as ranges have tests of their own.
  if (path.includes('ports')) return;
  const value = valueAt(resolveCloud(cloud), path);
  expect(JSON.stringify(value)).toBe(JSON.stringify(evaluate(source)));
});

const examples = settings.filter(({ example }) => example && !example.includes('…'));

test.each(examples)('the example of $of: $name is right', ({ path, example = '' }) => {
  const [top, index, ...rest] = path;
  const nested = (keys: readonly (string | number | undefined)[], base: object): object => {
    const [key, ...more] = keys as string[];
    if (key === undefined) return evaluate(example);
    return { ...base, [key]: nested(more, (base as Record<string, object>)[key] ?? {}) };
  };
  // The only settings that are wrong alone: a directory needs its URL, a binding both of its halves.
  const base = { ...cloud, acme: { email: 'ops@cloud.org', directory: { url: 'https://ca.org/' } } };
  const binding = { keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') };
  const changes =
    top === 'regions'
      ? { regions: [nested(rest, region)] }
      : nested(
          [top, index, ...rest],
          path.includes('externalAccountBinding')
            ? { ...base, acme: { ...base.acme, externalAccountBinding: binding } }
            : base,
        );
  const outside = problems(changes).filter(
    ({ wrong }) => !wrong.startsWith('is outside of') && !wrong.includes("can't solve"),
  );
  expect(outside).toEqual([]);
});
