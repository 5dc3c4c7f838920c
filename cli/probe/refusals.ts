import { isIPv4 } from 'node:net';
import type { ResolvedRegion } from '../../lib';
import { IpNetwork } from '../../lib/ip-network';
import { type Finding, failed, notChecked, ok } from '../report';
import { ask, type Peer } from './connection';
import { outdated } from './front';
import { type ProxyStatus, proxyStatus } from './proxy-status';

/** Pages of a UAP that tried to reach the app; with every other one it refused to. */
const TRIED = ['unreachable', 'unverified', 'timeout'];

/** Whether an answer of the UAP's own says that it tried to reach the app. */
export function wasTried({ page }: ProxyStatus): boolean {
  return TRIED.includes(page);
}

interface Case {
  /** What is refused. */
  readonly name: string;
  /** The label to ask for; undefined with the reason why there is none. */
  readonly label: string | { readonly none: string };
  readonly status: number;
  /** Pages of the UAP that are right, by their names: an app could answer with the same status. */
  readonly pages: readonly string[];
}

const address = ['range', 'denied'];
/** Addresses for documentation (RFC 5737) and benchmarks (RFC 2544): no host has them. */
const unassigned = ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1'];

/** A request each for what must be refused. */
export function refusals(peer: Peer, region: ResolvedRegion): [what: string, run: () => Promise<Finding>][] {
  return cases(peer, region).map((one) => [`refuses ${one.name}`, () => refusal(peer, region.hostname, one)]);
}

function cases(peer: Peer, region: ResolvedRegion): Case[] {
  const isServed = (one: string) => region.upstreamRanges.some((range) => range.contains(IpNetwork.parse(one)));
  const outside = unassigned.find((one) => !isServed(one));
  const [denied] = region.deniedAddresses;
  const [blocked] = region.blocked;
  const port = region.ports.denied.some(({ from, to }) => from <= 22 && 22 <= to) ? 22 : region.ports.denied[0]?.from;
  return [
    { name: 'metadata service', label: label('169.254.169.254', 80), status: 403, pages: address },
    { name: 'loopback', label: label('127.0.0.1', 80), status: 403, pages: address },
    {
      name: 'own address',
      label: isIPv4(peer.address) ? label(peer.address, 443) : { none: 'it has no IPv4 address' },
      status: 403,
      pages: address,
    },
    {
      name: 'other ranges',
      label: outside ? label(outside, 80) : { none: 'upstreamRanges contains every test address' },
      status: 403,
      pages: ['range'],
    },
    ...(denied ? [{ name: 'denied address', label: label(denied.address(), 80), status: 403, pages: address }] : []),
    {
      name: 'denied port',
      label: label(allowedAddress(region, peer.address), port ?? 1),
      status: 403,
      pages: ['port'],
    },
    {
      name: 'malformed name',
      label: '256-0-0-1-80',
      status: 404,
      pages: ['malformed'],
    },
    ...(blocked
      ? [
          {
            name: 'blocked app',
            label: isIPv4(blocked) ? label(blocked, 8888) : blocked,
            status: 451,
            pages: ['blocked'],
          },
        ]
      : []),
  ];
}

async function refusal(peer: Peer, hostname: string, { label: asked, status, pages }: Case): Promise<Finding> {
  if (typeof asked !== 'string') return notChecked(asked.none);
  const host = `${asked}.${hostname}`;
  const answer = await ask(peer, host);
  const own = proxyStatus(answer.headers, hostname);
  if (own && answer.status === status && pages.includes(own.page)) return ok(`https://${host}/: ${status}`);
  // A loop: the UAP passed the request on to itself.
  const seen =
    !own || own.page === 'loop' ? 'was passed on' : wasTried(own) ? 'was tried' : 'was refused for another reason';
  return failed(`https://${host}/ ${seen} (${answer.status}), not refused with ${status} by the UAP`, outdated);
}

/** An address in the ranges that is neither denied nor blocked: the first one, if it can be. */
function allowedAddress({ upstreamRanges, deniedAddresses, blocked }: ResolvedRegion, own: string): string {
  const refused = [...deniedAddresses, ...[...blocked, own].flatMap((one) => IpNetwork.tryParse(one) ?? [])];
  for (const range of upstreamRanges) {
    const size = Number(range.last - range.first) + 1;
    // The network's own address is always refused.
    for (let index = size > 1 ? 1 : 0; index < Math.min(size, 1000); index++) {
      const address = range.address(index);
      if (!refused.some((network) => network.contains(IpNetwork.parse(address)))) return address;
    }
  }
  return upstreamRanges[0]?.address() ?? '';
}

function label(one: string, port: number): string {
  return `${one.replaceAll('.', '-')}-${port}`;
}
