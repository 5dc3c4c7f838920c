import { compareNetworks, IpNetwork } from '../ip-network';
import type { Fault } from './problems';

/** The special-purpose blocks of RFC 6890 (with its updates) and multicast, where no public cloud network lies. */
const specialPurpose: readonly (readonly [cidr: string, purpose: string])[] = [
  ['0.0.0.0/8', '"this network", RFC 791'],
  ['10.0.0.0/8', 'private use, RFC 1918'],
  ['100.64.0.0/10', 'shared address space, RFC 6598'],
  ['127.0.0.0/8', 'loopback, RFC 1122'],
  ['169.254.0.0/16', 'link-local, RFC 3927'],
  ['172.16.0.0/12', 'private use, RFC 1918'],
  ['192.0.0.0/24', 'IETF protocol assignments, RFC 6890'],
  ['192.0.2.0/24', 'documentation, RFC 5737'],
  ['192.31.196.0/24', 'AS112, RFC 7535'],
  ['192.52.193.0/24', 'AMT, RFC 7450'],
  ['192.88.99.0/24', '6to4 relays, RFC 7526'],
  ['192.168.0.0/16', 'private use, RFC 1918'],
  ['192.175.48.0/24', 'AS112, RFC 7534'],
  ['198.18.0.0/15', 'benchmarking, RFC 2544'],
  ['198.51.100.0/24', 'documentation, RFC 5737'],
  ['203.0.113.0/24', 'documentation, RFC 5737'],
  ['224.0.0.0/4', 'multicast, RFC 5771'],
  ['240.0.0.0/4', 'reserved, RFC 1112'],
];

const specialPurposeNetworks = specialPurpose.map(([cidr]) => IpNetwork.parse(cidr));

/** The special-purpose blocks that a network has addresses in, with their purpose. */
export function specialPurposeBlocks(network: IpNetwork): string[] {
  return specialPurpose.flatMap(([cidr, purpose], index) =>
    specialPurposeNetworks[index]?.overlaps(network) ? [`${cidr} (${purpose})`] : [],
  );
}

/** Checks `address/prefix length`. */
export function checkNetwork(text: string): Fault | undefined {
  return networkFault(text, 'an IPv4 or IPv6 address "/" prefix length');
}

/** Checks `address/prefix length`, IPv4. */
export function checkIpv4Network(text: string): Fault | undefined {
  if (IpNetwork.tryParse(text)?.version === 6) {
    return { wrong: "is IPv6; the names of users' apps hold IPv4 addresses" };
  }
  return networkFault(text, 'an IPv4 address "/" prefix length (0-32)');
}

/** Checks an address or `address/prefix length`, IPv4. */
export function checkAddress(text: string): Fault | undefined {
  const network = IpNetwork.tryParse(text);
  if (!network) {
    const form = 'an IPv4 address, with "/" prefix length for a network';
    return { wrong: `is not an address or a network; allowed: ${form}` };
  }
  return network.version === 4 && !text.includes('/') ? undefined : checkIpv4Network(text);
}

function networkFault(text: string, allowed: string): Fault | undefined {
  const network = IpNetwork.tryParse(text);
  if (!network) return { wrong: `is not a network; allowed: ${allowed}` };
  if (!text.includes('/')) return { wrong: 'is an address, a network needs its prefix length', fix: network.cidr };
  if (network.hasHostBits) {
    return { wrong: 'is an address in a network, not a network: it has bits set after the prefix', fix: network.cidr };
  }
  return undefined;
}

/** For every network that lies inside of another one (or repeats it): the index of itself and of that one. */
export function containedNetworks(networks: readonly IpNetwork[]): { inner: number; outer: number }[] {
  const order = networks.map((network, index) => ({ network, index }));
  // CIDRs are nested or apart, so in order of their first address the last outer one is all that must be remembered.
  order.sort((a, b) => compareNetworks(a.network, b.network) || a.index - b.index);
  const found: { inner: number; outer: number }[] = [];
  let outer = order[0];
  for (const candidate of order.slice(1)) {
    if (outer?.network.contains(candidate.network)) found.push({ inner: candidate.index, outer: outer.index });
    else outer = candidate;
  }
  return found.sort((a, b) => a.inner - b.inner);
}
