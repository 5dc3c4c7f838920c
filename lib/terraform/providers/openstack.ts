// The bindings of the openstack provider that are used. But for the provider itself, each is loaded when it is first asked
// for: those that a cloud does not need would take a twentieth of its synth time, the provider's index far more.
import type * as bindings from '../../../.gen/providers/openstack';

export { OpenstackProvider } from '../../../.gen/providers/openstack/provider';

export declare const ComputeInstanceV2: typeof bindings.computeInstanceV2.ComputeInstanceV2;
export type ComputeInstanceV2 = bindings.computeInstanceV2.ComputeInstanceV2;
export declare const ComputeServergroupV2: typeof bindings.computeServergroupV2.ComputeServergroupV2;
export type ComputeServergroupV2 = bindings.computeServergroupV2.ComputeServergroupV2;
export declare const DataOpenstackDnsZoneV2: typeof bindings.dataOpenstackDnsZoneV2.DataOpenstackDnsZoneV2;
export type DataOpenstackDnsZoneV2 = bindings.dataOpenstackDnsZoneV2.DataOpenstackDnsZoneV2;
export declare const DataOpenstackIdentityAuthScopeV3: typeof bindings.dataOpenstackIdentityAuthScopeV3.DataOpenstackIdentityAuthScopeV3;
export type DataOpenstackIdentityAuthScopeV3 =
  bindings.dataOpenstackIdentityAuthScopeV3.DataOpenstackIdentityAuthScopeV3;
export declare const DataOpenstackImagesImageIdsV2: typeof bindings.dataOpenstackImagesImageIdsV2.DataOpenstackImagesImageIdsV2;
export type DataOpenstackImagesImageIdsV2 = bindings.dataOpenstackImagesImageIdsV2.DataOpenstackImagesImageIdsV2;
export declare const DataOpenstackNetworkingNetworkV2: typeof bindings.dataOpenstackNetworkingNetworkV2.DataOpenstackNetworkingNetworkV2;
export type DataOpenstackNetworkingNetworkV2 =
  bindings.dataOpenstackNetworkingNetworkV2.DataOpenstackNetworkingNetworkV2;
export declare const DataOpenstackNetworkingPortV2: typeof bindings.dataOpenstackNetworkingPortV2.DataOpenstackNetworkingPortV2;
export type DataOpenstackNetworkingPortV2 = bindings.dataOpenstackNetworkingPortV2.DataOpenstackNetworkingPortV2;
export declare const DnsRecordsetV2: typeof bindings.dnsRecordsetV2.DnsRecordsetV2;
export type DnsRecordsetV2 = bindings.dnsRecordsetV2.DnsRecordsetV2;
export declare const IdentityApplicationCredentialV3: typeof bindings.identityApplicationCredentialV3.IdentityApplicationCredentialV3;
export type IdentityApplicationCredentialV3 = bindings.identityApplicationCredentialV3.IdentityApplicationCredentialV3;
export declare const KeymanagerSecretV1: typeof bindings.keymanagerSecretV1.KeymanagerSecretV1;
export type KeymanagerSecretV1 = bindings.keymanagerSecretV1.KeymanagerSecretV1;
export declare const LbListenerV2: typeof bindings.lbListenerV2.LbListenerV2;
export type LbListenerV2 = bindings.lbListenerV2.LbListenerV2;
export declare const LbLoadbalancerV2: typeof bindings.lbLoadbalancerV2.LbLoadbalancerV2;
export type LbLoadbalancerV2 = bindings.lbLoadbalancerV2.LbLoadbalancerV2;
export declare const LbMembersV2: typeof bindings.lbMembersV2.LbMembersV2;
export type LbMembersV2 = bindings.lbMembersV2.LbMembersV2;
export declare const LbMonitorV2: typeof bindings.lbMonitorV2.LbMonitorV2;
export type LbMonitorV2 = bindings.lbMonitorV2.LbMonitorV2;
export declare const LbPoolV2: typeof bindings.lbPoolV2.LbPoolV2;
export type LbPoolV2 = bindings.lbPoolV2.LbPoolV2;
export declare const NetworkingFloatingipAssociateV2: typeof bindings.networkingFloatingipAssociateV2.NetworkingFloatingipAssociateV2;
export type NetworkingFloatingipAssociateV2 = bindings.networkingFloatingipAssociateV2.NetworkingFloatingipAssociateV2;
export declare const NetworkingFloatingipV2: typeof bindings.networkingFloatingipV2.NetworkingFloatingipV2;
export type NetworkingFloatingipV2 = bindings.networkingFloatingipV2.NetworkingFloatingipV2;
export declare const NetworkingPortV2: typeof bindings.networkingPortV2.NetworkingPortV2;
export type NetworkingPortV2 = bindings.networkingPortV2.NetworkingPortV2;
export declare const NetworkingSecgroupRuleV2: typeof bindings.networkingSecgroupRuleV2.NetworkingSecgroupRuleV2;
export type NetworkingSecgroupRuleV2 = bindings.networkingSecgroupRuleV2.NetworkingSecgroupRuleV2;
export declare const NetworkingSecgroupV2: typeof bindings.networkingSecgroupV2.NetworkingSecgroupV2;
export type NetworkingSecgroupV2 = bindings.networkingSecgroupV2.NetworkingSecgroupV2;

const lazy: typeof bindings = require('../../../.gen/providers/openstack/lazy-index');

for (const name of Object.getOwnPropertyNames(lazy) as (keyof typeof bindings)[]) {
  if (name === 'provider') continue;
  const className = name.charAt(0).toUpperCase() + name.slice(1);
  // Not `exports`, which is another object where esbuild compiled this.
  Object.defineProperty(module.exports, className, {
    enumerable: true,
    get: () => (lazy[name] as Record<string, unknown>)[className],
  });
}
