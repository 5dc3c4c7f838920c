import { IpNetwork } from '../../lib/ip-network';
import { checkUrl } from '../../lib/validation/names';
import { checkAddress, checkIpv4Network, checkNetwork, specialPurposeBlocks } from '../../lib/validation/networks';
import { UsageError } from '../command';
import { ownAddresses } from '../services/openstack/own-addresses';
import type { Flavor, Image } from '../services/openstack/resources';
import { each, type Interview, listOf, wrong } from './answers';
import type { Asker, Choice } from './ask';
import type { RegionAnswer } from './settings';
import { releaseOf, type Survey, type SurveyedNetwork } from './survey';

/** The network, the addresses, the image, the flavor and what else a region has. */
export async function askRegion(
  { ask, remarks }: Interview,
  region: string | null,
  found: Survey,
  several: boolean,
): Promise<Omit<RegionAnswer, 'hostname'>> {
  const where = several ? ` of ${region}` : '';
  const network = await askNetwork(ask, where, found);
  const upstreamRanges = await askRanges(ask, where, network);
  const special = specialPurpose(upstreamRanges);
  if (special) {
    const meant = await ask.confirm(
      `These addresses are not public: ${special}. Do users' instances really have them?`,
    );
    if (!meant) throw new UsageError(`choose another network, or give the ranges: --ranges`);
    remarks.push(`allowSpecialPurposeRanges is set, since these addresses are not public: ${special}`);
  }
  const deniedAddresses =
    ask.optionalList('deny', (item) => wrong(checkAddress(item))) ?? clouds(found, network, upstreamRanges);
  if (deniedAddresses.length > 0 && ask.given('deny') === undefined) {
    remarks.push(`deniedAddresses lists the cloud's own addresses in the ranges: ${deniedAddresses.join(', ')}`);
  }
  const image = await askImage(ask, where, found);
  const flavor = await askFlavor(ask, where, found, image);
  const keyPair = ask.optional('key-pair', (name) =>
    found.keyPairs.includes(name)
      ? undefined
      : `is not a key pair of this user; available: ${found.keyPairs.join(', ') || 'none'}`,
  );
  return {
    region,
    publicNetwork: network.name,
    upstreamRanges,
    specialPurpose: special,
    deniedAddresses,
    image: image.name as string,
    imageAbout: releaseOf(image),
    flavor: flavor.name,
    flavorAbout: aboutFlavor(flavor),
    keyPair,
    adminNetworks: ask.optionalList('admin-networks', (item) => wrong(checkNetwork(item))),
    packageMirror: ask.optional('package-mirror', (url) => wrong(checkUrl(url))),
  };
}

async function askNetwork(ask: Asker, where: string, { networks }: Survey): Promise<SurveyedNetwork> {
  const choices = networks.map((network) => ({ value: network.name, about: aboutNetwork(network) }));
  if (choices.length === 0) throw new UsageError(`this project sees no network${where}; ask your cloud administrators`);
  const [first] = networks;
  const name = await ask.choose({
    option: 'network',
    message: `On which network${where} do users' instances have their addresses?`,
    choices,
    // A network of the project's own is hardly the one that all users are on.
    proposal: first?.shared || first?.['router:external'] ? first.name : undefined,
  });
  return networks.find((network) => network.name === name) as SurveyedNetwork;
}

function aboutNetwork({ shared, subnets, ...network }: SurveyedNetwork): string {
  const kind = [shared ? 'shared' : '', network['router:external'] ? 'external' : ''].filter(Boolean).join(', ');
  return [kind || "this project's", ...subnets.map(({ cidr }) => cidr)].join(', ');
}

async function askRanges(ask: Asker, where: string, { name, subnets }: SurveyedNetwork): Promise<string[]> {
  const cidrs = subnets.map(({ cidr }) => cidr);
  const given = ask.optionalList('ranges', (item) => wrong(checkIpv4Network(item)));
  if (given) return given;
  if (cidrs.length > 0) return [ask.note('ranges', cidrs.join(', '), 'proposed'), cidrs][1] as string[];
  const answer = await ask.text({
    option: 'ranges',
    message: `Which addresses${where} do users' instances have (${name} shows no subnets; networks such as 149.165.152.0/22, with commas)?`,
    check: each((item) => wrong(checkIpv4Network(item))),
  });
  return listOf(answer);
}

/** `198.51.100.0/24 (documentation, RFC 5737)`, or `10.1.0.0/16 in 10.0.0.0/8 (private use, RFC 1918)`. */
function specialPurpose(ranges: readonly string[]): string | undefined {
  const texts = ranges.flatMap((range) => {
    const blocks = specialPurposeBlocks(IpNetwork.parse(range));
    const text = blocks.join(' and ');
    return blocks.length === 0 ? [] : [text.startsWith(`${range} `) ? text : `${range} in ${text}`];
  });
  return texts.length > 0 ? texts.join('; ') : undefined;
}

/** Addresses of the cloud itself that lie in the ranges. */
function clouds({ endpointUrls }: Survey, { subnets }: SurveyedNetwork, ranges: readonly string[]): string[] {
  const networks = ranges.map((range) => IpNetwork.parse(range));
  return [...ownAddresses(subnets, endpointUrls).keys()].filter((address) =>
    networks.some((network) => network.contains(IpNetwork.parse(address))),
  );
}

async function askImage(ask: Asker, where: string, { images }: Survey): Promise<Image> {
  const choices = images.map((image) => ({ value: image.name as string, about: aboutImage(image) }));
  if (choices.length === 0) throw new UsageError(`no image${where} is bootable; upload a cloud image of Debian 12`);
  const [first] = images;
  const name = await ask.choose({
    option: 'image',
    message: `Which image${where}? Debian 12 or 13, Ubuntu 22.04 or 24.04:`,
    choices,
    proposal: first && releaseOf(first) ? (first.name as string) : undefined,
  });
  return images.find((image) => image.name === name) as Image;
}

function aboutImage(image: Image): string {
  return `${releaseOf(image) ?? 'not known to work'}, of ${image.created_at.slice(0, 10)}`;
}

async function askFlavor(ask: Asker, where: string, { flavors }: Survey, image: Image): Promise<Flavor> {
  const disk = Math.max(image.min_disk, Math.ceil((image.virtual_size ?? 0) / 1024 ** 3));
  const fitting = flavors.filter((one) => one.ram >= image.min_ram && (one.disk === 0 || one.disk >= disk));
  const choices = fitting.map((flavor): Choice => ({ value: flavor.name, about: aboutFlavor(flavor) }));
  if (choices.length === 0)
    throw new UsageError(`no flavor${where} has the ${disk} GiB of disk that ${image.name} needs`);
  const name = await ask.choose({
    option: 'flavor',
    message: `Which flavor${where}? One core and 1 GiB of memory serve thousands of users:`,
    choices,
    proposal: choices[0]?.value,
  });
  return fitting.find((flavor) => flavor.name === name) as Flavor;
}

function aboutFlavor({ vcpus, ram, disk }: Flavor): string {
  return `${vcpus} vCPU, ${ram} MiB of memory, ${disk} GiB of disk`;
}
