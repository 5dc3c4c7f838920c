import { IpNetwork } from '../ip-network';
import { BAD_PORTS } from '../nginx/bad-ports';
import type { DnsRecords } from '../strategies/dns-records';
import type { InstanceAddress } from '../strategies/instance-address';
import type { LoadBalancer } from '../strategies/load-balancer';
import type { UpstreamSecurity } from '../strategies/upstream-security';
import type { WildcardCertificate } from '../strategies/wildcard-certificate';
import { normalHostname } from '../validation/names';
import { containedNetworks, specialPurposeBlocks } from '../validation/networks';
import { type Path, type Problem, pathText, show, valueAt, within } from '../validation/problems';
import { covered, type PortSpec, parsePort } from './ports';

/**
 * The settings as the operator gave them, some of them perhaps wrong. A rule sees only those that are valid alone, so
 * that each mistake is reported once, together with all others that don't depend on it.
 */
export class Settings {
  private readonly wrong: readonly string[];

  constructor(
    private readonly input: unknown,
    problems: readonly Problem[],
  ) {
    this.wrong = problems.map(({ path }) => path);
  }

  get<T>(...path: Path): T | undefined {
    const text = pathText(path);
    if (this.wrong.some((wrong) => within(wrong, text) || within(text, wrong))) return undefined;
    return this.raw<T>(path);
  }

  /** Whether a setting was given, valid or not. */
  has(...path: Path): boolean {
    return this.raw(path) !== undefined;
  }

  /** The valid elements of a list. */
  list<T>(...path: Path): { readonly path: string; readonly index: number; readonly value: T }[] {
    const list = this.raw<T[]>(path);
    if (!Array.isArray(list)) return [];
    return list.flatMap((_, index) => {
      const value = this.get<T>(...path, index);
      return value === undefined ? [] : [{ path: pathText([...path, index]), index, value }];
    });
  }

  /** Indexes of the regions, valid or not. */
  get regions(): number[] {
    const regions = this.raw<unknown[]>(['regions']);
    return Array.isArray(regions) ? [...regions.keys()] : [];
  }

  private raw<T>(path: Path): T | undefined {
    return valueAt(this.input, path) as T | undefined;
  }
}

/** Problems that depend on more than one setting. */
export function crossFieldProblems(settings: Settings): Problem[] {
  return [
    ...duplicateRegions(settings),
    ...overlappingHostnames(settings),
    ...settings.regions.flatMap((region) => [
      ...ranges(settings, region),
      ...deniedAddresses(settings, region),
      ...ports(settings, region),
      ...hostnameInZone(settings, region),
      ...upstreamSecurity(settings, region),
      ...growth(settings, region),
    ]),
    ...certificates(settings),
    ...zerossl(settings),
  ];
}

function duplicateRegions(settings: Settings): Problem[] {
  const example = "'RegionOne'";
  const seen = new Map<string | null, string>();
  return settings.regions.flatMap((index) => {
    const region = settings.get<string | null>('regions', index, 'region');
    if (region === undefined) return [];
    const path = pathText(['regions', index, 'region']);
    if (region === null && settings.regions.length > 1) {
      return [
        { path, value: 'null', wrong: 'is for a cloud with one region; here each region needs its name', example },
      ];
    }
    const first = seen.get(region);
    if (first === undefined) seen.set(region, path);
    return first === undefined ? [] : [{ path, value: show(region), wrong: `is the same region as ${first}`, example }];
  });
}

function overlappingHostnames(settings: Settings): Problem[] {
  const names = settings.regions.flatMap((index) => {
    const name = settings.get<string>('regions', index, 'hostname');
    return name === undefined ? [] : [{ name: normalHostname(name), path: pathText(['regions', index, 'hostname']) }];
  });
  return names.flatMap(({ name, path }, index) => {
    const [label = '', ...domain] = name.split('.');
    const problem = (wrong: string, example: string): Problem[] => [{ path, value: show(name), wrong, example }];
    const same = names.slice(0, index).find((other) => other.name === name);
    if (same) return problem(`is the same host name as ${same.path}`, `'${label}-b.${domain.join('.')}'`);
    const above = names.find((other) => name.endsWith(`.${other.name}`));
    if (!above) return [];
    return problem(
      `is below ${above.name} (${above.path}), where every name is a user's app, which could set cookies for ` +
        'this UAP; choose a name outside of the other',
      `'${label}.${above.name.split('.').slice(1).join('.')}'`,
    );
  });
}

