export { type Problem, SettingsError } from '../validation/problems';
export type {
  AcmeDirectorySpec,
  AcmeSpec,
  CloudSpec,
  ExternalAccountBindingSpec,
  ResolvedCloud,
} from './cloud';
export type { PortSpec, PortsSpec, RegionSpec, ResolvedRegion } from './region';
export { resolveCloud, settingsWarnings } from './resolve';
