import { BAD_PORTS } from '../nginx/bad-ports';
import type { AcmeSettings } from '../strategies/acme-settings';
import { SettingsError } from '../validation/problems';
import { type CloudSpec, cloudSchema, type ResolvedCloud } from './cloud';
import { withPresentNames } from './former-names';
import { inOrder, toProblems, withExamples } from './issues';
import { crossFieldProblems, Settings } from './rules';
import { sourceOf, withKnown, withSource } from './source';

/**
 * Checks the settings of a cloud and fills in the defaults.
 * @throws SettingsError with all problems
 * @example const { regions } = resolveCloud(cloudFromYaml('stacks/my-cloud.yaml'));
 */
export function resolveCloud(given: CloudSpec): ResolvedCloud {
  const spec = withPresentNames(cloudSchema, given).settings;
  // Without code made for the schema, which takes longer than the one check that it is for.
  const parsed = cloudSchema.safeParse(spec, { jitless: true });
  const source = sourceOf(given);
  const wrong = parsed.success ? [] : toProblems(cloudSchema, spec, parsed.error.issues);
  const problems = withKnown(wrong, source?.problems ?? []);
  problems.push(...withExamples(cloudSchema, crossFieldProblems(new Settings(spec, problems))));
  if (!parsed.success || problems.length > 0) {
    const ordered = inOrder(cloudSchema, problems);
    throw new SettingsError(cloudLabel(spec), source ? ordered.map((problem) => source.locate(problem)) : ordered);
  }
  const { name, openstack, regions, ...cloud } = parsed.data;
  const resolved: ResolvedCloud = {
    name,
    openstack: openstack === undefined ? name : openstack || undefined,
    ...cloud,
    acme: cloud.acme && {
      ...cloud.acme,
      renewalInfo: cloud.acme.renewalInfo ?? offersRenewalInfo(cloud.acme.directory),
    },
    regions: regions.map((region) => ({
      ...region,
      ports: { allowed: region.ports.allowed, denied: [...BAD_PORTS, ...region.ports.denied] },
      dns: region.dns ?? cloud.dns,
      certificate: region.certificate ?? cloud.certificate,
      delivery: region.delivery ?? cloud.delivery,
    })),
  };
  return source ? withSource(resolved, source) : resolved;
}

/**
 * What an operator should change although it works, one line each: settings under a former name.
 * @example for (const warning of settingsWarnings(cloudA)) console.warn(warning);
 */
export function settingsWarnings(spec: CloudSpec): readonly string[] {
  return sourceOf(spec)?.warnings ?? withPresentNames(cloudSchema, spec).warnings;
}

function offersRenewalInfo(directory: AcmeSettings['directory']): boolean {
  return directory === 'letsencrypt' || directory === 'letsencrypt-staging';
}

function cloudLabel(spec: unknown): string {
  const name = (spec as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : 'a cloud without a name';
}