function ranges(settings: Settings, region: number): Problem[] {
  const list = settings
    .list<string>('regions', region, 'upstreamRanges')
    .map((item) => ({ ...item, network: IpNetwork.parse(item.value) }));
  const special = settings.get<boolean>('regions', region, 'allowSpecialPurposeRanges');
  const problems: Problem[] = [];
  for (const { path, value, network } of list) {
    if (network.prefixLength === 0) {
      problems.push({ path, value: show(value), wrong: 'is the whole internet; the UAP would be an open proxy' });
      continue;
    }
    const blocks = special === true ? [] : specialPurposeBlocks(network);
    if (blocks.length > 0) {
      const wrong = `has addresses in ${blocks.join(', ')}; if users' instances really have them, set allowSpecialPurposeRanges: true`;
      problems.push({ path, value: show(value), wrong });
    }
  }
  for (const { inner, outer } of containedNetworks(list.map(({ network }) => network))) {
    const [a, b] = [list[inner], list[outer]];
    if (!a || !b || b.network.prefixLength === 0) continue;
    const wrong =
      a.network.prefixLength === b.network.prefixLength ? `repeats ${b.path}` : `is inside of ${b.value} (${b.path})`;
    problems.push({ path: a.path, value: show(a.value), wrong: `${wrong}; remove it` });
  }
  return problems;
}

function deniedAddresses(settings: Settings, region: number): Problem[] {
  // If a range is wrong, what is outside of the ranges is unknown.
  const ranges = settings.get<string[]>('regions', region, 'upstreamRanges');
  if (!ranges) return [];
  const networks = ranges.map(IpNetwork.parse);
  return settings.list<string>('regions', region, 'deniedAddresses').flatMap(({ path, value }) => {
    const denied = IpNetwork.parse(value);
    if (networks.some((network) => network.contains(denied) || denied.contains(network))) return [];
    const where = pathText(['regions', region, 'upstreamRanges']);
    return [{ path, value: show(value), wrong: `is outside of ${where}, so it would deny nothing` }];
  });
}

function ports(settings: Settings, region: number): Problem[] {
  const problems = settings
    .list<PortSpec>('regions', region, 'ports', 'allowed')
    .flatMap(({ path, value }): Problem[] => {
      const range = parsePort(value);
      if (!range || !covered(range, BAD_PORTS)) return [];
      return [{ path, value: show(value), wrong: "is always refused: browsers block it, and web apps don't use it" }];
    });
  const list = (kind: string) =>
    settings.get<PortSpec[]>('regions', region, 'ports', kind)?.flatMap((port) => parsePort(port) ?? []);
  const allowed = list('allowed');
  const denied = [...BAD_PORTS, ...(list('denied') ?? [])];
  if (problems.length === 0 && allowed?.every((range) => covered(range, denied))) {
    const path = pathText(['regions', region, 'ports']);
    problems.push({ path, wrong: 'leaves no port: every allowed port is denied' });
  }
  return problems;
}

function hostnameInZone(settings: Settings, region: number): Problem[] {
  const hostname = settings.get<string>('regions', region, 'hostname');
  const dns = settings.get<DnsRecords>('regions', region, 'dns') ?? settings.get<DnsRecords>('dns');
  const zone = dns?.zone;
  if (!hostname || !zone) return [];
  const name = normalHostname(hostname);
  if (name === zone || name.endsWith(`.${zone}`)) return [];
  const path = pathText(['regions', region, 'hostname']);
  const wrong = `is not in the zone of its dns strategy, ${zone}`;
  return [{ path, value: show(hostname), wrong, example: `'${name.split('.')[0]}.${zone}'` }];
}

function upstreamSecurity(settings: Settings, region: number): Problem[] {
  const place = ['regions', region, 'upstreamSecurity'];
  const security = settings.get<UpstreamSecurity>(...place);
  return (security?.problems() ?? []).map((problem) => ({ ...problem, path: pathText([...place, problem.path]) }));
}

