import { z } from 'zod';
import type { PortRange } from '../nginx/proxy-model';
import { DnsRecords } from '../strategies/dns-records';
import { InstanceAddress } from '../strategies/instance-address';
import { LoadBalancer } from '../strategies/load-balancer';
import { Secret } from '../strategies/secret';
import { SecretDelivery } from '../strategies/secret-delivery';
import { StateBackend } from '../strategies/state-backend';
import { UpstreamSecurity } from '../strategies/upstream-security';
import { WildcardCertificate } from '../strategies/wildcard-certificate';
import {
  checkContact,
  checkHostname,
  checkMail,
  checkNameserver,
  checkOrigin,
  checkUapHostname,
  checkUrl,
  normalHostname,
} from '../validation/names';
import { checkAddress, checkIpv4Network, checkNetwork } from '../validation/networks';
import { checkBlocked } from './blocked';
import { checked, form, ipNetwork, list, seconds, setting, strategy, text } from './elements';
import { checkPort, parsePort } from './ports';
import type { PortSpec } from './region-spec';

/** The settings whose values are made by factories; in YAML each is written as told in lib/settings/yaml/families.ts. */
export const families = {
  secret: setting(
    { allowed: 'Secret.variable(…) or Secret.file(…)', example: "Secret.variable('eab_hmac_key')", secret: true },
    z.custom<Secret>((value) => Secret.isSecret(value)),
  ),
  dns: strategy(
    DnsRecords.isDnsRecords,
    'DnsRecords.rfc2136(…), DnsRecords.designate(…) or DnsRecords.manual()',
    "DnsRecords.designate({ zone: 'cloud.org' })",
  ),
  certificate: strategy(
    WildcardCertificate.isWildcardCertificate,
    'WildcardCertificate.acme(), WildcardCertificate.acmeOnInstance() or WildcardCertificate.fromPem(…)',
    'WildcardCertificate.acmeOnInstance()',
  ),
  delivery: strategy(
    SecretDelivery.isSecretDelivery,
    'SecretDelivery.instanceMetadata(), SecretDelivery.barbican() or SecretDelivery.userData()',
    'SecretDelivery.instanceMetadata()',
  ),
  backend: strategy(
    StateBackend.isStateBackend,
    'StateBackend.local(), StateBackend.s3(…), StateBackend.http(…) or StateBackend.pg(…)',
    "StateBackend.s3({ bucket: 'terraform', key: 'cloud-a.tfstate' })",
  ),
  address: strategy(
    InstanceAddress.isInstanceAddress,
    'InstanceAddress.publicPort() or InstanceAddress.floatingIp(…)',
    "InstanceAddress.floatingIp({ pool: 'public', network: 'uap' })",
  ),
  loadBalancer: strategy(
    LoadBalancer.isLoadBalancer,
    'LoadBalancer.none() or LoadBalancer.octavia(…)',
    "LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] })",
  ),
  upstreamSecurity: strategy(
    UpstreamSecurity.isUpstreamSecurity,
    'UpstreamSecurity.unverifiedTls(), UpstreamSecurity.verifiedTls(…) or UpstreamSecurity.mutualTls(…)',
    'UpstreamSecurity.unverifiedTls()',
  ),
};

const acmeSchema = z.strictObject({
  email: setting({ example: "'ops@cloud.org'" }, text(checkMail)),
  directory: setting(
    {
      allowed: "'letsencrypt', 'letsencrypt-staging', 'zerossl' or { url, caFile }",
      example: "{ url: 'https://acme.cloud.org/directory', caFile: '/etc/ssl/certs/cloud-ca.pem' }",
    },
    z.union([
      z.enum(['letsencrypt', 'letsencrypt-staging', 'zerossl']),
      z.strictObject({
        url: setting({ example: "'https://acme.cloud.org/directory'" }, text(checkUrl)),
        caFile: setting({ example: "'/etc/ssl/certs/cloud-ca.pem'" }, text()).optional(),
      }),
    ]),
  ).default('letsencrypt'),
  externalAccountBinding: setting(
    { example: "{ keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') }", secret: true },
    z.strictObject({
      keyId: setting({ example: "'kid-1'" }, text()),
      hmacKey: families.secret,
    }),
  ).optional(),
  keyType: setting({ example: "'P384'" }, z.enum(['P256', 'P384', '2048', '4096'])).default('P256'),
  profile: setting({ example: "'tlsserver'" }, text()).optional(),
  renewalInfo: setting({ example: 'false' }, z.boolean()).optional(),
  recursiveNameservers: setting({ example: "['192.0.2.53:53']" }, list(text(checkNameserver))).optional(),
});

const ports = () => list(checked<PortSpec>(checkPort).transform((port) => parsePort(port) as PortRange));

const portsSchema = z.strictObject({
  allowed: setting({ example: "[443, '8000-8999']" }, ports()).default([{ from: 1, to: 65535 }]),
  denied: setting({ example: "[3306, '6000-6063']" }, ports()).default([]),
});

