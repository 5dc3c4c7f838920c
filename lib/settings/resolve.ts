import { BAD_PORTS } from '../nginx/bad-ports';
import type { AcmeSettings } from '../strategies/acme-settings';
import { SettingsError } from '../validation/problems';
import { type CloudSpec, cloudSchema, type ResolvedCloud } from './cloud';
import { inOrder, toProblems, withExamples } from './issues';
import { crossFieldProblems, Settings } from './rules';
import { sourceOf, withKnown, withSource } from './source';

/**
 * Checks the settings of a cloud and fills in the defaults.
 * @throws SettingsError with all problems
 * @example const { regions } = resolveCloud(cloudFromYaml('stacks/my-cloud.yaml'));
 */
export function resolveCloud(spec: CloudSpec): ResolvedCloud {
  // Without code made for the schema, which takes longer than the one check that it is for.
  const parsed = cloudSchema.safeParse(spec, { jitless: true });
  const source = sourceOf(spec);
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

function offersRenewalInfo(directory: AcmeSettings['directory']): boolean {
  return directory === 'letsencrypt' || directory === 'letsencrypt-staging';
}

function cloudLabel(spec: unknown): string {
  const name = (spec as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : 'a cloud without a name';
}
