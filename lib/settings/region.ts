import { z } from 'zod';
import type { PortRange } from '../nginx/bad-ports';
import type { DnsRecords } from '../strategies/dns-records';
import type { SecretDelivery } from '../strategies/secret-delivery';
import type { WildcardCertificate } from '../strategies/wildcard-certificate';
import { checkContact, checkOrigin, checkUapHostname, checkUrl, normalHostname } from '../validation/names';
import { checkAddress, checkIpv4Network, checkNetwork } from '../validation/networks';
import { checkBlocked } from './blocked';
import { checked, type Given, ipNetwork, list, type Resolved, seconds, setting, settings, text } from './definition';
import { checkPort, type PortSpec, parsePort } from './ports';
import { strategies, strategyDefault } from './strategies';

const ports = () => list(checked<PortSpec>(checkPort).transform((port) => parsePort(port) as PortRange));

export const portsSettings = {
  /** Ports that the UAP serves. */
  allowed: setting(ports().prefault(['1-65535']), { example: "[443, '8000-8999']", replacesInstance: true }),

  /** Ports to refuse, in addition to those that are always refused because no web app uses them. */
  denied: setting(ports().default([]), { example: "[3306, '6000-6063']", replacesInstance: true }),
};

/** Which ports of users' instances the UAP serves. */
export interface PortsSpec extends Given<typeof portsSettings> {}
const portsSchema: z.ZodType<Resolved<typeof portsSettings>, PortsSpec> = settings(portsSettings);

