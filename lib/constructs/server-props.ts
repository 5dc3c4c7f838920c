import type { Construct } from 'constructs';
import type { InstanceAddress } from '../strategies/instance-address';
import type { LoadBalancer } from '../strategies/load-balancer';
import type { BoundCertificate } from '../strategies/wildcard-certificate';
import { ComputeServergroupV2 } from '../terraform/providers/openstack';
import type { ProxyInstanceProps } from './proxy-instance';
import type { ProxySecurityGroup } from './proxy-security-group';

/** Props that all replicas of a UAP share: all but those that {@link createReplicas} adds. */
export type ServerProps = Omit<ProxyInstanceProps, 'sibling' | 'replacementTrigger'>;

/** Settings of a region, and what its servers get from the other parts of its UAP. */
export interface ServerConfig extends Pick<ServerProps, CommonProp> {
  readonly instances: number;
  readonly publicNetwork: string;
  readonly address: InstanceAddress;
  readonly loadBalancer: LoadBalancer;
  readonly securityGroup: ProxySecurityGroup;
  readonly certificate: BoundCertificate;
}

type CommonProp = 'name' | 'region' | 'tags' | 'image' | 'flavor' | 'keyPair' | 'userData' | 'delivery';

/** The props of a region's servers; creates the server group of several. */
export function serverProps(scope: Construct, config: ServerConfig): ServerProps {
  const { name, region, address, loadBalancer, securityGroup, certificate } = config;
  const keepsPort = address.keepsPort && !loadBalancer.inFront;
  const several = config.instances > 1;
  return {
    name,
    region,
    tags: config.tags,
    network: address.network(config.publicNetwork),
    keepsPort,
    // If no other instance serves, a shutdown only prolongs the outage.
    shutDown: !keepsPort || several,
    image: config.image,
    flavor: config.flavor,
    keyPair: config.keyPair,
    securityGroup: securityGroup.group,
    userData: config.userData,
    delivery: config.delivery,
    preconditions: certificate.preconditions,
    dependsOn: securityGroup.rules,
    // On different hosts if possible.
    serverGroupId: several
      ? new ComputeServergroupV2(scope, 'server-group', { name, region, policies: ['soft-anti-affinity'] }).id
      : undefined,
  };
}
