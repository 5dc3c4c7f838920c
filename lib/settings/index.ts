export { type Problem, SettingsError } from '../validation/problems';
export type {
  AcmeDirectorySpec,
  AcmeSpec,
  CloudSpec,
  ExternalAccountBindingSpec,
  ResolvedCloud,
} from './cloud';
export type { PortSpec } from './ports';
export type { PortsSpec, RegionSpec, ResolvedRegion } from './region';
export { resolveCloud, settingsWarnings } from './resolve';
