import type { IpNetwork } from '../ip-network';
import { BAD_PORTS } from '../nginx/bad-ports';
import type { PortRange } from '../nginx/proxy-model';
import type { AcmeSettings } from '../strategies/acme-settings';
import type { DnsRecords } from '../strategies/dns-records';
import type { InstanceAddress } from '../strategies/instance-address';
import type { LoadBalancer } from '../strategies/load-balancer';
import type { SecretDelivery } from '../strategies/secret-delivery';
import type { StateBackend } from '../strategies/state-backend';
import type { UpstreamSecurity } from '../strategies/upstream-security';
import type { WildcardCertificate } from '../strategies/wildcard-certificate';
import { SettingsError } from '../validation/problems';
import type { CloudSpec } from './cloud-spec';
import { inOrder, toProblems, withExamples } from './issues';
import type { RegionSpec } from './region-spec';
import { crossFieldProblems, Settings } from './rules';
import { cloudSchema } from './schema';
import { sourceOf, withKnown, withSource } from './source';

/** A region's settings with every default filled in and what the cloud gives. */
export interface ResolvedRegion
  extends Omit<
    Filled<RegionSpec, 'keyPair' | 'abuseContact' | 'packageMirror' | 'ports'>,
    'upstreamRanges' | 'deniedAddresses' | 'adminNetworks' | 'metricsNetworks'
  > {
  /** What may be asked for: everything in `allowed` that is not in `denied`, which holds the bad ports as well. */
  readonly ports: { readonly allowed: readonly PortRange[]; readonly denied: readonly PortRange[] };
  readonly upstreamRanges: readonly IpNetwork[];
  readonly deniedAddresses: readonly IpNetwork[];
  readonly adminNetworks: readonly IpNetwork[];
  readonly metricsNetworks: readonly IpNetwork[];
  readonly upstreamSecurity: UpstreamSecurity;
  readonly address: InstanceAddress;
  readonly loadBalancer: LoadBalancer;
  readonly dns: DnsRecords;
  readonly certificate: WildcardCertificate;
  readonly delivery: SecretDelivery;
}

/** A cloud's settings with every default filled in. */
export interface ResolvedCloud extends Filled<Omit<CloudSpec, 'regions'>, 'keystoneHostname' | 'openstack' | 'acme'> {
  /** Entry of clouds.yaml; undefined: the OS_* environment variables. */
  readonly openstack?: string;
  /** The ACME account; undefined if no certificate strategy needs one. */
  readonly acme?: AcmeSettings;
  readonly backend: StateBackend;
  /** In the order of the settings, at least one. */
  readonly regions: readonly ResolvedRegion[];
}

/** All settings given, but for those without a default. */
type Filled<Spec, Without extends keyof Spec> = Required<Omit<Spec, Without>> &
  Partial<Pick<Spec, Exclude<Without, Replaced>>>;
type Replaced = 'ports' | 'openstack' | 'acme';

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
