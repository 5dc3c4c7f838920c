// The whole public API.

export { ProxyInstance, type ProxyInstanceProps } from './constructs/proxy-instance';
export { ProxySecurityGroup, type ProxySecurityGroupProps } from './constructs/proxy-security-group';
export { Readiness, type ReadinessProps } from './constructs/readiness';
export { formatHost, type Protocol, parseHost, type Target } from './hostname';
export { instanceFiles, instanceParts, instanceUserData } from './instance/files';
export type {
  ApplyTimeContents,
  ApplyTimeFile,
  InstanceFile,
  InstanceHook,
  InstanceParts,
  InstanceUnit,
} from './instance-parts';
export * from './settings';
export { cloudFromYaml, cloudsFromYaml } from './settings/yaml';
export type { AcmeDirectory, AcmeSettings } from './strategies/acme-settings';
export * from './strategies/dns-records';
export * from './strategies/instance-address';
export * from './strategies/load-balancer';
export type { RegionContext } from './strategies/region-context';
export { Secret } from './strategies/secret';
export * from './strategies/secret-delivery';
export { StateBackend } from './strategies/state-backend';
export * from './strategies/upstream-security';
export * from './strategies/wildcard-certificate';
// For stacks of one's own: a provider of another copy of the bindings would do as well.
export { OpenstackProvider } from './terraform/providers/openstack';
export { UapStack } from './uap-stack';
export { UserApplicationProxy, type UserApplicationProxyProps } from './user-application-proxy';
