import { DnsRecords } from './dns-records';
import { instanceParts } from './instance-files';
import { BAD_PORTS } from './nginx/bad-ports';
import { proxyModel, type ResolvedCloud, type ResolvedRegion, resolveCloud } from './spec';

/**
 * What the operator chose of what an instance is made from, as text. A change of it makes a new instance. The files on
 * the instance don't count, nor what has its default, so that a newer version of this package, with other files and
 * other defaults, gives the same text for the same settings and replaces nothing.
 */
export function instanceChoices(cloud: ResolvedCloud, region: ResolvedRegion): string {
  const standard = defaults();
  const [standardRegion] = standard.regions as [ResolvedRegion];
  const unchosen = choicesOf(standard, standardRegion);
  // Those that every instance has may become more with a newer version.
  const usual = lateFileNames(standard, standardRegion);
  const given = lateFileNames(cloud, region).filter((name) => !usual.includes(name));
  const chosen = Object.entries({ ...choicesOf(cloud, region), lateFiles: given.length > 0 ? given : undefined })
    .map(([name, value]) => [name, JSON.stringify(value)] as const)
    .filter(([name, value]) => value !== undefined && value !== JSON.stringify(unchosen[name]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return chosen.map(([name, value]) => `${name}: ${value}\n`).join('');
}

function choicesOf(cloud: ResolvedCloud, region: ResolvedRegion): Record<string, unknown> {
  const upstreamTls = region.upstreamSecurity.render();
  const { ports, ...model } = proxyModel(region, upstreamTls);
  return {
    ...model,
    allowedPorts: ports.allowed,
    deniedPorts: ports.denied.filter((range) => !BAD_PORTS.includes(range)),
    upstreamTls: { ...upstreamTls, parts: upstreamTls.parts.files },
    packageMirror: region.packageMirror,
    certificatePollInterval: region.certificatePollInterval,
    acme: instanceParts(cloud, region).files.find(({ path }) => path === '/etc/uap/acme.json')?.content,
  };
}

/** What an instance notices of certificate, delivery and client certificate: what it is given, and how. */
function lateFileNames(cloud: ResolvedCloud, region: ResolvedRegion): string[] {
  const { lateFiles } = instanceParts(cloud, region);
  return lateFiles.map(({ name, secret }) => (secret ? `${name} (secret)` : name)).sort();
}

function defaults(): ResolvedCloud {
  return resolveCloud({
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
}