export const regionSettings = {
  /** Name of the region (`openstack region list`); null for a cloud with only one. */
  region: setting(text().nullable(), {
    allowed: 'a text or null',
    example: "'RegionOne'",
    change: 'the UAP is destroyed and another one is created in that region',
  }),

  /**
   * Host name of the UAP. Apps get names one label below it, so use those names for nothing else. Best, no other
   * service of yours is in the same registrable domain.
   */
  hostname: setting(text(checkUapHostname).transform(normalHostname), {
    example: "'proxy.cloud.org'",
    replacesInstance: true,
    change: 'new certificate and records',
  }),

  /** Name or id of the network on which users' instances and the UAP have their addresses. */
  publicNetwork: setting(text(), {
    example: "'public'",
    change: 'new port, address and instance; records in place',
  }),

  /** Networks (IPv4 CIDRs) with the addresses of users' instances. The UAP connects to no other address. */
  upstreamRanges: setting(
    list(ipNetwork(checkIpv4Network)).refine((ranges) => ranges.length > 0, 'is empty; the UAP would reach nothing'),
    {
      allowed: 'a list of at least one network',
      example: "['149.165.152.0/22', '149.165.168.0/21']",
      replacesInstance: true,
      change: 'with `strictEgress` the security group, too',
    },
  ),

  /** Whether upstreamRanges may be in private, documentation and other special-purpose blocks (RFC 6890). */
  allowSpecialPurposeRanges: setting(z.boolean().default(false), { example: 'true', change: 'nothing: a check' }),

  /**
   * Name or id of the image: Debian 12 or 13, Ubuntu 22.04 or 24.04. A newer image of the same name does not replace
   * a running UAP.
   */
  image: setting(text(), { example: "'debian-13'", change: 'nothing until the next new instance' }),

  /**
   * Raise it to get a new instance: after an upgrade of this package, or for a newer image. An upgrade does not
   * replace instances; the output `outdated` lists those that an older version created.
   */
  generation: setting(z.int().min(1).default(1), {
    allowed: 'a whole number, 1 or more',
    example: '2',
    change: 'new instance',
  }),

  /** Name or id of the flavor. One vCPU and 1 GB of memory serve thousands of users. */
  flavor: setting(text(), { example: "'m1.small'", change: 'resized in place, with a reboot' }),

  /**
   * Number of instances, 1 to 10 (Nova's default quota of a server group). One certificate and security group serve
   * them all; Nova keeps them on different hosts where it can.
   */
  instances: setting(z.int().min(1).max(10).default(1), {
    allowed: 'a whole number, 1 to 10',
    example: '2',
    change: 'more: existing ones stay as they are, records change last; fewer: the last ones are destroyed',
  }),

  /** How instances get the address that browsers connect to. The address outlives them. */
  address: setting(strategyDefault(strategies.address, 'publicPort'), {
    example: "InstanceAddress.floatingIp({ pool: 'public', network: 'uap' })",
    change: 'new addresses and instances; records in place. The old ones go first: an outage of minutes',
  }),

  /** The load balancer in front of the instances. */
  loadBalancer: setting(strategyDefault(strategies.loadBalancer, 'none'), {
    example: "LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] })",
    change: 'new instances; records in place. The old ones go first: an outage of minutes',
  }),

  /**
   * Seconds that a replaced instance keeps running, so that in-flight requests and downloads can finish. Only with
   * floating IPs or a load balancer: on a port of its own, an instance is destroyed before its successor is created.
   */
  drain: setting(seconds(0, 3600).default(60), { example: '600', change: 'nothing until the next new instance' }),

  /** Name of the SSH key pair. */
  keyPair: setting(text().optional(), { example: "'ops'", default: 'no SSH key', change: 'new instance' }),

  /** Networks from which SSH is open. */
  adminNetworks: setting(list(ipNetwork(checkNetwork)).default([]), {
    example: "['192.0.2.0/24', '2001:db8::/32']",
    change: 'security group in place',
  }),

  /** Addresses or networks in upstreamRanges that the UAP refuses, such as the cloud's own services. */
  deniedAddresses: setting(list(ipNetwork(checkAddress)).default([]), {
    example: "['149.165.152.10', '149.165.153.0/28']",
    replacesInstance: true,
  }),

  /** Ports of users' instances that the UAP serves. */
  ports: setting(portsSchema.prefault({}), {
    allowed: '{ allowed, denied }',
    example: "{ denied: [3306, '6000-6063'] }",
    defaultSource: "{ allowed: ['1-65535'], denied: [] }",
    replacesInstance: true,
  }),

  /**
   * Whether apps without TLS are served (`http-` names), which travel unencrypted between UAP and instance. If not, the
   * UAP answers such a name with 403. A verified upstreamSecurity protects only https names.
   */
  httpUpstreams: setting(z.boolean().default(true), { example: 'false', replacesInstance: true }),

  /** Origins of web clients that call users' apps from a browser. */
  clientOrigins: setting(list(text(checkOrigin)).default([]), {
    example: "['https://exosphere.app']",
    replacesInstance: true,
  }),

  /** Whether an app may call the apps on other ports of its own instance from a browser. */
  sameInstanceCors: setting(z.boolean().default(false), { example: 'true', replacesInstance: true }),

  /** Whether requests from other users' apps to an app are refused ('enforce'), logged ('report') or passed ('off'). */
  siblingShield: setting(z.enum(['off', 'report', 'enforce']).default('off'), {
    example: "'enforce'",
    replacesInstance: true,
  }),

  /** Mail address or URL for abuse reports, shown on the UAP's pages. */
  abuseContact: setting(text(checkContact).optional(), {
    example: "'abuse@cloud.org'",
    default: 'none is shown',
    replacesInstance: true,
  }),

  /** Apps (first label of the host name) and addresses blocked for abuse. The UAP answers them with 451. */
  blocked: setting(list(text(checkBlocked)).default([]), {
    example: "['http-149-165-152-7-8888', '149.165.152.9']",
    replacesInstance: true,
  }),

  /** Networks that may read the metrics and the details of /healthz, such as problems with the certificate. Others get "ok". */
  metricsNetworks: setting(list(ipNetwork(checkNetwork)).default([]), {
    example: "['192.0.2.0/24']",
    replacesInstance: true,
  }),

  /** Maximum size of a request body in bytes; 0 for no limit. */
  maxBodySize: setting(z.int().min(0).default(0), {
    allowed: 'a whole number of bytes',
    example: '10737418240',
    unit: 'bytes',
    replacesInstance: true,
  }),

  /** How the UAP connects to https apps: to any, only to those with a certificate of your CA, or with a client certificate. */
  upstreamSecurity: setting(strategyDefault(strategies.upstreamSecurity, 'unverifiedTls'), {
    example: 'UpstreamSecurity.unverifiedTls()',
    change: 'new instance; another client certificate for the same key in place',
  }),

  /** URL of the package mirror from which the instance installs packages. */
  packageMirror: setting(text(checkUrl).optional(), {
    example: "'https://mirror.cloud.org/debian'",
    default: 'the mirrors of the image',
    replacesInstance: true,
  }),

  /** Whether the UAP may connect only to upstreamRanges, DNS, NTP, the metadata service and package mirrors. */
  strictEgress: setting(z.boolean().default(false), { example: 'true', change: 'security group in place' }),

  /** Time to live of the DNS records, in seconds. */
  // RFC 2181: a TTL has 31 bits; more than a day would outlast every change of address.
  recordTtl: setting(seconds(1, 86_400).default(60), {
    example: '300',
    change:
      'records in place; with `rfc2136` they are deleted and created again: for about a second names are not found, and resolvers may cache that for the negative TTL of the zone',
  }),

  /** Seconds that a deployment waits for the UAP to be ready; 0 to not wait. */
  readinessTimeout: setting(seconds(0, 86_400).default(900), { example: '1800', change: 'nothing: a wait' }),

  /** Seconds between two checks of the instance for a new certificate. */
  certificatePollInterval: setting(seconds(5, 86_400).default(60), { example: '300', replacesInstance: true }),

  /** DNS strategy of this region. */
  dns: setting(strategies.dns.optional(), {
    example: "DnsRecords.designate({ zone: 'cloud.org' })",
    default: "the cloud's",
    change: "as the cloud's",
  }),

  /** Certificate strategy of this region. */
  certificate: setting(strategies.certificate.optional(), {
    example: 'WildcardCertificate.acmeOnInstance()',
    default: "the cloud's",
    change: "as the cloud's",
  }),

  /** Delivery of certificates in this region. */
  delivery: setting(strategies.delivery.optional(), {
    example: 'SecretDelivery.instanceMetadata()',
    default: "the cloud's",
    change: "as the cloud's",
  }),
};

/** The settings of a region: one UAP. */
export interface RegionSpec extends Given<typeof regionSettings> {}
export const regionSchema: z.ZodType<Resolved<typeof regionSettings>, RegionSpec> = settings(regionSettings);

/** A region's settings with every default filled in, the cloud's strategies among them. */
export interface ResolvedRegion extends Omit<Resolved<typeof regionSettings>, 'dns' | 'certificate' | 'delivery'> {
  readonly dns: DnsRecords;
  readonly certificate: WildcardCertificate;
  readonly delivery: SecretDelivery;
}
