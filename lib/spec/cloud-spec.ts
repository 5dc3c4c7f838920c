import type { DnsRecords } from '../dns-records';
import type { SiblingShield } from '../nginx/proxy-model';
import type { Secret } from '../secret';
import type { SecretDelivery } from '../secret-delivery';
import type { StateBackend } from '../state-backend';
import type { UpstreamSecurity } from '../upstream-security';
import type { WildcardCertificate } from '../wildcard-certificate';

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
   * How certificates and credentials travel to the instances; a region may have its own.
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
   * Whether the CA is asked when to renew (ARI, RFC 9773).
   * @default true
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

/** The settings of a region: one UAP. */
export interface RegionSpec {
  /**
   * Region as OpenStack calls it (`openstack region list`); null for a cloud with only one.
   * @example 'RegionOne'
   */
  readonly region: string | null;

  /**
   * Host name of the UAP. Apps get names one label below it, so nothing else should live there, and best no other
   * service of yours in the same registrable domain.
   * @example 'proxy.cloud.org'
   */
  readonly hostname: string;

  /**
   * Name or id of the network that the users' instances and the UAP have their addresses on.
   * @example 'public'
   */
  readonly publicNetwork: string;

  /**
   * Networks (IPv4 CIDRs) with the addresses of users' instances: the UAP connects to nothing else.
   * @example ['149.165.152.0/22', '149.165.168.0/21']
   */
  readonly upstreamRanges: readonly string[];

  /**
   * Whether upstreamRanges may lie in private, documentation and other special-purpose blocks (RFC 6890).
   * @default false
   * @example true
   */
  readonly allowSpecialPurposeRanges?: boolean;

  /**
   * Name or id of the image: Debian 12 or 13, Ubuntu 22.04 or 24.04. A newer image of the same name does not replace
   * a UAP that runs.
   * @example 'debian-13'
   */
  readonly image: string;

  /**
   * Name or id of the flavor. One core and 1 GB of memory serve thousands of users.
   * @example 'm1.small'
   */
  readonly flavor: string;

  /**
   * Name of the SSH key pair.
   * @default - no SSH key
   * @example 'ops'
   */
  readonly keyPair?: string;

  /**
   * Networks that reach SSH.
   * @default []
   * @example ['192.0.2.0/24', '2001:db8::/32']
   */
  readonly adminNetworks?: readonly string[];

  /**
   * Addresses or networks inside of upstreamRanges that are refused all the same, such as the cloud's own services.
   * @default []
   * @example ['149.165.152.10', '149.165.153.0/28']
   */
  readonly deniedAddresses?: readonly string[];

  /**
   * Ports of users' instances that may be asked for.
   * @default { allowed: ['1-65535'], denied: [] }
   * @example { denied: [3306, '6000-6063'] }
   */
  readonly ports?: PortsSpec;

  /**
   * Whether apps without TLS are served (`http-` names): between UAP and instance they go in the clear.
   * @default true
   * @example false
   */
  readonly httpUpstreams?: boolean;

  /**
   * Origins of web clients that call users' apps from a browser.
   * @default []
   * @example ['https://exosphere.app']
   */
  readonly clientOrigins?: readonly string[];

  /**
   * Whether an app may call the apps on other ports of its own instance from a browser.
   * @default false
   * @example true
   */
  readonly sameInstanceCors?: boolean;

  /**
   * Whether requests from other users' apps to an app are refused ('enforce'), logged ('report') or let through.
   * @default 'off'
   * @example 'enforce'
   */
  readonly siblingShield?: SiblingShield;

  /**
   * Mail address or URL for abuse reports, shown on the UAP's pages.
   * @default - none is shown
   * @example 'abuse@cloud.org'
   */
  readonly abuseContact?: string;

  /**
   * Apps (first label of the host name) and addresses that are blocked for abuse, answered with 451.
   * @default []
   * @example ['http-149-165-152-7-8888', '149.165.152.9']
   */
  readonly blocked?: readonly string[];

  /**
   * Networks that may read the metrics.
   * @default []
   * @example ['192.0.2.0/24']
   */
  readonly metricsNetworks?: readonly string[];

  /**
   * Greatest size of a request's body in bytes, 0 for no limit.
   * @default 0
   * @example 10737418240
   */
  readonly maxBodySize?: number;

  /**
   * How https apps are talked to.
   * @default UpstreamSecurity.unverifiedTls()
   * @example UpstreamSecurity.unverifiedTls()
   */
  readonly upstreamSecurity?: UpstreamSecurity;

  /**
   * URL of the package mirror that the instance installs from.
   * @default - the mirrors that the image knows
   * @example 'https://mirror.cloud.org/debian'
   */
  readonly packageMirror?: string;

  /**
   * Whether the UAP may connect only to upstreamRanges, DNS, NTP, the metadata service and package mirrors.
   * @default false
   * @example true
   */
  readonly strictEgress?: boolean;

  /**
   * Time to live of the DNS records, in seconds.
   * @default 60
   * @example 300
   */
  readonly recordTtl?: number;

  /**
   * Seconds that a deployment waits for the UAP to be ready, 0 not to wait.
   * @default 900
   * @example 1800
   */
  readonly readinessTimeout?: number;

  /**
   * Seconds between two looks of the instance for a new certificate.
   * @default 60
   * @example 300
   */
  readonly certificatePollInterval?: number;

  /**
   * DNS strategy of this region.
   * @default - the cloud's
   * @example DnsRecords.manual()
   */
  readonly dns?: DnsRecords;

  /**
   * Certificate strategy of this region.
   * @default - the cloud's
   * @example WildcardCertificate.acmeOnInstance()
   */
  readonly certificate?: WildcardCertificate;

  /**
   * Delivery of secrets in this region.
   * @default - the cloud's
   * @example SecretDelivery.instanceMetadata()
   */
  readonly delivery?: SecretDelivery;
}

/** A port or an inclusive range of ports. */
export type PortSpec = number | `${number}-${number}`;

export interface PortsSpec {
  /**
   * Ports that may be asked for.
   * @default ['1-65535']
   * @example [443, '8000-8999']
   */
  readonly allowed?: readonly PortSpec[];
  /**
   * Ports that are refused, besides those that are always refused since no web app uses them.
   * @default []
   * @example [3306, '6000-6063']
   */
  readonly denied?: readonly PortSpec[];
}
