import { BAD_PORTS } from '../nginx/bad-ports';
import { proxyModel, type ResolvedCloud, type ResolvedRegion, resolveCloud } from '../settings';
import { DnsRecords } from '../strategies/dns-records';
import { lateParts } from './files';

/**
 * What the operator chose of what an instance is made from, as text. A change of it makes a new instance. The files on
 * the instance don't count, nor what has its default, so that a newer version of this package, with other files and
 * other defaults, gives the same text for the same settings and replaces nothing.
 */
export function instanceChoices(cloud: ResolvedCloud, region: ResolvedRegion): string {
  standard ??= defaults();
  const { unchosen, usual } = standard;
  const { choices, lateFiles } = choicesOf(cloud, region);
  const given = lateFiles.filter((name) => !usual.includes(name));
  const chosen = Object.entries({ ...choices, lateFiles: given.length > 0 ? given : undefined })
    .map(([name, value]) => [name, JSON.stringify(value)] as const)
    .filter(([name, value]) => value !== undefined && value !== unchosen[name])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return chosen.map(([name, value]) => `${name}: ${value}\n`).join('');
}

interface Choices {
  /** By name. */
  readonly choices: Readonly<Record<string, unknown>>;
  /** What an instance notices of certificate, delivery and client certificate: what it is given, and how. */
  readonly lateFiles: readonly string[];
}

function choicesOf(cloud: ResolvedCloud, region: ResolvedRegion): Choices {
  const upstreamTls = region.upstreamSecurity.render();
  const { ports, ...model } = proxyModel(region, upstreamTls);
  // Not all files of the instance, as to render them takes long.
  const { files, lateFiles } = lateParts(cloud, region, upstreamTls);
  return {
    choices: {
      ...model,
      allowedPorts: ports.allowed,
      deniedPorts: ports.denied.filter((range) => !BAD_PORTS.includes(range)),
      upstreamTls: { ...upstreamTls, parts: upstreamTls.parts.files },
      packageMirror: region.packageMirror,
      certificatePollInterval: region.certificatePollInterval,
      acme: files.find(({ path }) => path === '/etc/uap/acme.json')?.content,
    },
    lateFiles: lateFiles.map(({ name, secret }) => (secret ? `${name} (secret)` : name)).sort(),
  };
}

/** What `defaults` returns, which is the same for all regions. */
let standard: ReturnType<typeof defaults> | undefined;

/** What is no choice: the JSON of each default, and the late files that every instance has, in this version or a newer. */
function defaults() {
  const cloud = resolveCloud({
    name: 'defaults',
    acme: { email: 'ops@cloud.org' },
    dns: DnsRecords.designate({ zone: 'cloud.org' }),
    regions: [
      {
        region: null,
        hostname: 'proxy.cloud.org',
        publicNetwork: 'public',
        upstreamRanges: ['149.165.152.0/22'],
        image: 'debian-12',
        flavor: 'm1.small',
      },
    ],
  });
  const { choices, lateFiles } = choicesOf(cloud, cloud.regions[0] as ResolvedRegion);
  const unchosen = Object.fromEntries(Object.entries(choices).map(([name, value]) => [name, JSON.stringify(value)]));
  return { unchosen, usual: lateFiles };
}
