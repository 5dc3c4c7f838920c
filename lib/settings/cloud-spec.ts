import type { DnsRecords } from '../strategies/dns-records';
import type { Secret } from '../strategies/secret';
import type { SecretDelivery } from '../strategies/secret-delivery';
import type { StateBackend } from '../strategies/state-backend';
import type { WildcardCertificate } from '../strategies/wildcard-certificate';
import type { RegionSpec } from './region-spec';

/**
 * The settings of a cloud: what `stacks/<cloud>.ts` exports. The checks and the defaults are in schema.ts, which the
 * compiler and the tests hold to what is said here.
 */
export interface CloudSpec {
  /**
   * Name of the stack: `cdktf deploy <name>`. Lower-case letters, digits and hyphens.
   * @example 'cloud-a'
   */
  readonly name: string;

  /**
   * Entry of clouds.yaml with the credentials; null or false: the OS_* environment variables.
   * @default - the name
   * @example 'cloud-a'
   */
  readonly openstack?: string | false | null;

  /**
   * Host name of the cloud's Keystone, for the output that goes to Exosphere's configuration.
   * @default - no such output
   * @example 'keystone.cloud.org'
   */
  readonly keystoneHostname?: string;

  /**
   * The ACME account that certificates are ordered with.
   * @default - none, which only a certificate strategy without ACME can do with
   * @example { email: 'ops@cloud.org' }
   */
  readonly acme?: AcmeSpec;

  /**
   * How the DNS records are made and ACME challenges solved; a region may have its own.
   * @example DnsRecords.designate({ zone: 'cloud.org' })
   */
  readonly dns: DnsRecords;

  /**
   * Where the wildcard certificates come from; a region may have its own.
   * @default WildcardCertificate.acme()
   * @example WildcardCertificate.acmeOnInstance()
   */
  readonly certificate?: WildcardCertificate;

  /**
   * How certificates travel to the instances: by the metadata service, as secrets in Barbican, or in the user data for
   * clouds without a metadata service, where a certificate that Terraform renews makes a new instance. A region may have
   * its own.
   * @default SecretDelivery.instanceMetadata()
   * @example SecretDelivery.instanceMetadata()
   */
  readonly delivery?: SecretDelivery;

  /**
   * Where Terraform keeps the state of this cloud. It holds secrets.
   * @default StateBackend.local()
   * @example StateBackend.s3({ bucket: 'terraform', key: 'cloud-a.tfstate' })
   */
  readonly backend?: StateBackend;

  /**
   * Beginning of the name of everything that is created, so that it is told from what else is in the project.
   * @default 'uap'
   * @example 'uap'
   */
  readonly namePrefix?: string;

  /**
   * Tags of everything in the cloud that can have tags.
   * @default []
   * @example ['service:uap']
   */
  readonly tags?: readonly string[];

  /**
   * The regions that get a UAP, at least one.
   * @example [{ region: 'RegionOne', hostname: 'proxy.cloud.org', … }]
   */
  readonly regions: readonly RegionSpec[];
}

/** The settings of the ACME account, and of what is ordered with it. */
export interface AcmeSpec {
  /**
   * Mail address of the account.
   * @example 'ops@cloud.org'
   */
  readonly email: string;

  /**
   * The CA: 'letsencrypt', 'letsencrypt-staging' (for trying things out: not trusted by browsers), 'zerossl' (needs
   * externalAccountBinding), or the URL of its ACME directory with the PEM file of its own CA if that is private.
   * @default 'letsencrypt'
   * @example { url: 'https://acme.cloud.org/directory', caFile: '/etc/ssl/certs/cloud-ca.pem' }
   */
  readonly directory?: 'letsencrypt' | 'letsencrypt-staging' | 'zerossl' | AcmeDirectorySpec;

  /**
   * Binds the ACME account to an account that you have with the CA.
   * @default - none
   * @example { keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') }
   */
  readonly externalAccountBinding?: ExternalAccountBindingSpec;

  /**
   * Key of the certificates: 'P256' and 'P384' are elliptic curves, '2048' and '4096' bits of RSA.
   * @default 'P256'
   * @example 'P384'
   */
  readonly keyType?: 'P256' | 'P384' | '2048' | '4096';

  /**
   * Profile of the CA, if it has several.
   * @default - the CA's default
   * @example 'tlsserver'
   */
  readonly profile?: string;

  /**
   * Whether the CA is asked when to renew (ARI, RFC 9773). Terraform's acme provider fails at every plan with a CA
   * that doesn't offer it, so set it only if your CA's directory has a "renewalInfo".
   * @default - true for Let's Encrypt, false for other CAs
   * @example false
   */
  readonly renewalInfo?: boolean;

  /**
   * Name servers, address:port, that are watched until the challenge's record is published.
   * @default - those of the machine that deploys
   * @example ['192.0.2.53:53']
   */
  readonly recursiveNameservers?: readonly string[];
}

/** An ACME CA that has no name here. */
export interface AcmeDirectorySpec {
  /**
   * URL of the ACME directory.
   * @example 'https://acme.cloud.org/directory'
   */
  readonly url: string;
  /**
   * PEM file of the CA that signed the directory's own TLS certificate.
   * @default - the system's CAs
   * @example '/etc/ssl/certs/cloud-ca.pem'
   */
  readonly caFile?: string;
}

/** The account with the CA that an ACME account is bound to: RFC 8555, section 7.3.4. */
export interface ExternalAccountBindingSpec {
  /**
   * Key id, as the CA shows it.
   * @example 'kid-1'
   */
  readonly keyId: string;
  /**
   * HMAC key, as the CA shows it (base64url).
   * @example Secret.variable('eab_hmac_key')
   */
  readonly hmacKey: Secret;
}
