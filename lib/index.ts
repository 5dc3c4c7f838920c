// The whole public API.
export type { AcmeDirectory, AcmeSettings } from './acme';
export * from './dns-records';
export { formatHost, type Protocol, parseHost, type Target } from './hostname';
export * from './instance-address';
export { instanceFiles, instanceParts, instanceUserData } from './instance-files';
export type {
  InstanceFile,
  InstanceHook,
  InstanceParts,
  InstanceUnit,
  LateContents,
  LateFile,
} from './instance-parts';
export * from './load-balancer';
// For stacks of one's own: a provider of another copy of the bindings would do as well.
export { OpenstackProvider } from './providers/openstack';
export { ProxyInstance, type ProxyInstanceProps } from './proxy-instance';
export { ProxySecurityGroup, type ProxySecurityGroupProps } from './proxy-security-group';
export { Readiness, type ReadinessProps } from './readiness';
export { Secret } from './secret';
export * from './secret-delivery';
export * from './spec';
export { StateBackend } from './state-backend';
export { UapStack } from './uap-stack';
export * from './upstream-security';
export { UserApplicationProxy, type UserApplicationProxyProps } from './user-application-proxy';
export * from './wildcard-certificate';
export { cloudFromYaml, cloudsFromYaml } from './yaml';
