// The bindings of the openstack provider that are used, one import each: the provider's index would triple synth time.
export {
  ComputeInstanceV2,
  type ComputeInstanceV2Config,
} from '../../.gen/providers/openstack/compute-instance-v2';
export { ComputeServergroupV2 } from '../../.gen/providers/openstack/compute-servergroup-v2';
export { DataOpenstackDnsZoneV2 } from '../../.gen/providers/openstack/data-openstack-dns-zone-v2';
export { DataOpenstackIdentityAuthScopeV3 } from '../../.gen/providers/openstack/data-openstack-identity-auth-scope-v3';
export { DataOpenstackImagesImageIdsV2 } from '../../.gen/providers/openstack/data-openstack-images-image-ids-v2';
export { DataOpenstackNetworkingNetworkV2 } from '../../.gen/providers/openstack/data-openstack-networking-network-v2';
export { DataOpenstackNetworkingPortV2 } from '../../.gen/providers/openstack/data-openstack-networking-port-v2';
export { DnsRecordsetV2 } from '../../.gen/providers/openstack/dns-recordset-v2';
export { IdentityApplicationCredentialV3 } from '../../.gen/providers/openstack/identity-application-credential-v3';
export { KeymanagerSecretV1 } from '../../.gen/providers/openstack/keymanager-secret-v1';
export { LbListenerV2 } from '../../.gen/providers/openstack/lb-listener-v2';
export { LbLoadbalancerV2 } from '../../.gen/providers/openstack/lb-loadbalancer-v2';
export { LbMembersV2 } from '../../.gen/providers/openstack/lb-members-v2';
export { LbMonitorV2 } from '../../.gen/providers/openstack/lb-monitor-v2';
export { LbPoolV2 } from '../../.gen/providers/openstack/lb-pool-v2';
export { NetworkingFloatingipAssociateV2 } from '../../.gen/providers/openstack/networking-floatingip-associate-v2';
export { NetworkingFloatingipV2 } from '../../.gen/providers/openstack/networking-floatingip-v2';
export { NetworkingPortV2 } from '../../.gen/providers/openstack/networking-port-v2';
export { NetworkingSecgroupRuleV2 } from '../../.gen/providers/openstack/networking-secgroup-rule-v2';
export { NetworkingSecgroupV2 } from '../../.gen/providers/openstack/networking-secgroup-v2';
export { OpenstackProvider } from '../../.gen/providers/openstack/provider';
