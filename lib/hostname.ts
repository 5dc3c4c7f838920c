import { isIPv4 } from 'node:net';

/** How the proxy connects to an app on an instance. */
export type Protocol = 'http' | 'https';

/** An app on an instance: the meaning of a host name of the UAP. */
export interface Target {
  /** Whether the app itself has TLS. */
  readonly protocol: Protocol;
  /** IPv4 address in dotted form, e.g. `198.51.100.7`. */
  readonly address: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

const PROTOCOLS: readonly string[] = ['http', 'https'];

/** The label's protocol when it names none. */
export const DEFAULT_PROTOCOL: Protocol = 'https';

/**
 * Reads the label in front of the UAP's host name: `[http-|https-]198-51-100-7-8888`.
 *
 * Letter case does not matter (RFC 4343). Octets and port are decimal and have no leading zeros.
 * @returns undefined if the label is not well-formed.
 */
export function parseLabel(label: string): Target | undefined {
  const parts = lowerCase(label).split('-');
  const named = PROTOCOLS.includes(parts[0] ?? '');
  const protocol = (named ? parts.shift() : DEFAULT_PROTOCOL) as Protocol;
  const port = parsePort(parts[4] ?? '');
  const address = parts.slice(0, 4).join('.');
  return parts.length === 5 && isIPv4(address) && port !== undefined ? { protocol, address, port } : undefined;
}

/**
 * Writes the shortest label of a target, so without the default protocol.
 * @throws RangeError if the address is not IPv4 or the port is out of range.
 */
export function formatLabel({ protocol, address, port }: Target): string {
  if (!isIPv4(address)) {
    throw new RangeError(`address must be an IPv4 address such as 198.51.100.7, got ${JSON.stringify(address)}`);
  }
  if (parsePort(String(port)) === undefined) {
    throw new RangeError(`port must be a whole number from 1 to 65535, got ${port}`);
  }
  const prefix = protocol === DEFAULT_PROTOCOL ? '' : `${protocol}-`;
  return `${prefix}${address.replaceAll('.', '-')}-${port}`;
}

/**
 * Reads a host name below the UAP's own, e.g. `198-51-100-7-8888.proxy.cloud.org`; a trailing dot is allowed.
 * @returns undefined for every other name, the UAP's own among them.
 * @example parseHost('http-198-51-100-7-8888.proxy.cloud.org', 'proxy.cloud.org')?.port // 8888
 */
export function parseHost(host: string, uapHostname: string): Target | undefined {
  const [label = '', ...rest] = lowerCase(host.replace(/\.$/, '')).split('.');
  return rest.join('.') === lowerCase(uapHostname) ? parseLabel(label) : undefined;
}

/**
 * The host name of a target at a UAP.
 * @throws RangeError if the address is not IPv4 or the port is out of range
 * @example formatHost({ protocol: 'http', address: '198.51.100.7', port: 8888 }, 'proxy.cloud.org')
 */
export function formatHost(target: Target, uapHostname: string): string {
  return `${formatLabel(target)}.${uapHostname}`;
}

function parsePort(text: string): number | undefined {
  const port = Number(text);
  return String(port) === text && Number.isInteger(port) && port >= 1 && port <= 65535 ? port : undefined;
}

/** Only ASCII, as in DNS and Nginx: `toLowerCase` turns the Kelvin sign into a k, so a foreign name would match. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
