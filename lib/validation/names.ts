import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Fault } from './problems';

/** The longest first label of an app's host name: it is part of every name, and a name has at most 253 octets. */
const longestLabel = 'https-255-255-255-255-65535';

/** The normal form of a host name: lower-case, without the root's dot. */
export function normalHostname(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

/** Checks the name of a host; `room` is the label that must still fit in front of it. */
export function checkHostname(text: string, room = ''): Fault | undefined {
  const name = normalHostname(text);
  if (name.includes('/')) return { wrong: 'is a URL, a host name is needed', fix: hostOfUrl(name) };
  if (name.startsWith('*.')) return { wrong: 'is a wildcard, the name below it is needed', fix: name.slice(2) };
  if (/:\d+$/.test(name)) return { wrong: 'has a port, a host name is needed', fix: name.replace(/:\d+$/, '') };
  if (isIP(name)) return { wrong: 'is an address, a host name is needed' };
  const ascii = domainToASCII(name);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
  if (!/^[\x00-\x7f]*$/.test(name) && ascii) return { wrong: 'is not ASCII, its Punycode form is needed', fix: ascii };
  const labels = name.split('.');
  if (labels.length < 2) return { wrong: 'has one label, a host name in a domain is needed' };
  for (const label of labels) {
    if (label.length > 63) return { wrong: `has a label of ${label.length} characters, at most 63 are allowed` };
    // RFC 1123: letters, digits, inner hyphens.
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label)) {
      return { wrong: `has the label "${label}"; a label is letters and digits with hyphens between them` };
    }
  }
  if (/^\d+$/.test(labels.at(-1) as string)) return { wrong: 'ends with a number, which no host name does' };
  const most = 253 - (room ? room.length + 1 : 0);
  if (name.length > most) {
    const why = room ? `, so that "${room}." fits in front of it` : '';
    return { wrong: `has ${name.length} characters, at most ${most} are allowed${why}` };
  }
  return undefined;
}

/** Checks the host name of a UAP: every label of the form `https-255-255-255-255-65535` must fit in front of it. */
export function checkUapHostname(text: string): Fault | undefined {
  return checkHostname(text, longestLabel);
}

/** Checks scheme://host[:port]: what a browser sends as Origin. */
export function checkOrigin(text: string): Fault | undefined {
  if (text === '*') return { wrong: 'is every origin; credentials are allowed, so list each origin' };
  const url = parseHttpUrl(text);
  if (!url) return { wrong: 'is not an origin; allowed: http:// or https://, a host name, and a port if need be' };
  if (url.username || url.password) return { wrong: 'has a user name or password, which an origin never has' };
  if (url.origin !== text) return { wrong: 'is not what a browser sends as Origin', fix: url.origin };
  return undefined;
}

/** Checks an http(s) URL without credentials: URLs are written to files that users of the instance can read. */
export function checkUrl(text: string): Fault | undefined {
  const url = parseHttpUrl(text);
  if (!url) return { wrong: 'is not a URL; allowed: http:// or https:// and a host' };
  if (url.username || url.password) return { wrong: 'contains a user name or password, which would not stay secret' };
  return undefined;
}

export function checkMail(text: string): Fault | undefined {
  const [local, domain, ...rest] = text.split('@');
  if (local && domain && rest.length === 0 && !/\s/.test(text) && !checkHostname(domain)) return undefined;
  return { wrong: 'is not a mail address' };
}

/** Checks a contact for people: a mail address or a URL. */
export function checkContact(text: string): Fault | undefined {
  if (!checkMail(text) || !checkUrl(text)) return undefined;
  return { wrong: 'is neither a mail address nor an http(s) URL' };
}

/** Checks `address:port` or `[IPv6]:port`. */
export function checkNameserver(text: string): Fault | undefined {
  if (isIP(text)) {
    return { wrong: 'has no port', fix: isIP(text) === 6 ? `[${text}]:53` : `${text}:53` };
  }
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const known = bracketed ? isIP(host) === 6 : isIP(host) === 4 || !checkHostname(host);
  if (known && Number(port) >= 1 && Number(port) <= 65535) return undefined;
  return { wrong: 'is not a name server; allowed: address ":" port' };
}

function parseHttpUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s]+$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}

function hostOfUrl(text: string): string | undefined {
  const withScheme = text.includes('://') ? text : `https://${text}`;
  const host = URL.canParse(withScheme) ? new URL(withScheme).hostname : '';
  return host && !checkHostname(host) ? host : undefined;
}
