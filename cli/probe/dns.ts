import { randomBytes } from 'node:crypto';
import type { promises as dns } from 'node:dns';
import { type Finding, failed, ok, warning } from '../report';

/** What a name leads to. */
interface Found {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export interface Resolved {
  readonly finding: Finding;
  /** Addresses of the UAP's own name, IPv4 first; none if the look-up failed. */
  readonly addresses: readonly string[];
  /** Milliseconds of the first answer. */
  readonly ms: number;
}

/** The UAP's name and names below it lead to the same addresses. */
export async function resolveNames(hostname: string, resolver: dns.Resolver, todo: string): Promise<Resolved> {
  const app = `uap-probe-${randomBytes(4).toString('hex')}.${hostname}`;
  const start = performance.now();
  try {
    const apexFound = addressesOf(resolver, hostname);
    const timed = apexFound.then(() => performance.now() - start);
    const [apex, wildcard, alias, ms] = await Promise.all([
      apexFound,
      addressesOf(resolver, app),
      orNone(resolver.resolveCname(app)),
      timed,
    ]);
    const addresses = [...apex.ipv4, ...apex.ipv6];
    return { finding: compare(hostname, apex, wildcard, alias, todo), addresses, ms };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const servers = resolver.getServers().join(', ');
    const hint = 'ask your resolver, or name another one by --resolver';
    return { finding: failed(`${hostname} can't be looked up at ${servers}: ${code}`, hint), addresses: [], ms: 0 };
  }
}

function compare(hostname: string, apex: Found, wildcard: Found, alias: readonly string[], todo: string): Finding {
  const [own, below] = [apex, wildcard].map(({ ipv4, ipv6 }) => [...ipv4, ...ipv6].sort().join(', ')) as [
    string,
    string,
  ];
  if (!own && !below) return failed(`neither ${hostname} nor *.${hostname} has an address`, todo);
  if (!own) return failed(`${hostname} has no address, names below it have ${below}`, todo);
  if (!below) return failed(`${hostname} is ${own}, but names below it have no address`, todo);
  if (own !== below) return failed(`${hostname} is ${own}, but names below it are ${below}`, todo);
  if (alias.length > 0) {
    const detail = `*.${hostname} is a CNAME of ${alias.join(', ')}: it catches the name of the ACME challenge, too`;
    return warning(detail, 'write A and AAAA records instead');
  }
  return ok(`${hostname} and *.${hostname} are ${own}`);
}

async function addressesOf(resolver: dns.Resolver, name: string): Promise<Found> {
  const [ipv4, ipv6] = await Promise.all([orNone(resolver.resolve4(name)), orNone(resolver.resolve6(name))]);
  return { ipv4, ipv6 };
}

/** A name or a record that is not there is no failure. */
function orNone(answer: Promise<string[]>): Promise<string[]> {
  return answer.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
    throw error;
  });
}
