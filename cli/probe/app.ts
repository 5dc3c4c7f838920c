import { WebSocket } from 'ws';
import type { ResolvedRegion } from '../../lib';
import { formatHost, type Target } from '../../lib/hostname';
import { IpNetwork } from '../../lib/ip-network';
import { type Finding, failed, notChecked, ok } from '../report';
import { ask, bounded, type Peer } from './connection';
import { proxyStatus } from './proxy-status';
import { wasTried } from './refusals';

/** An app that is requested through the UAP. */
export interface App extends Target {
  /** Path of its WebSocket. @default - `/`, where a missing WebSocket is no failure */
  readonly webSocket?: string;
}

/** Whether a region's UAP is tested with the app: not if it is in the ranges of another region. */
export function isOf(region: Ranges, regions: readonly Ranges[], { address }: Target): boolean {
  const target = IpNetwork.parse(address);
  const holds = ({ upstreamRanges }: Ranges) => upstreamRanges.some((range) => range.contains(target));
  return holds(region) || !regions.some(holds);
}

type Ranges = Pick<ResolvedRegion, 'upstreamRanges'>;

export function targetText({ protocol, address, port }: Target): string {
  return `${protocol}://${address}:${port}`;
}

/** A proxied request: any answer of the app is ok. */
export async function proxied(peer: Peer, hostname: string, app: App): Promise<Finding> {
  const { status, headers } = await ask(peer, formatHost(app, hostname));
  const own = proxyStatus(headers, hostname);
  const seen = `${targetText(app)}: ${status}`;
  if (own && wasTried(own)) {
    const todo = "check that the app listens there, and that its instance's security group admits the UAP's address";
    return failed(`${seen}, the UAP can't reach it`, todo);
  }
  if (own) return failed(`${seen}, the UAP refuses it`, 'give a --target in upstreamRanges that is not denied');
  return ok(`${seen}, answered by the app`);
}

/** A WebSocket to the app: its handshake, then a ping, which every WebSocket server answers (RFC 6455). */
export async function webSocket(peer: Peer, hostname: string, app: App): Promise<Finding> {
  const path = app.webSocket ?? '/';
  const outcome = await bounded<number | string>(peer, (signal, resolve, reject) => {
    const socket = new WebSocket(`wss://${formatHost(app, hostname)}${path}`, {
      rejectUnauthorized: false,
      perMessageDeflate: false,
      // The address that DNS gave, or the one under test.
      lookup: (_name, { all }, done) => {
        const family = peer.address.includes(':') ? 6 : 4;
        if (all) (done as unknown as (e: null, list: object[]) => void)(null, [{ address: peer.address, family }]);
        else done(null, peer.address, family);
      },
    });
    let start = 0;
    signal.addEventListener('abort', () => socket.terminate());
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      resolve(`${response.statusCode}`);
      socket.terminate();
    });
    socket.on('open', () => {
      start = performance.now();
      socket.ping('uap-probe');
    });
    socket.on('pong', () => {
      resolve(performance.now() - start);
      socket.terminate();
    });
    socket.on('close', () => reject(new Error('the WebSocket was closed before a ping came back')));
  });
  const at = `${targetText(app)}${path}`;
  if (typeof outcome === 'number') {
    return ok(`${at}: a ping comes back after ${milliseconds(outcome)}`, { pingMs: round(outcome) });
  }
  if (app.webSocket === undefined) {
    return notChecked(`${at} is not a WebSocket (${outcome}): give its path with --websocket PATH`);
  }
  return failed(`${at} answers the WebSocket's handshake with ${outcome}, not with 101`);
}

export function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

export function milliseconds(ms: number): string {
  return `${round(ms)} ms`;
}
