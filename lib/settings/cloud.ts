import { z } from 'zod';
import type { AcmeSettings } from '../strategies/acme-settings';
import { checkHostname, checkMail, checkNameserver, checkUrl, normalHostname } from '../validation/names';
import { form, type Given, list, type Resolved, setting, settings, text } from './definition';
import { type ResolvedRegion, regionSchema } from './region';
import { strategies, strategyDefault } from './strategies';

const newAccount = 'new account and certificate; new instance';

export const acmeDirectorySettings = {
  /** URL of the ACME directory. */
  url: setting(text(checkUrl), { example: "'https://acme.cloud.org/directory'", change: newAccount }),

  /** PEM file of the CA that signed the TLS certificate of the directory. */
  caFile: setting(text().optional(), {
    example: "'/etc/ssl/certs/cloud-ca.pem'",
    default: "the system's CAs",
    change: 'nothing; with `acmeOnInstance()` in place, but a new instance if it is added or removed',
  }),
};

/** An ACME CA, by the URL of its directory. */
export interface AcmeDirectorySpec extends Given<typeof acmeDirectorySettings> {}
const acmeDirectorySchema: z.ZodType<Resolved<typeof acmeDirectorySettings>, AcmeDirectorySpec> = settings(
  acmeDirectorySettings,
);

export const externalAccountBindingSettings = {
  /** Key id from the CA. */
  keyId: setting(text(), { example: "'kid-1'", change: newAccount }),

  /** HMAC key from the CA (base64url). */
  hmacKey: setting(strategies.secret, {
    example: "Secret.variable('eab_hmac_key')",
    change: newAccount,
  }),
};

/** Binds the ACME account to an account with the CA: RFC 8555, section 7.3.4. */
export interface ExternalAccountBindingSpec extends Given<typeof externalAccountBindingSettings> {}
const externalAccountBindingSchema: z.ZodType<
  Resolved<typeof externalAccountBindingSettings>,
  ExternalAccountBindingSpec
> = settings(externalAccountBindingSettings);

export const acmeSettings = {
  /** Mail address of the account. */
  email: setting(text(checkMail), { example: "'ops@cloud.org'", change: newAccount }),

  /**
   * The CA: 'letsencrypt', 'letsencrypt-staging' (for tests: browsers don't trust it), 'zerossl' (needs
   * externalAccountBinding), or the URL of its ACME directory, with the PEM file of the CA that signed the directory's certificate if that CA is private.
   */
  directory: setting(
    z.union([z.enum(['letsencrypt', 'letsencrypt-staging', 'zerossl']), acmeDirectorySchema]).default('letsencrypt'),
    {
      allowed: "'letsencrypt', 'letsencrypt-staging', 'zerossl' or { url, caFile }",
      example: "{ url: 'https://acme.cloud.org/directory', caFile: '/etc/ssl/certs/cloud-ca.pem' }",
      change: newAccount,
    },
  ),

  /** Binds the ACME account to your account with the CA. */
  externalAccountBinding: setting(externalAccountBindingSchema.optional(), {
    example: "{ keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') }",
    secret: true,
    default: 'none',
    change: newAccount,
  }),

  /** Key type of the certificates: elliptic curve ('P256', 'P384') or RSA of that many bits ('2048', '4096'). */
  keyType: setting(z.enum(['P256', 'P384', '2048', '4096']).default('P256'), {
    example: "'P384'",
    change: 'new certificate',
  }),

  /** Certificate profile, if the CA has several. */
  profile: setting(text().optional(), {
    example: "'tlsserver'",
    default: "the CA's default",
    change: 'new certificate',
  }),

  /**
   * Whether to ask the CA when to renew (ARI, RFC 9773). Terraform's acme provider fails at every plan if the CA doesn't
   * offer it: set it only if your CA's directory has a "renewalInfo".
   */
  renewalInfo: setting(z.boolean().optional(), {
    example: 'false',
    default: "true for Let's Encrypt, false for other CAs",
    change: 'nothing until it is time to renew',
  }),

  /** Name servers, address:port, to query until the challenge's record is published. */
  recursiveNameservers: setting(list(text(checkNameserver)).optional(), {
    example: "['192.0.2.53:53']",
    default: 'those of the deploying machine',
    change: 'nothing until the next certificate',
  }),
};

/** The ACME account and the certificates ordered with it. */
export interface AcmeSpec extends Given<typeof acmeSettings> {}
const acmeSchema: z.ZodType<Resolved<typeof acmeSettings>, AcmeSpec> = settings(acmeSettings);

