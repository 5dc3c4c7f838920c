import { type CloudSpec, DnsRecords, Secret } from '../lib';

// The sandbox of this repository: a real OpenStack, BIND and Pebble on one machine (sandbox/README.md).
// For your cloud, change the lines marked "real cloud:".
const sandbox = '~/.cache/uap-sandbox/run';

/** Two regions, dynamic DNS updates, certificates by Terraform's acme provider: the reference. */
export const cloudA: CloudSpec = {
  name: 'cloud-a', // also the entry of clouds.yaml with the credentials
  keystoneHostname: 'keystone.cloud-a.example.test', // real cloud: as in your auth_url
  acme: {
    email: 'operator@cloud-a.example.test',
    // real cloud: leave out "directory" and "recursiveNameservers"; the default is Let's Encrypt
    directory: { url: 'https://198.51.100.1:14000/dir', caFile: `${sandbox}/pebble/ca.pem` },
    recursiveNameservers: ['198.51.100.1:53'],
  },
  dns: DnsRecords.rfc2136({
    server: '198.51.100.1',
    zone: 'cloud-a.example.test',
    key: { name: 'uap-cloud-a', secret: Secret.file(`${sandbox}/tsig/cloud-a.secret`) },
    challengeKey: { name: 'uap-acme', secret: Secret.file(`${sandbox}/tsig/acme.secret`) },
  }),
  regions: ['one', 'two'].map((number) => ({
    region: number === 'one' ? 'RegionOne' : 'RegionTwo',
    hostname: `proxy-${number}.cloud-a.example.test`,
    publicNetwork: 'public',
    upstreamRanges: ['198.51.100.0/24'],
    allowSpecialPurposeRanges: true, // real cloud: leave out; 198.51.100.0/24 is for documentation
    deniedAddresses: ['198.51.100.1'], // the gateway, where the sandbox's APIs are
    image: 'debian-12',
    flavor: 'm1.small',
    clientOrigins: ['https://exosphere.cloud-a.example.test'],
  })),
};
