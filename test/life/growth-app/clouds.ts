import { type CloudSpec, DnsRecords, InstanceAddress, LoadBalancer, Secret } from '../../../lib';

// Run by test/life/growth on the sandbox: where its files are, and what a change of the settings is.
const sandbox = `${process.env.UAP_SANDBOX_DIR ?? '~/.cache/uap-sandbox'}/run`;
const change = process.env.UAP_LIFE_CHANGE;

const region = {
  region: 'RegionOne',
  publicNetwork: 'public',
  upstreamRanges: ['198.51.100.0/24'],
  allowSpecialPurposeRanges: true,
  deniedAddresses: ['198.51.100.1'],
  image: 'debian-12',
  flavor: 'm1.small',
  // Several boots at once, by software emulation, take their time.
  readinessTimeout: 1800,
  // A change of what is on the instance: it needs a new one.
  abuseContact: change ? `abuse-${change}@cloud-a.example.test` : undefined,
};

const cloud = {
  openstack: 'cloud-a',
  acme: {
    email: 'operator@cloud-a.example.test',
    directory: { url: 'https://198.51.100.1:14000/dir', caFile: `${sandbox}/pebble/ca.pem` },
    recursiveNameservers: ['198.51.100.1:53'],
  },
  dns: DnsRecords.rfc2136({
    server: '198.51.100.1',
    zone: 'cloud-a.example.test',
    key: { name: 'uap-cloud-a', secret: Secret.file(`${sandbox}/tsig/cloud-a.secret`) },
  }),
};

export const clouds: readonly CloudSpec[] = [
  {
    ...cloud,
    name: 'life-several',
    regions: [
      { ...region, hostname: 'several.cloud-a.example.test', instances: Number(process.env.UAP_LIFE_INSTANCES ?? 2) },
    ],
  },
  {
    ...cloud,
    name: 'life-floating',
    regions: [
      {
        ...region,
        hostname: 'floating.cloud-a.example.test',
        address: InstanceAddress.floatingIp({ pool: 'public', network: 'uap' }),
        drain: 15,
      },
    ],
  },
  {
    ...cloud,
    name: 'life-octavia',
    regions: [
      {
        ...region,
        hostname: 'octavia.cloud-a.example.test',
        instances: 2,
        address: InstanceAddress.floatingIp({ pool: 'public', network: 'uap' }),
        loadBalancer: LoadBalancer.octavia({ sourceRanges: ['10.20.0.0/24'], provider: 'amphora' }),
      },
    ],
  },
];
