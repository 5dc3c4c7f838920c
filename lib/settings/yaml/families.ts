import { z } from 'zod';
import { DnsRecords, type TsigKey } from '../../strategies/dns-records';
import { InstanceAddress } from '../../strategies/instance-address';
import { LoadBalancer } from '../../strategies/load-balancer';
import { Secret } from '../../strategies/secret';
import { SecretDelivery } from '../../strategies/secret-delivery';
import { StateBackend } from '../../strategies/state-backend';
import { UpstreamSecurity } from '../../strategies/upstream-security';
import { WildcardCertificate } from '../../strategies/wildcard-certificate';
import { checkNetwork } from '../../validation/networks';
import { form, list, setting, text } from '../elements';
import { families } from '../schema';
import type { Schemas } from '../walk';
import { httpOptions, type Options, pgOptions, s3Options } from './backends';

/** A factory as YAML writes it: `name: argument`, or the name alone. */
export interface Factory {
  /** Schema of the argument; undefined if it takes none. */
  readonly argument?: z.ZodType;
  readonly make: (argument: never) => unknown;
}

/** The factories of a family by their names, e.g. `rfc2136` of {@link DnsRecords}. */
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

const secretFactories: FamilyOf<typeof Secret> = {
  variable: single(
    (name) => Secret.variable(name),
    setting(
      { example: "'tsig_key'" },
      text(form(/^[A-Za-z][A-Za-z0-9_]*$/, 'letters, digits and underscores, a letter first')),
    ),
  ),
  file: single(
    (path) => Secret.file(path),
    setting({ example: "'~/tsig.key'" }, text(form(/^(\/|~\/)/, 'a path that is absolute or begins with "~/"'))),
  ),
};

/** A text that may hold what must not be shown. */
const textOrSecret = setting(
  { allowed: `a text, or ${choices(secretFactories)}`, secret: true },
  z.union([z.string(), families.secret]),
);

const zone = setting({ example: "'cloud.org'" }, text());
const tsigKey = () =>
  setting(
    { example: "{ name: 'uap', secret: Secret.file('~/tsig.key') }", secret: true },
    z.strictObject({
      name: setting({ example: "'uap'" }, text()),
      algorithm: z.enum(['hmac-sha1', 'hmac-sha256', 'hmac-sha512']).optional(),
      secret: families.secret,
    } satisfies Options<TsigKey>),
  );

const dns: FamilyOf<typeof DnsRecords> = {
  rfc2136: options(DnsRecords.rfc2136, {
    server: setting({ example: "'ns1.cloud.org'" }, text()),
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
    chainFile: setting({ example: "'~/chain.pem'" }, text()),
    key: families.secret,
    passphrase: families.secret,
  }),
};

const delivery: FamilyOf<typeof SecretDelivery> = {
  instanceMetadata: alone(SecretDelivery.instanceMetadata),
  userData: alone(SecretDelivery.userData),
  barbican: alone(SecretDelivery.barbican),
};

// What is in these options is checked with the settings, since it needs the files that they name.
const upstreamSecurity: FamilyOf<typeof UpstreamSecurity> = {
  unverifiedTls: alone(UpstreamSecurity.unverifiedTls),
  verifiedTls: options(UpstreamSecurity.verifiedTls, { ca: text(), name: text().optional() }),
  mutualTls: options(UpstreamSecurity.mutualTls, {
    ca: text().optional(),
    name: text().optional(),
    certificate: text(),
    key: families.secret,
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
    pool: setting({ example: "'public'" }, text()),
    network: setting({ example: "'uap'" }, text()),
  }),
};

const loadBalancer: FamilyOf<typeof LoadBalancer> = {
  none: alone(LoadBalancer.none),
  octavia: options(LoadBalancer.octavia, {
    sourceRanges: setting({ example: "['10.0.0.0/24']" }, list(text((range) => checkNetwork(range)))),
    flavor: text().optional(),
    provider: text().optional(),
  }),
};

/** How the settings that are made by factories are written, for every family of the schema. */
export const yamlFamilies: Readonly<Record<keyof typeof families, Family>> = {
  secret: secretFactories,
  dns,
  certificate,
  delivery,
  upstreamSecurity,
  address,
  loadBalancer,
  backend,
};

const bySchema = new Map<unknown, Family>(
  Object.entries(families).map(([name, schema]) => [schema, yamlFamilies[name as keyof typeof families]]),
);

/** The family that a setting is of, if its values are made by factories. */
export function familyOf(schemas: Schemas): Family | undefined {
  return schemas.map((schema) => bySchema.get(schema)).find((family) => family !== undefined);
}

/** Whether a factory can do without its argument. */
export function needsNothing({ argument }: Factory): boolean {
  return argument === undefined || argument.safeParse({}).success || argument.safeParse(undefined).success;
}

/** What may be written, for messages: `{ designate: … } or manual`. */
export function choices(family: Family): string {
  const all = Object.entries(family).map(([name, factory]) => (needsNothing(factory) ? name : `{ ${name}: … }`));
  return [all.slice(0, -1).join(', '), all.at(-1)].filter(Boolean).join(' or ');
}
