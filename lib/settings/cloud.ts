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

  /** PEM file of the CA that signed the directory's own TLS certificate. */
  caFile: setting(text().optional(), {
    example: "'/etc/ssl/certs/cloud-ca.pem'",
    default: "the system's CAs",
    change: 'nothing; with `acmeOnInstance()` in place, but new instance if it is added or left out',
  }),
};

/** An ACME CA that has no name here. */
export interface AcmeDirectorySpec extends Given<typeof acmeDirectorySettings> {}
const acmeDirectorySchema: z.ZodType<Resolved<typeof acmeDirectorySettings>, AcmeDirectorySpec> = settings(
  acmeDirectorySettings,
);

export const externalAccountBindingSettings = {
  /** Key id, as the CA shows it. */
  keyId: setting(text(), { example: "'kid-1'", change: newAccount }),

  /** HMAC key, as the CA shows it (base64url). */
  hmacKey: setting(strategies.secret, {
    example: "Secret.variable('eab_hmac_key')",
    change: newAccount,
  }),
};

/** The account with the CA that an ACME account is bound to: RFC 8555, section 7.3.4. */
export interface ExternalAccountBindingSpec extends Given<typeof externalAccountBindingSettings> {}
const externalAccountBindingSchema: z.ZodType<
  Resolved<typeof externalAccountBindingSettings>,
  ExternalAccountBindingSpec
> = settings(externalAccountBindingSettings);

export const acmeSettings = {
  /** Mail address of the account. */
  email: setting(text(checkMail), { example: "'ops@cloud.org'", change: newAccount }),

  /**
   * The CA: 'letsencrypt', 'letsencrypt-staging' (for trying things out: not trusted by browsers), 'zerossl' (needs
   * externalAccountBinding), or the URL of its ACME directory with the PEM file of its own CA if that is private.
   */
  directory: setting(
    z.union([z.enum(['letsencrypt', 'letsencrypt-staging', 'zerossl']), acmeDirectorySchema]).default('letsencrypt'),
    {
      allowed: "'letsencrypt', 'letsencrypt-staging', 'zerossl' or { url, caFile }",
      example: "{ url: 'https://acme.cloud.org/directory', caFile: '/etc/ssl/certs/cloud-ca.pem' }",
      change: newAccount,
    },
  ),

  /** Binds the ACME account to an account that you have with the CA. */
  externalAccountBinding: setting(externalAccountBindingSchema.optional(), {
    example: "{ keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') }",
    secret: true,
    default: 'none',
    change: newAccount,
  }),

  /** Key of the certificates: 'P256' and 'P384' are elliptic curves, '2048' and '4096' bits of RSA. */
  keyType: setting(z.enum(['P256', 'P384', '2048', '4096']).default('P256'), {
    example: "'P384'",
    change: 'new certificate',
  }),

  /** Profile of the CA, if it has several. */
  profile: setting(text().optional(), {
    example: "'tlsserver'",
    default: "the CA's default",
    change: 'new certificate',
  }),

  /**
   * Whether the CA is asked when to renew (ARI, RFC 9773). Terraform's acme provider fails at every plan with a CA
   * that doesn't offer it, so set it only if your CA's directory has a "renewalInfo".
   */
  renewalInfo: setting(z.boolean().optional(), {
    example: 'false',
    default: "true for Let's Encrypt, false for other CAs",
    change: 'nothing until it is time to renew',
  }),

  /** Name servers, address:port, that are watched until the challenge's record is published. */
  recursiveNameservers: setting(list(text(checkNameserver)).optional(), {
    example: "['192.0.2.53:53']",
    default: 'those of the machine that deploys',
    change: 'nothing until the next certificate',
  }),
};

/** The settings of the ACME account, and of what is ordered with it. */
export interface AcmeSpec extends Given<typeof acmeSettings> {}
const acmeSchema: z.ZodType<Resolved<typeof acmeSettings>, AcmeSpec> = settings(acmeSettings);

export const cloudSettings = {
  /** Name of the stack: `cdktf deploy <name>`. Lower-case letters, digits and hyphens. */
  name: setting(
    text(form(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, a letter first, at most 63')),
    {
      example: "'cloud-a'",
      change: 'another stack with a state of its own: `npx cdktf destroy` the old one before',
    },
  ),

  /** Entry of clouds.yaml with the credentials; null or false: the OS_* environment variables. */
  openstack: setting(z.union([text(), z.literal(false), z.null()]).optional(), {
    allowed: 'an entry of clouds.yaml, or null for the OS_* environment variables',
    example: "'cloud-a'",
    default: 'the name',
    change: 'nothing, if its project is the same',
  }),

  /** Host name of the cloud's Keystone, for the output that goes to Exosphere's configuration. */
  keystoneHostname: setting(text(checkHostname).transform(normalHostname).optional(), {
    example: "'keystone.cloud.org'",
    default: 'no such output',
    change: 'an output, nothing else',
  }),

  /** The ACME account that certificates are ordered with. */
  acme: setting(acmeSchema.optional(), {
    example: "{ email: 'ops@cloud.org' }",
    default: 'none, which only a certificate strategy without ACME can do with',
    change: 'see [acme](#acme)',
  }),

  /** How the DNS records are made and ACME challenges solved; a region may have its own. */
  dns: setting(strategies.dns, {
    example: "DnsRecords.designate({ zone: 'cloud.org' })",
    change:
      'records in place; with another zone or kind they are made anew; another kind, server or key with `acmeOnInstance()`: new instance',
  }),

  /** Where the wildcard certificates come from; a region may have its own. */
  certificate: setting(strategyDefault(strategies.certificate, 'acme'), {
    example: 'WildcardCertificate.acmeOnInstance()',
    change: 'another kind, or another passphrase of `fromPem()`: new instance; else in place',
  }),

  /**
   * How certificates travel to the instances: by the metadata service, as secrets in Barbican, or in the user data for
   * clouds without a metadata service, where a certificate that Terraform renews makes a new instance. A region may have
   * its own.
   */
  delivery: setting(strategyDefault(strategies.delivery, 'instanceMetadata'), {
    example: 'SecretDelivery.instanceMetadata()',
    change: 'another kind: new instance',
  }),

  /** Where Terraform keeps the state of this cloud. It holds secrets. */
  backend: setting(strategyDefault(strategies.backend, 'local'), {
    example: "StateBackend.s3({ bucket: 'terraform', key: 'cloud-a.tfstate' })",
    change: 'the state moves there: `npx cdktf deploy --migrate-state <cloud>`',
  }),

  /** Beginning of the name of everything that is created, so that it is told from what else is in the project. */
  namePrefix: setting(
    text(form(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, 'letters, digits, "-" and "_", a letter first, at most 32')).default(
      'uap',
    ),
    { example: "'uap'", change: 'in place' },
  ),

  /** Tags of everything in the cloud that can have tags. */
  // Nova's and Neutron's limits.
  tags: setting(list(text(form(/^[^,/]{1,60}$/, '1 to 60 characters without "," and "/"'))).default([]), {
    example: "['service:uap']",
    change: 'in place',
  }),

  /** The regions that get a UAP, at least one. */
  regions: setting(
    list(regionSchema).refine((regions) => regions.length > 0, 'is empty; a cloud has at least one region'),
    {
      allowed: 'a list of at least one region',
      example: "[{ region: 'RegionOne', hostname: 'proxy.cloud.org', … }]",
      change: 'one more is another UAP; the UAP of one that is left out is destroyed',
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
