import { z } from 'zod';
import { DnsRecords, type TsigKey } from '../strategies/dns-records';
import { InstanceAddress } from '../strategies/instance-address';
import { LoadBalancer } from '../strategies/load-balancer';
import { Secret } from '../strategies/secret';
import { SecretDelivery } from '../strategies/secret-delivery';
import { StateBackend } from '../strategies/state-backend';
import { UpstreamSecurity } from '../strategies/upstream-security';
import { WildcardCertificate } from '../strategies/wildcard-certificate';
import { checkNetwork } from '../validation/networks';
import { httpOptions, type Options, pgOptions, s3Options } from './backend-options';
import { form, list, setting, settingInfo, text } from './definition';
import type { Schemas } from './walk';

/** A factory as YAML writes it: `name: argument`, or the name alone. */
export interface Factory {
  /** Schema of the argument; undefined if it takes none. */
  readonly argument?: z.ZodType;
  readonly make: (argument: never) => unknown;
}

/** The factories of a family of strategies by their names, e.g. `rfc2136` of {@link DnsRecords}. */
export type Family = Readonly<Record<string, Factory>>;

/** Every static method of a class that makes one of its kind: a new factory without a line here doesn't compile. */
type FamilyOf<Class extends { readonly prototype: unknown }> = {
  readonly [Name in keyof Class as Class[Name] extends (...args: never[]) => Class['prototype']
    ? Name
    : never]: Factory;
};

/** A factory that takes an object of options. */
function options<T extends object>(make: (options: T) => unknown, shape: Options<T>): Factory {
  return { argument: z.strictObject(shape) as unknown as z.ZodType<T>, make };
}

/** A factory that takes a text. */
function single(make: (argument: string) => unknown, argument: z.ZodType<string | undefined>): Factory {
  return { argument, make };
}

function alone(make: () => unknown): Factory {
  return { make };
}

/** The schema of a setting whose values a family makes. */
function madeBy<T>(family: string, factories: Family, is: (value: unknown) => value is T) {
  return setting(z.custom<T>(is), { family, allowed: factoryCalls(family, factories), secret: true });
}

const secret: FamilyOf<typeof Secret> = {
  variable: single(
    Secret.variable,
    setting(text(form(/^[A-Za-z][A-Za-z0-9_]*$/, 'letters, digits and underscores, a letter first')), {
      example: "'tsig_key'",
    }),
  ),
  file: single(
    Secret.file,
    setting(text(form(/^(\/|~\/)/, 'a path that is absolute or begins with "~/"')), { example: "'~/tsig.key'" }),
  ),
};
const secretSchema = setting(madeBy('Secret', secret, Secret.isSecret), {
  example: "Secret.variable('eab_hmac_key')",
});

/** A text that may hold what must not be shown. */
const textOrSecret = setting(z.union([z.string(), secretSchema]), {
  allowed: `a text, or ${choices(secret)}`,
  secret: true,
});

const zone = setting(text(), { example: "'cloud.org'" });
const tsigKey = () =>
  setting(
    z.strictObject({
      name: setting(text(), { example: "'uap'" }),
      algorithm: z.enum(['hmac-sha1', 'hmac-sha256', 'hmac-sha512']).optional(),
      secret: secretSchema,
    } satisfies Options<TsigKey>),
    { example: "{ name: 'uap', secret: Secret.file('~/tsig.key') }", secret: true },
  );

const dns: FamilyOf<typeof DnsRecords> = {
  rfc2136: options(DnsRecords.rfc2136, {
    server: setting(text(), { example: "'ns1.cloud.org'" }),
    port: z.int().min(1).max(65_535).optional(),
    zone,
    key: tsigKey(),
    challengeKey: tsigKey().optional(),
  }),
  designate: options(DnsRecords.designate, { zone, openstack: text().optional() }),
  manual: alone(DnsRecords.manual),
};

const certificate: FamilyOf<typeof WildcardCertificate> = {
  acme: options(WildcardCertificate.acme, {
    challenge: z.strictObject({ provider: text(), config: z.record(z.string(), textOrSecret) }).optional(),
    revokeOnDestroy: z.boolean().optional(),
  }),
  acmeOnInstance: alone(WildcardCertificate.acmeOnInstance),
  fromPem: options(WildcardCertificate.fromPem, {
    chainFile: setting(text(), { example: "'~/chain.pem'" }),
    key: secretSchema,
    passphrase: secretSchema,
  }),
};

const delivery: FamilyOf<typeof SecretDelivery> = {
  instanceMetadata: alone(SecretDelivery.instanceMetadata),
  barbican: alone(SecretDelivery.barbican),
  userData: alone(SecretDelivery.userData),
};

