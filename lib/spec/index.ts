export type {
  AcmeDirectorySpec,
  AcmeSpec,
  CloudSpec,
  ExternalAccountBindingSpec,
  PortSpec,
  PortsSpec,
  RegionSpec,
} from './cloud-spec';
export { type Problem, SettingsError } from './problems';
export { proxyModel } from './proxy-model';
export { type ResolvedCloud, type ResolvedRegion, resolveCloud } from './resolve';
