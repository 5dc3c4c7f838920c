import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A separate machine for the proxy: a network namespace, joined to this one by a pair of interfaces. Clients and
 * upstreams run in the test; the configuration under test listens on its real ports and denies its own addresses.
 * The namespace lives as long as the process that holds it, which always ends with the test.
 */
export interface Network {
  /** The subnet, which is the range that the proxy serves. */
  readonly cidr: string;
  readonly uap: string;
  /** Addresses on the test's side, for instances and clients. */
  readonly instances: readonly string[];
  /** An address of the subnet that takes packets and never answers. */
  readonly silent: string;
  readonly networkAddress: string;
  readonly broadcastAddress: string;
  /** Command that runs another one on the proxy's machine, and ends it with the test. */
  readonly prefix: readonly string[];
  /** Takes the proxy's machine off the network, as if it had died, or brings it back. */
  connected(yes: boolean): void;
  close(): void;
}

/** Subnets of the ranges for documentation (RFC 5737); a name of an interface is taken once, so it is a lock, too. */
const SUBNETS = ['198.51.100', '203.0.113'].flatMap((net) =>
  Array.from({ length: 16 }, (_, i) => ({ net, base: i * 16 })),
);

/** Why the tests against a real Nginx can't run here; undefined if they can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces and ports 80 and 443 need root';
  for (const command of ['nginx', 'unshare', 'ip', 'nsenter', 'setpriv', 'openssl']) {
    if (spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0) return `${command} is not installed`;
  }
  if (spawnSync('unshare', ['-n', 'true']).status !== 0) return 'this container may not make network namespaces';
  return undefined;
}

export async function openNetwork(): Promise<Network> {
  const holder = spawn('unshare', ['-n', 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] });
  await hasItsOwnNamespace(holder);
  const inside = ['nsenter', `--net=/proc/${holder.pid}/ns/net`];
  const subnet = SUBNETS.find(({ net, base }) => {
    const link = linkName(net, base);
    return ip(['link', 'add', link, 'type', 'veth', 'peer', 'name', 'uap', 'netns', String(holder.pid)]);
  });
  if (!subnet) throw new Error('no free subnet for a test network');
  const { net, base } = subnet;
  const at = (i: number) => `${net}.${base + i}`;
  const link = linkName(net, base);
  const instances = [1, 3, 4, 5, 6, 7, 8].map(at);
  for (const address of instances) must(ip(['address', 'add', `${address}/28`, 'dev', link]));
  must(ip(['link', 'set', link, 'up']));
  const insideIp = (...args: string[]) =>
    must(spawnSync(inside[0] as string, [...inside.slice(1), 'ip', ...args]).status === 0);
  insideIp('link', 'set', 'lo', 'up');
  insideIp('address', 'add', `${at(2)}/28`, 'dev', 'uap');
  insideIp('link', 'set', 'uap', 'up');
  insideIp('neigh', 'add', at(14), 'lladdr', '02:00:00:00:00:01', 'dev', 'uap');
  return {
    cidr: `${at(0)}/28`,
    uap: at(2),
    instances,
    silent: at(14),
    networkAddress: at(0),
    broadcastAddress: at(15),
    prefix: [...inside, 'setpriv', '--pdeathsig', 'TERM'],
    connected: (yes) => must(ip(['link', 'set', link, yes ? 'up' : 'down'])),
    close() {
      ip(['link', 'delete', link]);
      holder.stdin?.end();
    },
  };
}

function linkName(net: string, base: number): string {
  return `uap-${net.split('.')[0]}-${base}`;
}

async function hasItsOwnNamespace(holder: ChildProcess): Promise<void> {
  const mine = readlinkSync('/proc/self/ns/net');
  for (let tries = 0; tries < 100; tries++, await sleep(10)) {
    if (readlinkSync(`/proc/${holder.pid}/ns/net`) !== mine) return;
  }
  throw new Error('no network namespace within a second');
}

function ip(args: readonly string[]): boolean {
  return spawnSync('ip', args).status === 0;
}

function must(ok: boolean): void {
  if (!ok) throw new Error('the test network could not be set up');
}
