// The bindings of the openstack provider that are used, one import each: the provider's index would triple synth time.
export { ComputeInstanceV2 } from '../../.gen/providers/openstack/compute-instance-v2';
export { DataOpenstackDnsZoneV2 } from '../../.gen/providers/openstack/data-openstack-dns-zone-v2';
export { DataOpenstackIdentityAuthScopeV3 } from '../../.gen/providers/openstack/data-openstack-identity-auth-scope-v3';
export { DataOpenstackImagesImageIdsV2 } from '../../.gen/providers/openstack/data-openstack-images-image-ids-v2';
export { DataOpenstackNetworkingNetworkV2 } from '../../.gen/providers/openstack/data-openstack-networking-network-v2';
export { DnsRecordsetV2 } from '../../.gen/providers/openstack/dns-recordset-v2';
export { IdentityApplicationCredentialV3 } from '../../.gen/providers/openstack/identity-application-credential-v3';
export { NetworkingPortV2 } from '../../.gen/providers/openstack/networking-port-v2';
export { NetworkingSecgroupRuleV2 } from '../../.gen/providers/openstack/networking-secgroup-rule-v2';
export { NetworkingSecgroupV2 } from '../../.gen/providers/openstack/networking-secgroup-v2';
export { OpenstackProvider } from '../../.gen/providers/openstack/provider';
