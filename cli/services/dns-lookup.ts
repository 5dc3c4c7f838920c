import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { CommandError } from '../command';
import { networkReasons } from './http';

/** An empty list if no such record exists; other failures are thrown. */
export function orNone<T>(answer: Promise<T[]>): Promise<T[]> {
  return answer.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
    throw error;
  });
}

/** Why a lookup failed, in words. */
export function lookupReason({ code = '' }: NodeJS.ErrnoException): string {
  return reasons[code] ?? networkReasons[code] ?? code;
}

/** Queries given name servers, `address:port`, or those of this machine. */
export class Lookup {
  private constructor(
    private readonly resolver: Resolver,
    /** For messages. */
    readonly servers: string,
  ) {}

  /** @throws CommandError if the name of a server has no address */
  static async at(servers: readonly string[] | undefined, seconds: number): Promise<Lookup> {
    // Two tries: a datagram may get lost.
    const resolver = new Resolver({ timeout: Math.max(500, (seconds * 1000) / 2), tries: 2 });
    if (!servers?.length) return new Lookup(resolver, "this machine's name servers");
    resolver.setServers(await Promise.all(servers.map(withAddress)));
    return new Lookup(resolver, servers.join(', '));
  }

  addresses(name: string): Promise<string[]> {
    return this.ask(name, 'A', () => this.resolver.resolve4(name));
  }

  async texts(name: string): Promise<string[]> {
    return (await this.ask(name, 'TXT', () => this.resolver.resolveTxt(name))).map((parts) => parts.join(''));
  }

  /** Whether a zone begins at the name. */
  async isZone(name: string): Promise<boolean> {
    return (await this.ask(name, 'SOA', async () => [await this.resolver.resolveSoa(name)])).length > 0;
  }

  caa(name: string): ReturnType<Resolver['resolveCaa']> {
    return this.ask(name, 'CAA', () => this.resolver.resolveCaa(name));
  }

  private async ask<T>(name: string, type: string, call: () => Promise<T[]>): Promise<T[]> {
    try {
      return await orNone(call());
    } catch (error) {
      const reason = lookupReason(error as Error);
      throw new CommandError(`the ${type} records of ${name} can't be looked up at ${this.servers}: ${reason}`);
    }
  }
}

const reasons: Readonly<Record<string, string>> = {
  ETIMEOUT: 'no answer',
  ESERVFAIL: 'SERVFAIL, the zone may be broken',
  EREFUSED: 'REFUSED',
};

/** `ns1.cloud.org:53` with the server's address. */
async function withAddress(server: string): Promise<string> {
  const [, host = '', port = '53'] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(server) ?? [];
  const address = isIP(host) ? host : await addressOf(host);
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch {
    throw new CommandError(`the name server ${host} has no address`);
  }
}
