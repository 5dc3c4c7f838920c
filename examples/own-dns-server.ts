import { type CloudSpec, DnsRecords, Secret, WildcardCertificate } from '../lib';

/** Two regions, records by dynamic updates, certificates ordered and renewed on the instances. */
export const ownDnsServer: CloudSpec = {
  name: 'own-dns-server', // also the entry of clouds.yaml
  keystoneHostname: 'keystone.cloud.org',
  acme: { email: 'ops@cloud.org' },
  dns: DnsRecords.rfc2136({
    server: 'ns1.cloud.org',
    zone: 'cloud.org',
    key: { name: 'uap', secret: Secret.file('~/tsig/uap.key') },
    // The instances have only this key. Limit it in the server's update-policy to the TXT records of the challenges.
    challengeKey: { name: 'uap-challenge', secret: Secret.file('~/tsig/uap-challenge.key') },
  }),
  certificate: WildcardCertificate.acmeOnInstance(),
  regions: [
    {
      region: 'RegionOne',
      hostname: 'proxy-one.cloud.org',
      publicNetwork: 'public',
      upstreamRanges: ['149.165.152.0/22'],
      image: 'debian-12',
      flavor: 'm1.small',
    },
    {
      region: 'RegionTwo',
      hostname: 'proxy-two.cloud.org',
      publicNetwork: 'public',
      upstreamRanges: ['149.165.168.0/21'],
      image: 'debian-12',
      flavor: 'm1.small',
    },
  ],
};
