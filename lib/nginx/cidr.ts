import { isIPv4 } from 'node:net';

/** An IPv4 network with its host bits cleared. */
export interface Cidr {
  /** First address, as a number from 0 to 2**32 - 1. */
  readonly first: number;
  /** 0 to 32. */
  readonly prefixLength: number;
}

/**
 * Reads `198.51.100.0/24` or a single address; host bits are cleared.
 * @throws RangeError for everything else.
 */
export function parseCidr(text: string): Cidr {
  const [address = '', length = '32', ...rest] = text.split('/');
  const prefixLength = Number(length);
  if (!isIPv4(address) || rest.length > 0 || !/^\d{1,2}$/.test(length) || prefixLength > 32) {
    throw new RangeError(`must be an IPv4 address or CIDR such as 198.51.100.0/24, got ${JSON.stringify(text)}`);
  }
  const bits = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - prefixLength);
  return { first: Math.floor(bits / size) * size, prefixLength };
}

export function formatCidr({ first, prefixLength }: Cidr): string {
  return `${formatAddress(first)}/${prefixLength}`;
}

/** Network and broadcast address, as /32s; networks of one or two addresses (RFC 3021) have neither. */
export function networkAndBroadcast({ first, prefixLength }: Cidr): Cidr[] {
  if (prefixLength > 30) return [];
  return [first, first + 2 ** (32 - prefixLength) - 1].map((address) => ({ first: address, prefixLength: 32 }));
}

/** Each network once, in the order of addresses; Nginx warns of a network that is listed twice. */
export function sortedCidrs(cidrs: readonly Cidr[]): string[] {
  const byText = new Map(cidrs.map((cidr) => [formatCidr(cidr), cidr]));
  return [...byText].sort(([, a], [, b]) => a.first - b.first || a.prefixLength - b.prefixLength).map(([text]) => text);
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