export const cloudSettings = {
  /** Name of the stack: `cdktf deploy <name>`. Lower-case letters, digits and hyphens. */
  name: setting(
    text(form(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, a letter first, at most 63')),
    {
      example: "'cloud-a'",
      change: 'another stack with its own state: `npx cdktf destroy` the old one first',
    },
  ),

  /** Entry of clouds.yaml with the credentials; null or false for the OS_* environment variables. */
  openstack: setting(z.union([text(), z.literal(false), z.null()]).optional(), {
    allowed: 'an entry of clouds.yaml, or null for the OS_* environment variables',
    example: "'cloud-a'",
    default: 'the name',
    change: 'nothing, if its project is the same',
  }),

  /** Host name of the cloud's Keystone, for the output with the entry of Exosphere's configuration. */
  keystoneHostname: setting(text(checkHostname).transform(normalHostname).optional(), {
    example: "'keystone.cloud.org'",
    default: 'no such output',
    change: 'an output, nothing else',
  }),

  /** The ACME account for ordering certificates. */
  acme: setting(acmeSchema.optional(), {
    example: "{ email: 'ops@cloud.org' }",
    default: 'none: possible only with a certificate strategy without ACME',
    change: 'see [acme](#acme)',
  }),

  /** How DNS records are published and ACME challenges solved; a region may have its own. */
  dns: setting(strategies.dns, {
    example: "DnsRecords.designate({ zone: 'cloud.org' })",
    change:
      'records in place; with another zone or kind they are created again; another kind, server or key with `acmeOnInstance()`: new instance',
  }),

  /** Where the wildcard certificates come from; a region may have its own. */
  certificate: setting(strategyDefault(strategies.certificate, 'acme'), {
    example: 'WildcardCertificate.acmeOnInstance()',
    change: 'another kind, or another passphrase of `fromPem()`: new instance; else in place',
  }),

  /**
   * How certificates reach the instances: via the metadata service, as secrets in Barbican, or, for clouds without a
   * metadata service, in the user data. There, a renewal by Terraform replaces the instance. A region may have its own.
   */
  delivery: setting(strategyDefault(strategies.delivery, 'instanceMetadata'), {
    example: 'SecretDelivery.instanceMetadata()',
    change: 'another kind: new instance',
  }),

  /** Where Terraform stores the state of this cloud. The state holds secrets. */
  backend: setting(strategyDefault(strategies.backend, 'local'), {
    example: "StateBackend.s3({ bucket: 'terraform', key: 'cloud-a.tfstate' })",
    change: 'Terraform moves the state: `npx cdktf deploy --migrate-state <cloud>`',
  }),

  /** Prefix of the names of everything that is created, to distinguish it from other resources of the project. */
  namePrefix: setting(
    text(form(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, 'letters, digits, "-" and "_", a letter first, at most 32')).default(
      'uap',
    ),
    { example: "'uap'", change: 'in place' },
  ),

  /** Tags of every resource that supports tags. */
  // Nova's and Neutron's limits.
  tags: setting(list(text(form(/^[^,/]{1,60}$/, '1 to 60 characters without "," and "/"'))).default([]), {
    example: "['service:uap']",
    change: 'in place',
  }),

  /** The regions to deploy a UAP in, at least one. */
  regions: setting(
    list(regionSchema).refine((regions) => regions.length > 0, 'is empty; a cloud has at least one region'),
    {
      allowed: 'a list of at least one region',
      example: "[{ region: 'RegionOne', hostname: 'proxy.cloud.org', … }]",
      change: 'a new region gets a UAP; the UAP of a removed region is destroyed',
    },
  ),
};

/** The settings of a cloud: what `stacks/<cloud>.ts` exports. */
export interface CloudSpec extends Given<typeof cloudSettings> {}

/** A cloud's settings with every default filled in. */
export interface ResolvedCloud extends Omit<Resolved<typeof cloudSettings>, 'openstack' | 'acme' | 'regions'> {
  /** Entry of clouds.yaml; undefined: the OS_* environment variables. */
  readonly openstack?: string;
  /** The ACME account; undefined if no certificate strategy needs one. */
  readonly acme?: AcmeSettings;
  /** In the order of the settings, at least one. */
  readonly regions: readonly ResolvedRegion[];
}

/** All settings with their checks and defaults. */
export const cloudSchema: z.ZodType<Resolved<typeof cloudSettings>, CloudSpec> = settings(cloudSettings);
