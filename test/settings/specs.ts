import { type CloudSpec, type Problem, type RegionSpec, resolveCloud, SettingsError } from '../../lib/settings';
import { DnsRecords } from '../../lib/strategies/dns-records';

export const region: RegionSpec = {
  region: 'RegionOne',
  hostname: 'proxy.cloud.org',
  publicNetwork: 'public',
  upstreamRanges: ['149.165.152.0/22'],
  image: 'debian-13',
  flavor: 'm1.small',
};

export const cloud: CloudSpec = {
  name: 'cloud-a',
  acme: { email: 'ops@cloud.org' },
  dns: DnsRecords.designate({ zone: 'cloud.org' }),
  regions: [region],
};

/** The problems of the minimal cloud with other values for some settings; the type is loose, as mistakes are. */
export function problems(cloudChanges: object, regionChanges: object = {}): readonly Problem[] {
  try {
    resolveCloud({ ...cloud, regions: [{ ...region, ...regionChanges }], ...cloudChanges } as CloudSpec);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

/** A problem as the operator reads it. */
export function lines({ path, value, wrong, fix, example }: Problem): string[] {
  return [
    value === undefined ? path : `${path}: ${value}`,
    wrong,
    ...(fix !== undefined ? [`write ${fix}`] : example !== undefined ? [`example ${example}`] : []),
  ];
}