export const regionSchema = z.strictObject({
  region: setting({ allowed: 'a text or null', example: "'RegionOne'" }, text().nullable()),
  hostname: setting({ example: "'proxy.cloud.org'" }, text(checkUapHostname).transform(normalHostname)),
  publicNetwork: setting({ example: "'public'" }, text()),
  upstreamRanges: setting(
    { allowed: 'a list of at least one network', example: "['149.165.152.0/22', '149.165.168.0/21']" },
    list(ipNetwork(checkIpv4Network)).refine((ranges) => ranges.length > 0, 'is empty; the UAP would reach nothing'),
  ),
  allowSpecialPurposeRanges: setting({ example: 'true' }, z.boolean()).default(false),
  image: setting({ example: "'debian-13'" }, text()),
  generation: setting({ allowed: 'a whole number, 1 or more', example: '2' }, z.int().min(1)).default(1),
  flavor: setting({ example: "'m1.small'" }, text()),
  instances: setting({ allowed: 'a whole number, 1 to 10', example: '2' }, z.int().min(1).max(10)).default(1),
  address: families.address.default(() => InstanceAddress.publicPort()),
  loadBalancer: families.loadBalancer.default(() => LoadBalancer.none()),
  drain: seconds('600', 0, 3600).default(60),
  keyPair: setting({ example: "'ops'" }, text()).optional(),
  adminNetworks: setting({ example: "['192.0.2.0/24', '2001:db8::/32']" }, list(ipNetwork(checkNetwork))).default([]),
  deniedAddresses: setting(
    { example: "['149.165.152.10', '149.165.153.0/28']" },
    list(ipNetwork(checkAddress)),
  ).default([]),
  ports: setting({ allowed: '{ allowed, denied }', example: "{ denied: [3306, '6000-6063'] }" }, portsSchema).prefault(
    {},
  ),
  httpUpstreams: setting({ example: 'false' }, z.boolean()).default(true),
  clientOrigins: setting({ example: "['https://exosphere.app']" }, list(text(checkOrigin))).default([]),
  sameInstanceCors: setting({ example: 'true' }, z.boolean()).default(false),
  siblingShield: setting({ example: "'enforce'" }, z.enum(['off', 'report', 'enforce'])).default('off'),
  abuseContact: setting({ example: "'abuse@cloud.org'" }, text(checkContact)).optional(),
  blocked: setting({ example: "['http-149-165-152-7-8888', '149.165.152.9']" }, list(text(checkBlocked))).default([]),
  metricsNetworks: setting({ example: "['192.0.2.0/24']" }, list(ipNetwork(checkNetwork))).default([]),
  maxBodySize: setting(
    { allowed: 'a whole number of bytes', example: '10737418240', unit: 'bytes' },
    z.int().min(0),
  ).default(0),
  upstreamSecurity: families.upstreamSecurity.default(() => UpstreamSecurity.unverifiedTls()),
  packageMirror: setting({ example: "'https://mirror.cloud.org/debian'" }, text(checkUrl)).optional(),
  strictEgress: setting({ example: 'true' }, z.boolean()).default(false),
  // RFC 2181: a TTL has 31 bits; more than a day would outlast every change of address.
  recordTtl: seconds('300', 1, 86_400).default(60),
  readinessTimeout: seconds('1800', 0, 86_400).default(900),
  certificatePollInterval: seconds('300', 5, 86_400).default(60),
  dns: families.dns.optional(),
  certificate: families.certificate.optional(),
  delivery: families.delivery.optional(),
});

export const cloudSchema = z.strictObject({
  name: setting(
    { example: "'cloud-a'" },
    text(form(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, a letter first, at most 63')),
  ),
  openstack: setting(
    { allowed: 'an entry of clouds.yaml, or null for the OS_* environment variables', example: "'cloud-a'" },
    z.union([text(), z.literal(false), z.null()]),
  ).optional(),
  keystoneHostname: setting(
    { example: "'keystone.cloud.org'" },
    text(checkHostname).transform(normalHostname),
  ).optional(),
  acme: setting({ example: "{ email: 'ops@cloud.org' }" }, acmeSchema).optional(),
  dns: families.dns,
  certificate: families.certificate.default(() => WildcardCertificate.acme()),
  delivery: families.delivery.default(() => SecretDelivery.instanceMetadata()),
  backend: families.backend.default(() => StateBackend.local()),
  namePrefix: setting(
    { example: "'uap'" },
    text(form(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, 'letters, digits, "-" and "_", a letter first, at most 32')),
  ).default('uap'),
  tags: setting(
    { example: "['service:uap']" },
    // Nova's and Neutron's limits.
    list(text(form(/^[^,/]{1,60}$/, '1 to 60 characters without "," and "/"'))),
  ).default([]),
  regions: setting(
    { allowed: 'a list of at least one region', example: "[{ region: 'RegionOne', hostname: 'proxy.cloud.org', … }]" },
    list(regionSchema).refine((regions) => regions.length > 0, 'is empty; a cloud has at least one region'),
  ),
});
