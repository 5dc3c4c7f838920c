import type { SiblingShield } from '../nginx/proxy-model';
import type { DnsRecords } from '../strategies/dns-records';
import type { InstanceAddress } from '../strategies/instance-address';
import type { LoadBalancer } from '../strategies/load-balancer';
import type { SecretDelivery } from '../strategies/secret-delivery';
import type { UpstreamSecurity } from '../strategies/upstream-security';
import type { WildcardCertificate } from '../strategies/wildcard-certificate';

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
   * Raise it to have a new instance: after an upgrade of this package, or for a newer image. An upgrade by itself
   * replaces no instance; the output `outdated` names those that an older version made.
   * @default 1
   * @example 2
   */
  readonly generation?: number;

  /**
   * Name or id of the flavor. One core and 1 GB of memory serve thousands of users.
   * @example 'm1.small'
   */
  readonly flavor: string;

  /**
   * Number of instances, 1 to 10 (Nova's default quota of a server group). One certificate and security group serve
   * them all; Nova keeps them on different hosts where it can.
   * @default 1
   * @example 2
   */
  readonly instances?: number;

  /**
   * How instances get the address that browsers connect to: it outlives them.
   * @default InstanceAddress.publicPort()
   * @example InstanceAddress.floatingIp({ pool: 'public', network: 'uap' })
   */
  readonly address?: InstanceAddress;

  /**
   * What stands in front of the instances.
   * @default LoadBalancer.none()
   * @example LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] })
   */
  readonly loadBalancer?: LoadBalancer;

  /**
   * Seconds that an instance stays after another one took its place, so that requests and downloads can end. Only
   * with floating IPs or a load balancer: on a port of its own an instance goes before the next one comes.
   * @default 60
   * @example 600
   */
  readonly drain?: number;

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
   * Whether apps without TLS are served (`http-` names): between UAP and instance they go in the clear. If not, such a
   * name is answered with 403. A verified upstreamSecurity protects https names alone.
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
   * Networks that may read the metrics and the details of /healthz: what is wrong with the certificate. Others get "ok".
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
   * How https apps are talked to: any, only those that a CA of yours vouches for, with a certificate of the UAP's own.
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
   * @example DnsRecords.designate({ zone: 'cloud.org' })
   */
  readonly dns?: DnsRecords;

  /**
   * Certificate strategy of this region.
   * @default - the cloud's
   * @example WildcardCertificate.acmeOnInstance()
   */
  readonly certificate?: WildcardCertificate;

  /**
   * Delivery of certificates in this region.
   * @default - the cloud's
   * @example SecretDelivery.instanceMetadata()
   */
  readonly delivery?: SecretDelivery;
}

/** A port or an inclusive range of ports. */
export type PortSpec = number | `${number}-${number}`;

/** Which ports of users' instances may be asked for. */
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
