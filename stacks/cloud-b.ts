import { type CloudSpec, DnsRecords, WildcardCertificate } from '../lib';

// The sandbox of this repository: a real OpenStack, Designate and Pebble on one machine (sandbox/README.md).
// For your cloud, change the lines marked "real cloud:".
const sandbox = '~/.cache/uap-sandbox/run';

/** One region, Designate, the certificate ordered and renewed on the instance: needs only the openstack provider. */
export const cloudB: CloudSpec = {
  name: 'cloud-b', // also the entry of clouds.yaml with the credentials
  keystoneHostname: 'keystone.cloud-b.example.test', // real cloud: as in your auth_url
  acme: {
    email: 'operator@cloud-b.example.test',
    // real cloud: leave out "directory" and "recursiveNameservers"; the default is Let's Encrypt
    directory: { url: 'https://198.51.100.1:14000/dir', caFile: `${sandbox}/pebble/ca.pem` },
    recursiveNameservers: ['198.51.100.1:53'],
  },
  dns: DnsRecords.designate({ zone: 'cloud-b.example.test' }),
  certificate: WildcardCertificate.acmeOnInstance(),
  regions: [
    {
      region: 'RegionOne',
      hostname: 'proxy.cloud-b.example.test',
      publicNetwork: 'public',
      upstreamRanges: ['198.51.100.0/24'],
      allowSpecialPurposeRanges: true, // real cloud: leave out; 198.51.100.0/24 is for documentation
      deniedAddresses: ['198.51.100.1'], // the gateway, where the sandbox's APIs are
      image: 'debian-12',
      flavor: 'm1.small',
    },
  ],
};
