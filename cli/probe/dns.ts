import { randomBytes } from 'node:crypto';
import type { promises as dns } from 'node:dns';
import { type Finding, failed, ok, warning } from '../report';
import { lookupReason, orNone } from '../services/dns-lookup';

/** The addresses of a name. */
interface Found {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export interface Resolved {
  readonly finding: Finding;
  /** Addresses of the UAP's own name, IPv4 first; none if the lookup failed. */
  readonly addresses: readonly string[];
  /** Milliseconds of the first answer. */
  readonly ms: number;
}

/** Checks that the UAP's name and the names below it resolve to the same addresses. */
export async function resolveNames(hostname: string, resolver: dns.Resolver, todo: string): Promise<Resolved> {
  const app = `uap-probe-${randomBytes(4).toString('hex')}.${hostname}`;
  const start = performance.now();
  try {
    const ownFound = addressesOf(resolver, hostname);
    const timed = ownFound.then(() => performance.now() - start);
    const [own, wildcard, alias, ms] = await Promise.all([
      ownFound,
      addressesOf(resolver, app),
      orNone(resolver.resolveCname(app)),
      timed,
    ]);
    const addresses = [...own.ipv4, ...own.ipv6];
    return { finding: compare(hostname, own, wildcard, alias, todo), addresses, ms };
  } catch (error) {
    const servers = resolver.getServers().join(', ');
    const detail = `${hostname} can't be looked up at ${servers}: ${lookupReason(error as Error)}`;
    const finding = failed(detail, 'check that name server, or name another with --resolver');
    return { finding, addresses: [], ms: 0 };
  }
}

function compare(
  hostname: string,
  ownFound: Found,
  belowFound: Found,
  alias: readonly string[],
  todo: string,
): Finding {
  const [own, below] = [ownFound, belowFound].map(({ ipv4, ipv6 }) => [...ipv4, ...ipv6].sort().join(', ')) as [
    string,
    string,
  ];
  if (!own && !below) return failed(`neither ${hostname} nor *.${hostname} has an address`, todo);
  if (!own) return failed(`${hostname} has no address, but names below it resolve to ${below}`, todo);
  if (!below) return failed(`${hostname} resolves to ${own}, but names below it have no address`, todo);
  if (own !== below) return failed(`${hostname} resolves to ${own}, but names below it to ${below}`, todo);
  if (alias.length > 0) {
    const detail = `*.${hostname} is a CNAME of ${alias.join(', ')}, which also matches the name of the ACME challenge`;
    return warning(detail, 'create A and AAAA records instead');
  }
  return ok(`${hostname} and *.${hostname} resolve to ${own}`);
}

async function addressesOf(resolver: dns.Resolver, name: string): Promise<Found> {
  const [ipv4, ipv6] = await Promise.all([orNone(resolver.resolve4(name)), orNone(resolver.resolve6(name))]);
  return { ipv4, ipv6 };
}
