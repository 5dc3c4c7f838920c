import { IpNetwork } from '../../lib/ip-network';
import { BAD_PORTS } from '../../lib/nginx/bad-ports';
import { type CloudSpec, type RegionSpec, resolveCloud } from '../../lib/settings';
import { DnsRecords } from '../../lib/strategies/dns-records';
import { InstanceAddress } from '../../lib/strategies/instance-address';
import { LoadBalancer } from '../../lib/strategies/load-balancer';
import { Secret } from '../../lib/strategies/secret';
import { SecretDelivery } from '../../lib/strategies/secret-delivery';
import { StateBackend } from '../../lib/strategies/state-backend';
import { UpstreamSecurity } from '../../lib/strategies/upstream-security';
import { WildcardCertificate } from '../../lib/strategies/wildcard-certificate';
import { cloud, region } from './specs';

const resolveRegion = (changes: Partial<RegionSpec>) => {
  const [resolved] = resolveCloud({ ...cloud, regions: [{ ...region, ...changes }] }).regions;
  if (!resolved) throw new Error('no region');
  return resolved;
};

const complete: Required<CloudSpec> = {
  name: 'cloud-b',
  openstack: 'entry',
  keystoneHostname: 'keystone.cloud.org',
  acme: {
    email: 'ops@cloud.org',
    directory: { url: 'https://acme.cloud.org/directory', caFile: '/ca.pem' },
    externalAccountBinding: { keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') },
    keyType: '4096',
    profile: 'tlsserver',
    renewalInfo: false,
    recursiveNameservers: ['192.0.2.53:53', '[2001:db8::53]:53', 'ns1.cloud.org:53'],
  },
  dns: DnsRecords.designate({ zone: 'cloud.org' }),
  certificate: WildcardCertificate.acme({ challenge: { provider: 'cloudflare', config: {} } }),
  delivery: SecretDelivery.instanceMetadata(),
  backend: StateBackend.local('/srv/cloud-b.tfstate'),
  namePrefix: 'proxy',
  tags: ['service:uap'],
  regions: [],
};

const completeRegion = {
  region: 'RegionOne',
  hostname: 'proxy.cloud.org',
  publicNetwork: 'public',
  upstreamRanges: ['10.0.0.0/8'],
  allowSpecialPurposeRanges: true,
  image: 'debian-13',
  generation: 2,
  flavor: 'm1.small',
  instances: 2,
  address: InstanceAddress.floatingIp({ pool: 'public', network: 'uap' }),
  loadBalancer: LoadBalancer.octavia({ sourceRanges: ['10.20.0.0/24'] }),
  drain: 600,
  keyPair: 'ops',
  adminNetworks: ['192.0.2.0/24'],
  deniedAddresses: ['10.0.0.1', '10.1.0.0/16'],
  ports: { allowed: [443, '8000-8999'], denied: [8443] },
  httpUpstreams: false,
  clientOrigins: ['https://exosphere.app'],
  sameInstanceCors: true,
  siblingShield: 'enforce',
  abuseContact: 'abuse@cloud.org',
  blocked: ['10.0.0.9'],
  metricsNetworks: ['192.0.2.0/24'],
  maxBodySize: 1024,
  upstreamSecurity: UpstreamSecurity.unverifiedTls(),
  packageMirror: 'https://mirror.cloud.org/debian',
  strictEgress: true,
  recordTtl: 300,
  readinessTimeout: 0,
  certificatePollInterval: 300,
  dns: DnsRecords.manual(),
  certificate: WildcardCertificate.fromPem({
    chainFile: '/chain.pem',
    key: Secret.file('/key.pem'),
    passphrase: Secret.variable('key_passphrase'),
  }),
  delivery: SecretDelivery.instanceMetadata(),
} satisfies RegionSpec;

test('set values stay unchanged', () => {
  expect(resolveCloud({ ...complete, regions: [completeRegion] })).toMatchObject({
    ...complete,
    regions: [
      {
        ...completeRegion,
        upstreamRanges: [IpNetwork.parse('10.0.0.0/8')],
        deniedAddresses: ['10.0.0.1', '10.1.0.0/16'].map(IpNetwork.parse),
        adminNetworks: [IpNetwork.parse('192.0.2.0/24')],
        metricsNetworks: [IpNetwork.parse('192.0.2.0/24')],
        ports: {
          allowed: [
            { from: 443, to: 443 },
            { from: 8000, to: 8999 },
          ],
          denied: [...BAD_PORTS, { from: 8443, to: 8443 }],
        },
      },
    ],
  });
});

test('a region has the strategies of the cloud unless it has its own', () => {
  const spec = { ...complete, regions: [region, { ...completeRegion, region: 'B', hostname: 'b.cloud.org' }] };
  const [first, second] = resolveCloud(spec).regions;
  expect([first?.dns, first?.certificate, first?.delivery]).toEqual([
    complete.dns,
    complete.certificate,
    complete.delivery,
  ]);
  expect(first?.dns).toBe(complete.dns);
  expect(second?.dns).toBe(completeRegion.dns);
  expect(second?.certificate).toBe(completeRegion.certificate);
  expect(second?.delivery).toBe(completeRegion.delivery);
});

test.each([
  [undefined, 'cloud-a'],
  ['entry', 'entry'],
  [null, undefined],
  [false, undefined],
] as const)('openstack: %p is the entry %p of clouds.yaml', (openstack, entry) => {
  expect(resolveCloud({ ...cloud, openstack }).openstack).toBe(entry);
});

test('all ports but the bad ones are served by default', () => {
  expect(resolveRegion({}).ports).toEqual({ allowed: [{ from: 1, to: 65535 }], denied: BAD_PORTS });
});

test.each(['PROXY.Cloud.org', 'proxy.cloud.org.'])('the host name %s is written in its normal form', (hostname) => {
  expect(resolveRegion({ hostname }).hostname).toBe('proxy.cloud.org');
});

test('the settings given are not changed', () => {
  const before = structuredClone(region);
  resolveCloud(cloud);
  expect(region).toEqual(before);
});
