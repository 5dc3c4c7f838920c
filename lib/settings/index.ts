export { type Problem, SettingsError } from '../validation/problems';
export type {
  AcmeDirectorySpec,
  AcmeSpec,
  CloudSpec,
  ExternalAccountBindingSpec,
} from './cloud-spec';
export { proxyModel } from './proxy-model';
export type { PortSpec, PortsSpec, RegionSpec } from './region-spec';
export { type ResolvedCloud, type ResolvedRegion, resolveCloud } from './resolve';
