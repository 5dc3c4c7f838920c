import type { IncomingHttpHeaders } from 'node:http';

/** Why a UAP answers in place of an app: its member of the header `Proxy-Status` (RFC 9209). */
export interface ProxyStatus {
  /** Error type, e.g. `destination_ip_prohibited`. */
  readonly error: string;
  /** Name of the UAP's page, e.g. `range`. */
  readonly page: string;
}

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const VALUE = `${STRING}|[^\\s,;"]+`;
/** Members of a list of items with parameters (structured fields, RFC 8941). */
const MEMBER = new RegExp(`\\s*(${VALUE})((?:\\s*;\\s*[a-z*][\\w.*-]*(?:=(?:${VALUE}))?)*)\\s*(?:,|$)`, 'gy');
const PARAMETER = new RegExp(`;\\s*([a-z*][\\w.*-]*)=(${VALUE})`, 'g');

/**
 * What a UAP says of itself; an app, and proxies in front of it, may have members of their own in the header.
 * @returns undefined if the UAP doesn't say that it answered itself
 */
export function proxyStatus(headers: IncomingHttpHeaders, hostname: string): ProxyStatus | undefined {
  const header = [headers['proxy-status'] ?? []].flat().join(', ');
  for (const [, name = '', parameters = ''] of header.matchAll(MEMBER)) {
    const values = new Map(Array.from(parameters.matchAll(PARAMETER), ([, key, value = '']) => [key, unquote(value)]));
    const error = values.get('error');
    if (unquote(name) === hostname && error !== undefined) return { error, page: values.get('details') ?? '' };
  }
  return undefined;
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}
