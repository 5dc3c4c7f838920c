import { InstanceAddress } from '../../lib/strategies/instance-address';
import { LoadBalancer } from '../../lib/strategies/load-balancer';
import { WildcardCertificate } from '../../lib/strategies/wildcard-certificate';
import { lines, problems } from './specs';

const floatingIp = (options: object) => InstanceAddress.floatingIp(options as { pool: string; network: string });
const octavia = (options: object) => LoadBalancer.octavia(options as { sourceRanges: string[] });
const onInstance = WildcardCertificate.acmeOnInstance();
const count = ['is not allowed; allowed: a whole number, 1 to 10', 'example 2'];
const floatingExample = "example InstanceAddress.floatingIp({ pool: 'public', network: 'uap' })";
const missingNetwork =
  'is missing: a floating IP needs an instance on a network of the project, connected to the pool by a router';
const missingPool = 'is missing: floating IPs come from an external network (`openstack network list --external`)';
const missingRanges =
  "is missing: the networks from which the load balancer connects, usually the instances' subnet (`openstack subnet show -c cidr`)";
const ovn =
  'is "ovn", which supports neither the PROXY protocol nor HTTP health monitors; allowed: a provider that does';
const ownCertificates =
  "can't be 2: with ACME client on the instance each instance would order its own certificate, which CAs limit (Let's Encrypt: 5 a week for the same names), and would break the challenges of the others";
const longTtl =
  'is too long for 2 instances: clients would keep using the address of a destroyed one; allowed: up to 300 s, or a load balancer';
const strategies = (name: string, all: string) => [`is not allowed; allowed: ${all}`, `example ${name}`];

// biome-ignore format: one case a line
test.each<[string, object, string[][]]>([
  ['no instance', { instances: 0 }, [['instances: 0', ...count]]],
  ['more instances than a server group takes', { instances: 11 }, [['instances: 11', ...count]]],
  ['half an instance', { instances: 1.5 }, [['instances: 1.5', ...count]]],
  ['a floating IP without a network', { address: floatingIp({ pool: 'public' }) }, [['address.network', missingNetwork, floatingExample]]],
  ['a floating IP without anything', { address: floatingIp({}) }, [['address.pool', missingPool, floatingExample], ['address.network', missingNetwork, floatingExample]]],
  ['an address by name', { address: 'floatingIp' }, [['address: (a text)', ...strategies("InstanceAddress.floatingIp({ pool: 'public', network: 'uap' })", 'InstanceAddress.publicPort() or InstanceAddress.floatingIp(…)')]]],
  ['a load balancer by name', { loadBalancer: 'octavia' }, [['loadBalancer: (a text)', ...strategies("LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] })", 'LoadBalancer.none() or LoadBalancer.octavia(…)')]]],
  ['a load balancer from nowhere', { loadBalancer: octavia({}) }, [['loadBalancer.sourceRanges', missingRanges, "example ['10.0.0.0/24']"]]],
  ['a load balancer from a host', { loadBalancer: octavia({ sourceRanges: ['10.0.0.1/24'] }) }, [['loadBalancer.sourceRanges[0]', 'is an address in a network, not a network: it has bits set after the prefix', "example '10.0.0.0/24'"]]],
  ['a load balancer without PROXY protocol', { loadBalancer: octavia({ sourceRanges: ['10.0.0.0/24'], provider: 'ovn' }) }, [['loadBalancer.provider', ovn, "example 'amphora'"]]],
  ['a certificate for each of several instances', { instances: 2, certificate: onInstance }, [['instances: 2', ownCertificates, 'example 1']]],
  ['a long TTL with several addresses', { instances: 2, recordTtl: 3600 }, [['recordTtl: 3600', longTtl, 'example 60']]],
  ['a drain of more than an hour', { drain: 3601 }, [['drain: 3601', 'is not allowed; allowed: a whole number of seconds, 0 to 3600', 'example 600']]],
])('refuses %s', (_, changes, expected) => {
  const found = problems({}, changes).map(lines);
  expect(found).toEqual(expected.map(([path, ...text]) => [`regions[0].${path}`, ...text]));
});

// biome-ignore format: one case a line
test.each<[string, object]>([
  ['ten instances', { instances: 10 }],
  ['one instance with a certificate and a long TTL of its own', { instances: 1, certificate: onInstance, recordTtl: 3600 }],
  ['a load balancer in front of one instance', { loadBalancer: octavia({ sourceRanges: ['10.0.0.0/24'] }) }],
  ['a long TTL behind a load balancer', { instances: 3, recordTtl: 3600, loadBalancer: octavia({ sourceRanges: ['10.0.0.0/24'] }) }],
  ['floating IPs without draining', { address: floatingIp({ pool: 'public', network: 'uap' }), drain: 0 }],
])('accepts %s', (_, changes) => {
  expect(problems({}, changes)).toEqual([]);
});
