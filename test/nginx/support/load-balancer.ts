import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEALTH_PORT } from '../../../lib/nginx/paths';
import type { Network } from './network';
import { HOSTNAME, startUap, type Uap, type Variant } from './uap';

/** HAProxy in TCP mode in front of two UAPs, each on its own machine: a substitute for Octavia, which uses HAProxy. */
export interface Balanced {
  readonly uaps: readonly [Uap, Uap];
  /** Looks like one UAP at the load balancer's address, for the support code of single UAPs. */
  readonly front: Uap;
  /** Source address of the load balancer's connections to the first UAP; all other sources are refused. */
  readonly source: string;
  /** Addresses of clients, and one of an instance. */
  readonly clients: readonly [string, string];
  readonly instance: string;
  stop(): Promise<void>;
}

export async function startBalanced(
  variant: Variant,
  version: 'send-proxy' | 'send-proxy-v2',
  certificate: { certificate: string; key: string },
): Promise<Balanced> {
  const uaps: Uap[] = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'uap-balancer-'));
  let haproxy: ChildProcess | undefined;
  const stop = async () => {
    haproxy?.kill();
    await Promise.all(uaps.map((uap) => uap.stop()));
    rmSync(folder, { recursive: true });
  };
  try {
    for (let i = 0; i < 2; i++) {
      const settings = (network: Network) => ({
        // Both serve the instances of the first one's network.
        upstreamRanges: [uaps[0]?.network.cidr ?? network.cidr],
        proxyProtocolFrom: [`${network.instances[0]}/32`],
        metricsNetworks: [`${(uaps[0]?.network ?? network).instances[2]}/32`],
      });
      uaps.push(await startUap(variant, settings, certificate));
    }
    const [one, two] = uaps as [Uap, Uap];
    route(two.network, one.network);
    const [source = '', address = '', operator = '', user = '', instance = ''] = one.network.instances;
    haproxy = await startHaproxy(folder, address, configuration(address, [one, two], version));
    const front = { ...one, network: { ...one.network, uap: address } };
    return { uaps: [one, two], front, source, clients: [operator, user], instance, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Lets a UAP's machine reach the network of another one, routed through the test. */
function route(from: Network, to: Network): void {
  const [command = '', ...args] = [...from.prefix, 'ip', 'route', 'add', to.cidr, 'via', from.instances[0] as string];
  if (spawnSync(command, args).status !== 0) throw new Error('no route between the test networks');
}

/**
 * The timeouts are Octavia's, as are the health checks of `tls`: on their own port, without the PROXY
 * protocol, over HTTP/1.0 without a Host. Those of `plain` use the path of requests.
 */
function configuration(address: string, uaps: readonly Uap[], version: string): string {
  const servers = (port: number, check: string) =>
    uaps.map(
      ({ network: { uap, instances } }, i) =>
        `  server uap${i} ${uap}:${port} ${version} source ${instances[0]} ${check}`,
    );
  return [
    'defaults',
    '  mode tcp',
    '  timeout connect 5s',
    '  timeout client 1h',
    '  timeout server 1h',
    '  timeout check 3s',
    '  retries 3',
    '  option redispatch',
    '  default-server inter 3s fall 2 rise 2',
    'frontend plain',
    `  bind ${address}:80`,
    '  default_backend plain',
    'frontend tls',
    `  bind ${address}:443`,
    '  default_backend tls',
    'backend plain',
    '  option httpchk',
    `  http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host ${HOSTNAME}`,
    '  http-check expect status 200',
    ...servers(80, 'check'),
    'backend tls',
    '  option httpchk GET /healthz',
    '  http-check expect status 200',
    ...servers(443, `check port ${HEALTH_PORT}`),
    '',
  ].join('\n');
}

async function startHaproxy(folder: string, address: string, configuration: string): Promise<ChildProcess> {
  const file = path.join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration);
  const command = ['--pdeathsig', 'TERM', 'haproxy', '-db', '-f', file];
  const haproxy = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  haproxy.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  for (const end = Date.now() + 15_000; !(await listens(address)); await sleep(50)) {
    if (haproxy.exitCode !== null || Date.now() > end) throw new Error(`haproxy does not run: ${said}`);
  }
  return haproxy;
}

async function listens(address: string): Promise<boolean> {
  const socket = net.connect({ host: address, port: 443 });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
