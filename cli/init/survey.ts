import {
  type Flavor,
  flavors,
  type Image,
  images,
  keyPairs,
  type Network,
  networks,
  type Subnet,
  subnets,
  type Zone,
  zones,
} from '../services/openstack/resources';
import type { Session } from '../services/openstack/session';

export interface SurveyedNetwork extends Network {
  /** IPv4, those that the project may see. */
  readonly subnets: readonly Subnet[];
}

/** What a region has, the most likely choice first. */
export interface Survey {
  readonly networks: readonly SurveyedNetwork[];
  readonly images: readonly Image[];
  readonly flavors: readonly Flavor[];
  readonly keyPairs: readonly string[];
  /** Of Designate; undefined if the catalog has none. */
  readonly zones?: readonly Zone[];
  /** URLs of the cloud's own services. */
  readonly endpointUrls: readonly string[];
}

/** Asks the APIs of a region, side by side. */
export async function survey(session: Session, region: string | undefined): Promise<Survey> {
  const [allNetworks, allSubnets, allImages, allFlavors, pairs, allZones] = await Promise.all([
    networks(session, region),
    subnets(session, region),
    images(session, region),
    flavors(session, region),
    keyPairs(session, region),
    // A failing Designate counts as missing here; uap check reports the reason.
    session.has('dns', region) ? zones(session, region).catch(() => undefined) : undefined,
  ]);
  return {
    networks: rankNetworks(allNetworks, allSubnets),
    images: rankImages(allImages),
    flavors: rankFlavors(allFlavors),
    keyPairs: pairs,
    zones: allZones?.filter(({ type = 'PRIMARY', name }) => type === 'PRIMARY' && !name.endsWith('.arpa.')),
    endpointUrls: session.endpointUrls(region),
  };
}

/** Those that other projects' instances can be on come first; internal ones of the project last. */
export function rankNetworks(all: readonly Network[], subnets: readonly Subnet[]): SurveyedNetwork[] {
  const rank = (network: Network) => (network.shared ? 0 : network['router:external'] ? 1 : 2);
  return all
    .map((network) => ({
      ...network,
      subnets: subnets.filter(({ network_id, ip_version }) => network_id === network.id && ip_version === 4),
    }))
    .sort((a, b) => rank(a) - rank(b) || Number(/public/i.test(b.name)) - Number(/public/i.test(a.name)));
}

/** The releases that a UAP runs on, the best first, as image names and properties call them. */
const releases: readonly (readonly [release: string, pattern: RegExp])[] = [
  ['Debian 13', /debian\D*13|trixie/i],
  ['Debian 12', /debian\D*12|bookworm/i],
  ['Ubuntu 24.04', /ubuntu\D*24\.?04|noble/i],
  ['Ubuntu 22.04', /ubuntu\D*22\.?04|jammy/i],
];

/** The release that an image seems to be; undefined if a UAP does not run on it. */
export function releaseOf({ name, os_distro = '', os_version = '' }: Image): string | undefined {
  const texts = [name ?? '', `${os_distro} ${os_version}`];
  return releases.find(([, pattern]) => texts.some((text) => pattern.test(text)))?.[0];
}

/** Images that boot, those of known releases first; of a release the plainest name, then the newest. */
export function rankImages(all: readonly Image[]): Image[] {
  const order = (image: Image) => {
    const index = releases.findIndex(([release]) => release === releaseOf(image));
    return index < 0 ? releases.length : index;
  };
  const bootable = all.filter(
    ({ status, name, os_hidden, disk_format }) =>
      status === 'active' && name && !os_hidden && !['aki', 'ari', 'iso', null].includes(disk_format),
  );
  // The newest of a name is the one that Terraform takes.
  const newest = [...new Map([...bootable].sort(byAge).map((image) => [image.name, image])).values()];
  return newest.sort(
    (a, b) =>
      order(a) - order(b) || (a.name ?? '').length - (b.name ?? '').length || b.created_at.localeCompare(a.created_at),
  );
}

const byAge = (a: Image, b: Image) => a.created_at.localeCompare(b.created_at);

/** MiB of memory and GiB of disk with which nothing is tight. */
const enough = { ram: 1024, disk: 8 };

/** The smallest with enough of everything first. */
export function rankFlavors(all: readonly Flavor[]): Flavor[] {
  const rank = ({ ram, disk }: Flavor) => Number(ram < enough.ram) * 2 + Number(disk < enough.disk);
  return all
    .filter((flavor) => !flavor['OS-FLV-DISABLED:disabled'])
    .sort((a, b) => rank(a) - rank(b) || a.ram - b.ram || a.vcpus - b.vcpus || a.disk - b.disk);
}
