import { type CloudSpec, DnsRecords, InstanceAddress, LoadBalancer, Secret, StateBackend } from '../lib';

/** Three instances behind Octavia, which has a floating IP; the instances are on the project's own network. */
export const loadBalanced: CloudSpec = {
  name: 'load-balanced', // also the entry of clouds.yaml
  keystoneHostname: 'keystone.cloud.org',
  acme: { email: 'ops@cloud.org' },
  dns: DnsRecords.rfc2136({
    server: 'ns1.cloud.org',
    zone: 'cloud.org',
    key: { name: 'uap', secret: Secret.variable('tsig_key') }, // TF_VAR_tsig_key
  }),
  backend: StateBackend.pg({}), // the connection comes from the environment: PG_CONN_STR
  tags: ['service:uap'],
  regions: [
    {
      region: 'RegionOne',
      hostname: 'proxy.cloud.org',
      publicNetwork: 'public',
      upstreamRanges: ['149.165.152.0/22'],
      image: 'debian-12',
      flavor: 'm1.small',
      instances: 3,
      address: InstanceAddress.floatingIp({ pool: 'public', network: 'uap' }),
      loadBalancer: LoadBalancer.octavia({ sourceRanges: ['10.20.0.0/24'] }), // the subnet of the network "uap"
      drain: 300,
      strictEgress: true,
      siblingShield: 'report',
      abuseContact: 'abuse@cloud.org',
      metricsNetworks: ['192.0.2.0/24'],
    },
  ],
};
