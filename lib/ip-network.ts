import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IPv4 or IPv6 network, or a single address (a network of one). */
export class IpNetwork {
  /** Version of the Internet Protocol. */
  readonly version: 4 | 6;
  /** Lowest address, as a number: what two networks have in common is then a comparison. */
  readonly first: bigint;
  /** Highest address. */
  readonly last: bigint;
  /** 0 to 32, or to 128 for IPv6. */
  readonly prefixLength: number;
  /** Whether bits are set after the prefix, as in `198.51.100.7/24`; `first` is without them. */
  readonly hasHostBits: boolean;

  private constructor(
    private readonly text: string,
    address: string,
    prefixLength: number,
  ) {
    const bytes = ipaddr.parse(address).toByteArray();
    const given = bytes.reduce((number, byte) => (number << 8n) + BigInt(byte), 0n);
    const size = 1n << BigInt(bytes.length * 8 - prefixLength);
    this.version = bytes.length === 4 ? 4 : 6;
    this.prefixLength = prefixLength;
    this.first = (given / size) * size;
    this.last = this.first + size - 1n;
    this.hasHostBits = given !== this.first;
  }

  /**
   * Reads `address/prefix length` or an address. Zones (`fe80::1%eth0`) and octal numbers are no addresses here.
   * @returns undefined for everything else
   */
  static tryParse(text: string): IpNetwork | undefined {
    const [address = '', prefix, ...rest] = text.split('/');
    const bits = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : undefined;
    if (bits === undefined || rest.length > 0) return undefined;
    const prefixLength = prefix === undefined ? bits : /^(0|[1-9]\d{0,2})$/.test(prefix) ? Number(prefix) : -1;
    if (prefixLength < 0 || prefixLength > bits) return undefined;
    return new IpNetwork(text, address, prefixLength);
  }

  /** @throws RangeError if the text is neither a network nor an address */
  static parse(text: string): IpNetwork {
    const network = IpNetwork.tryParse(text);
    if (!network) throw new RangeError(`must be an address or a network such as 198.51.100.0/24, got "${text}"`);
    return network;
  }

  /** In its usual form, with the prefix length: `198.51.100.7/32`. */
  get cidr(): string {
    return `${this.address()}/${this.prefixLength}`;
  }

  /** One of its addresses, counted from 0: `198.51.100.0`. */
  address(index = 0): string {
    const bytes: number[] = [];
    for (let rest = this.first + BigInt(index), left = this.version === 4 ? 4 : 16; left > 0; left--, rest >>= 8n) {
      bytes.unshift(Number(rest & 0xffn));
    }
    const address = ipaddr.fromByteArray(bytes);
    return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
  }

  /** Whether every address of another network is in this one. */
  contains(other: IpNetwork): boolean {
    return this.version === other.version && this.first <= other.first && other.last <= this.last;
  }

  /** Whether the two networks have an address in common. */
  overlaps(other: IpNetwork): boolean {
    return this.version === other.version && this.first <= other.last && other.first <= this.last;
  }

  /** As it was written. */
  toString(): string {
    return this.text;
  }

  /** As it was written. */
  toJSON(): string {
    return this.text;
  }
}

/** For sorting: by version, first address, and the larger network first. */
export function compareNetworks(a: IpNetwork, b: IpNetwork): number {
  return a.version - b.version || Number(a.first - b.first) || a.prefixLength - b.prefixLength;
}