// What is in these options is checked with the settings, since it needs the files that they name.
const upstreamSecurity: FamilyOf<typeof UpstreamSecurity> = {
  unverifiedTls: alone(UpstreamSecurity.unverifiedTls),
  verifiedTls: options(UpstreamSecurity.verifiedTls, { ca: text(), name: text().optional() }),
  mutualTls: options(UpstreamSecurity.mutualTls, {
    ca: text().optional(),
    name: text().optional(),
    certificate: text(),
    key: secretSchema,
  }),
};

const backend: FamilyOf<typeof StateBackend> = {
  local: single(StateBackend.local, text().optional()),
  s3: options(StateBackend.s3, s3Options),
  http: options(StateBackend.http, httpOptions),
  pg: options(StateBackend.pg, pgOptions),
};

const address: FamilyOf<typeof InstanceAddress> = {
  publicPort: alone(InstanceAddress.publicPort),
  floatingIp: options(InstanceAddress.floatingIp, {
    pool: setting(text(), { example: "'public'" }),
    network: setting(text(), { example: "'uap'" }),
  }),
};

const loadBalancer: FamilyOf<typeof LoadBalancer> = {
  none: alone(LoadBalancer.none),
  octavia: options(LoadBalancer.octavia, {
    sourceRanges: setting(list(text(checkNetwork)), { example: "['10.0.0.0/24']" }),
    flavor: text().optional(),
    provider: text().optional(),
  }),
};

/** The factories of every family, by the name of its class. */
export const families = {
  DnsRecords: dns,
  WildcardCertificate: certificate,
  SecretDelivery: delivery,
  InstanceAddress: address,
  LoadBalancer: loadBalancer,
  UpstreamSecurity: upstreamSecurity,
  StateBackend: backend,
  Secret: secret,
} satisfies Readonly<Record<string, Family>>;

/** The schemas of settings that take an object of a family. */
export const strategies = {
  dns: madeBy('DnsRecords', dns, DnsRecords.isDnsRecords),
  certificate: madeBy('WildcardCertificate', certificate, WildcardCertificate.isWildcardCertificate),
  delivery: madeBy('SecretDelivery', delivery, SecretDelivery.isSecretDelivery),
  address: madeBy('InstanceAddress', address, InstanceAddress.isInstanceAddress),
  loadBalancer: madeBy('LoadBalancer', loadBalancer, LoadBalancer.isLoadBalancer),
  upstreamSecurity: madeBy('UpstreamSecurity', upstreamSecurity, UpstreamSecurity.isUpstreamSecurity),
  backend: madeBy('StateBackend', backend, StateBackend.isStateBackend),
  secret: secretSchema,
};

/** The schema with the strategy that a factory makes without options as its default. */
export function strategyDefault<T>(schema: z.ZodType<T, T>, factory: string) {
  const family = settingInfo(schema)?.family as keyof typeof families;
  const { make } = (families[family] as Family)[factory] as { readonly make: () => T };
  return setting(schema.default(make as never), { defaultSource: `${family}.${factory}()` });
}

/** The family that makes the values of a setting, if one does. */
export function familyOf(schemas: Schemas): Family | undefined {
  const name = schemas.map((schema) => settingInfo(schema)?.family).find((family) => family !== undefined);
  return name === undefined ? undefined : families[name as keyof typeof families];
}

/** Whether a factory can do without its argument. */
export function needsNothing({ argument }: Factory): boolean {
  if (argument === undefined || argument._zod.optin === 'optional') return true;
  const { shape } = argument._zod.def as { readonly shape?: Readonly<Record<string, z.core.$ZodType>> };
  return shape !== undefined && Object.values(shape).every(({ _zod }) => _zod.optin === 'optional');
}

/** What may be written in YAML, for messages: `{ designate: … } or manual`. */
export function choices(family: Family): string {
  return alternatives(family, (name, factory) => (needsNothing(factory) ? name : `{ ${name}: … }`));
}

/** What may be written in TypeScript, for messages: `DnsRecords.designate(…) or DnsRecords.manual()`. */
function factoryCalls(className: string, family: Family): string {
  return alternatives(family, (name, factory) => `${className}.${name}(${needsNothing(factory) ? '' : '…'})`);
}

function alternatives(family: Family, words: (name: string, factory: Factory) => string): string {
  const all = Object.entries(family).map(([name, factory]) => words(name, factory));
  return [all.slice(0, -1).join(', '), all.at(-1)].filter(Boolean).join(' or ');
}
