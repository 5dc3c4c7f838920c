import { type CloudSpec, Secret } from '../lib';
import { CloudflareRecords } from './cloudflare-records';

/** One region with records in a zone of Cloudflare. */
export const cloudflare: CloudSpec = {
  name: 'cloudflare', // also the entry of clouds.yaml
  keystoneHostname: 'keystone.cloud.org',
  acme: { email: 'ops@cloud.org' },
  dns: new CloudflareRecords({
    zone: 'cloud.org',
    zoneId: '023e105f4ecef8ad9ca31a8372d0c353',
    token: Secret.variable('cloudflare_token'), // TF_VAR_cloudflare_token
  }),
  regions: [
    {
      region: 'RegionOne',
      hostname: 'proxy.cloud.org',
      publicNetwork: 'public',
      upstreamRanges: ['149.165.152.0/22'],
      image: 'debian-12',
      flavor: 'm1.small',
    },
  ],
};