/** Addresses, several instances, and the load balancer in front of them. */
function growth(settings: Settings, region: number): Problem[] {
  const get = <T>(key: string) => settings.get<T>('regions', region, key);
  const path = (key: string) => pathText(['regions', region, key]);
  const balancer = get<LoadBalancer>('loadBalancer');
  const options = [
    ['address', get<InstanceAddress>('address')?.problems() ?? []] as const,
    ['loadBalancer', balancer?.problems() ?? []] as const,
  ];
  const problems: Problem[] = options.flatMap(([key, found]) =>
    found.map((problem) => ({ ...problem, path: `${path(key)}.${problem.path}` })),
  );
  const instances = get<number>('instances') ?? 1;
  if (instances === 1) return problems;
  const certificate = get<WildcardCertificate>('certificate') ?? settings.get<WildcardCertificate>('certificate');
  if (certificate?.shared === false) {
    const wrong =
      `can't be ${instances}: with ${certificate.description} each instance would order its own certificate, which ` +
      "CAs limit (Let's Encrypt: 5 a week for the same names), and would break the challenges of the others";
    problems.push({ path: path('instances'), value: String(instances), wrong, example: '1' });
  }
  const ttl = get<number>('recordTtl');
  if (!balancer?.inFront && ttl !== undefined && ttl > mostTtl) {
    const wrong =
      `is too long for ${instances} instances: clients would keep using the address of a destroyed one; allowed: up ` +
      `to ${mostTtl} s, or a load balancer`;
    problems.push({ path: path('recordTtl'), value: String(ttl), wrong, example: '60' });
  }
  return problems;
}

/** Seconds that clients may still try the address of a destroyed instance. */
const mostTtl = 300;

/** ACME needs an account, and a DNS strategy that can answer its challenge. */
function certificates(settings: Settings): Problem[] {
  const problems = new Map<string, Problem>();
  for (const region of settings.regions) {
    const own = (key: string) => settings.get('regions', region, key) !== undefined;
    const of = (key: string) => (own(key) ? pathText(['regions', region, key]) : key);
    const certificate =
      settings.get<WildcardCertificate>('regions', region, 'certificate') ??
      settings.get<WildcardCertificate>('certificate');
    const dns = settings.get<DnsRecords>('regions', region, 'dns') ?? settings.get<DnsRecords>('dns');
    // Without a certificate strategy it is WildcardCertificate.acme().
    const needsAcme = certificate?.needsAcme ?? true;
    const needsChallenge = certificate?.needsDnsChallenge ?? true;
    if (needsAcme && !settings.has('acme')) {
      const wrong = 'is missing: certificates are ordered via ACME, which needs an account with a mail address';
      problems.set('acme', { path: 'acme', wrong, example: "{ email: 'ops@cloud.org' }" });
    }
    if (needsAcme && certificate?.bindsExternalAccount === false && settings.has('acme', 'externalAccountBinding')) {
      const wrong = `can't be used by the ACME client on the instance, which ${of('certificate')} selects`;
      const path = 'acme.externalAccountBinding';
      problems.set(path, { path, wrong, example: 'certificate: WildcardCertificate.acme()' });
    }
    if (needsChallenge && dns && !dns.solvesChallenge) {
      const wrong =
        `can't solve the ACME challenge that ${of('certificate')} needs; let Terraform publish the records ` +
        'or choose a certificate strategy without a challenge';
      problems.set(of('dns'), { path: of('dns'), value: dns.description, wrong, example: challengeExample });
    }
  }
  return [...problems.values()];
}

const challengeExample =
  "certificate: WildcardCertificate.fromPem({ chainFile: '…', key: Secret.file('…'), passphrase: Secret.variable('key_passphrase') })";

function zerossl(settings: Settings): Problem[] {
  if (settings.get('acme', 'directory') !== 'zerossl' || settings.has('acme', 'externalAccountBinding')) return [];
  const wrong = 'is missing: ZeroSSL accepts only ACME accounts that are bound to a ZeroSSL account';
  const example = "{ keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') }";
  return [{ path: 'acme.externalAccountBinding', wrong, example }];
}
