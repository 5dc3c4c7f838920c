import { isIPv6 } from 'node:net';
import { Construct } from 'constructs';
import { HEALTH_PORT } from '../nginx/paths';
import { NetworkingSecgroupRuleV2, NetworkingSecgroupV2 } from '../terraform/providers/openstack';

/** What a {@link ProxySecurityGroup} lets through. */
export interface ProxySecurityGroupProps {
  /** Name of the group. */
  readonly name: string;
  /** For people, shown by `openstack security group list`. */
  readonly description: string;
  /** Region as OpenStack calls it. @default - the provider's */
  readonly region?: string;
  /** Tags of the group. @default [] */
  readonly tags?: readonly string[];
  /** Networks that may use SSH. */
  readonly adminNetworks: readonly string[];
  /** Networks of a load balancer, then the only ones that reach the UAP. @default - none: every client reaches it */
  readonly balancerRanges?: readonly string[];
  /** Networks that the instance may connect to on every port. @default - every network */
  readonly egressRanges?: readonly string[];
}

interface Rule {
  readonly id: string;
  readonly direction: 'ingress' | 'egress';
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'ipv6-icmp';
  readonly port?: number;
  /** CIDR. */
  readonly remote: string;
  readonly description: string;
}

const everywhere = ['0.0.0.0/0', '::/0'];
const familyOf = (cidr: string) => (isIPv6(cidr.split('/')[0] ?? '') ? 'IPv6' : 'IPv4');
const metadataService = '169.254.169.254/32';

function ingressRules(adminNetworks: readonly string[], balancerRanges: readonly string[]): Rule[] {
  const balanced = balancerRanges.length > 0;
  const web = [80, 443].flatMap((port) =>
    (balanced ? balancerRanges : everywhere).map(
      (remote): Rule => ({
        id: `ingress-${port}-${balanced ? remote : familyOf(remote).toLowerCase()}`,
        direction: 'ingress',
        protocol: 'tcp',
        port,
        remote,
        description: `${port === 80 ? 'HTTP, redirected to HTTPS' : 'HTTPS'}${balanced ? ', by the load balancer' : ''}`,
      }),
    ),
  );
  const health = balancerRanges.map(
    (remote): Rule => ({
      id: `ingress-${HEALTH_PORT}-${remote}`,
      direction: 'ingress',
      protocol: 'tcp',
      port: HEALTH_PORT,
      remote,
      description: "the load balancer's health monitor",
    }),
  );
  const icmp = everywhere.map(
    (remote): Rule => ({
      id: `ingress-icmp-${familyOf(remote)}`.toLowerCase(),
      direction: 'ingress',
      protocol: familyOf(remote) === 'IPv6' ? 'ipv6-icmp' : 'icmp',
      remote,
      description: 'ICMP: path MTU discovery and ping',
    }),
  );
  const ssh = adminNetworks.map(
    (remote): Rule => ({
      id: `ingress-ssh-${remote}`,
      direction: 'ingress',
      protocol: 'tcp',
      port: 22,
      remote,
      description: 'SSH from the operator',
    }),
  );
  return [...web, ...health, ...icmp, ...ssh];
}

function egressRules(ranges: readonly string[] | undefined): Rule[] {
  if (ranges === undefined) {
    return everywhere.map((remote) => ({
      id: `egress-${familyOf(remote)}`.toLowerCase(),
      direction: 'egress',
      remote,
      description: 'everything',
    }));
  }
  const services: Rule[] = [
    { id: 'egress-dns-udp', direction: 'egress', protocol: 'udp', port: 53, remote: '0.0.0.0/0', description: 'DNS' },
    { id: 'egress-dns-tcp', direction: 'egress', protocol: 'tcp', port: 53, remote: '0.0.0.0/0', description: 'DNS' },
    { id: 'egress-ntp', direction: 'egress', protocol: 'udp', port: 123, remote: '0.0.0.0/0', description: 'NTP' },
    { id: 'egress-dhcp', direction: 'egress', protocol: 'udp', port: 67, remote: '0.0.0.0/0', description: 'DHCP' },
    {
      id: 'egress-metadata',
      direction: 'egress',
      protocol: 'tcp',
      port: 80,
      remote: metadataService,
      description: 'metadata service',
    },
    // Package mirrors, and the ACME directory and Keystone for ACME on the instance, have no fixed addresses.
    { id: 'egress-https', direction: 'egress', protocol: 'tcp', port: 443, remote: '0.0.0.0/0', description: 'HTTPS' },
    { id: 'egress-http', direction: 'egress', protocol: 'tcp', port: 80, remote: '0.0.0.0/0', description: 'HTTP' },
  ];
  return [
    ...ranges.map(
      (remote): Rule => ({
        id: `egress-${remote}`,
        direction: 'egress',
        protocol: 'tcp',
        remote,
        description: "users' instances",
      }),
    ),
    ...services,
  ];
}

/**
 * The security group of a UAP: web from everywhere, SSH from the operator, the rest closed.
 * @example proxy.securityGroup.group.addOverride('description', 'web only')
 */
export class ProxySecurityGroup extends Construct {
  /** The group: the binding of `openstack_networking_secgroup_v2`. */
  readonly group: NetworkingSecgroupV2;
  /** All its rules. */
  readonly rules: readonly NetworkingSecgroupRuleV2[];

  constructor(scope: Construct, id: string, props: ProxySecurityGroupProps) {
    super(scope, id);
    this.group = new NetworkingSecgroupV2(this, 'Resource', {
      region: props.region,
      name: props.name,
      description: props.description,
      tags: props.tags ? [...props.tags] : undefined,
      // OpenStack's default rules allow all egress; every rule that holds is listed here instead.
      deleteDefaultRules: true,
    });
    this.rules = [
      ...ingressRules(props.adminNetworks, props.balancerRanges ?? []),
      ...egressRules(props.egressRanges),
    ].map(
      (rule) =>
        new NetworkingSecgroupRuleV2(this, rule.id, {
          region: props.region,
          securityGroupId: this.group.id,
          direction: rule.direction,
          ethertype: familyOf(rule.remote),
          protocol: rule.protocol,
          portRangeMin: rule.port,
          portRangeMax: rule.port,
          remoteIpPrefix: rule.remote,
          description: rule.description,
        }),
    );
  }
}
