import { isIPv4, isIPv6 } from 'node:net';
import type { Fault } from './problems';

/** A network or a single address, as numbers: what two of them have in common is then a comparison. */
export interface Network {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
}

/** The special-purpose blocks of RFC 6890 (with its updates) and multicast, which no public cloud network lies in. */
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

/** `address/prefix` or an address; undefined when it is neither. Host bits are cut off. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const family = isIPv4(address) ? 4 : isIPv6(address) && !address.includes('%') ? 6 : undefined;
  if (!family || rest.length > 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? bits : /^(0|[1-9]\d{0,2})$/.test(prefixText) ? Number(prefixText) : -1;
  if (prefix < 0 || prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const first = (addressNumber(address, family) / size) * size;
  return { family, first, last: first + size - 1n, prefix };
}

const specialPurposeNetworks = specialPurpose.map(([cidr]) => parseNetwork(cidr) as Network);

export function contains(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** The special-purpose blocks that a network has addresses in, with their purpose. */
export function specialPurposeBlocks(network: Network): string[] {
  return specialPurposeNetworks.flatMap((block, index) => {
    const [cidr, purpose] = specialPurpose[index] ?? [];
    return overlap(block, network) ? [`${cidr} (${purpose})`] : [];
  });
}

/** Checks `address/prefix`. */
export function checkNetwork(text: string, family: 4 | 'any' = 'any'): Fault | undefined {
  const network = parseNetwork(text);
  if (!network) return { wrong: `is not a network; allowed: ${networkForm(family)}` };
  if (family === 4 && network.family === 6) return { wrong: "is IPv6; the names of users' apps hold IPv4 addresses" };
  const proper = networkText(network);
  if (!text.includes('/')) return { wrong: 'is an address, a network needs its prefix length', fix: proper };
  if (addressNumber(text.split('/')[0] as string, network.family) !== network.first) {
    return { wrong: 'is an address in a network, not a network: it has bits set after the prefix', fix: proper };
  }
  return undefined;
}

/** Checks an address or `address/prefix`, IPv4. */
export function checkAddress(text: string): Fault | undefined {
  if (isIPv4(text)) return undefined;
  if (parseNetwork(text)) return checkNetwork(text, 4);
  const form = 'an IPv4 address, with "/" prefix length for a network';
  return { wrong: `is not an address or a network; allowed: ${form}` };
}

/** For every network that lies inside of another one (or repeats it): the index of itself and of that one. */
export function containedNetworks(networks: readonly Network[]): { inner: number; outer: number }[] {
  const order = networks.map((network, index) => ({ network, index }));
  // CIDRs are nested or apart, so in order of their first address the last outer one is all that must be remembered.
  order.sort(
    (a, b) =>
      a.network.family - b.network.family ||
      Number(a.network.first > b.network.first) - Number(a.network.first < b.network.first) ||
      a.network.prefix - b.network.prefix ||
      a.index - b.index,
  );
  const found: { inner: number; outer: number }[] = [];
  let outer = order[0];
  for (const candidate of order.slice(1)) {
    if (outer && contains(outer.network, candidate.network)) found.push({ inner: candidate.index, outer: outer.index });
    else outer = candidate;
  }
  return found.sort((a, b) => a.inner - b.inner);
}

function overlap(a: Network, b: Network): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

function networkForm(family: 4 | 'any'): string {
  return family === 4 ? 'an IPv4 address "/" prefix length (0-32)' : 'an IPv4 or IPv6 address "/" prefix length';
}

function networkText({ family, first, prefix }: Network): string {
  const groups: bigint[] = [];
  const [count, width] = family === 4 ? [4, 8n] : [8, 16n];
  for (let i = 0, rest = first; i < count; i++, rest >>= width) groups.unshift(rest & ((1n << width) - 1n));
  if (family === 4) return `${groups.join('.')}/${prefix}`;
  const long = groups.map((group) => group.toString(16)).join(':');
  // URL writes the shortest form of an IPv6 address.
  return `${new URL(`http://[${long}]`).hostname.slice(1, -1)}/${prefix}`;
}

function addressNumber(address: string, family: 4 | 6): bigint {
  if (family === 4) return address.split('.').reduce((number, octet) => (number << 8n) + BigInt(octet), 0n);
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const zeros = tail === undefined ? [] : Array(8 - groups(head).length - groups(tail).length).fill('0');
  return [...groups(head), ...zeros, ...groups(tail ?? '')].reduce(
    (number, group) => (number << 16n) + BigInt(`0x${group}`),
    0n,
  );
}
