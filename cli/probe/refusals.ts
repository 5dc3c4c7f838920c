import { isIPv4 } from 'node:net';
import type { ResolvedRegion } from '../../lib';
import { IpNetwork } from '../../lib/ip-network';
import { type Finding, failed, notChecked, ok } from '../report';
import { ask, type Peer } from './connection';

/** What a UAP says in its own answers (lib/nginx/assets/pages); an app could answer with the same status. */
const says = {
  range: /^The address \S+ is not served here/,
  denied: /^The address \S+ is excluded here/,
  port: /^The port \d+ is not served here/,
  malformed: /^Not the name of an app/,
  blocked: /^Blocked by the operator/,
  tried: /^(Nothing usable answers at|No answer in time from|Nothing that could be verified answers)/,
};

/** Whether an answer is the UAP's own word that it tried to reach the app. */
export function wasTried(body: string): boolean {
  return says.tried.test(body);
}

/** Whether an answer is the UAP's own refusal. */
export function wasRefused(body: string): boolean {
  return Object.values(says).some((pattern) => pattern !== says.tried && pattern.test(body));
}

interface Case {
  /** What is refused. */
  readonly name: string;
  /** The label to ask for; undefined with the reason why there is none. */
  readonly label: string | { readonly none: string };
  readonly status: number;
  readonly says: readonly RegExp[];
}

const address = [says.range, says.denied];
/** Addresses for documentation (RFC 5737) and benchmarks (RFC 2544): nobody is there, whatever is tried. */
const nobodys = ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1'];

/** A request each for what must be refused. */
export function refusals(peer: Peer, region: ResolvedRegion): [what: string, run: () => Promise<Finding>][] {
  return cases(peer, region).map((one) => [`refuses ${one.name}`, () => refusal(peer, region.hostname, one)]);
}

function cases(peer: Peer, region: ResolvedRegion): Case[] {
  const isServed = (one: string) => region.upstreamRanges.some((range) => range.contains(IpNetwork.parse(one)));
  const outside = nobodys.find((one) => !isServed(one));
  const [denied] = region.deniedAddresses;
  const [blocked] = region.blocked;
  const port = region.ports.denied.some(({ from, to }) => from <= 22 && 22 <= to) ? 22 : region.ports.denied[0]?.from;
  return [
    { name: 'metadata service', label: label('169.254.169.254', 80), status: 403, says: address },
    { name: 'loopback', label: label('127.0.0.1', 80), status: 403, says: address },
    {
      name: 'own address',
      label: isIPv4(peer.address) ? label(peer.address, 443) : { none: 'it has no IPv4 address' },
      status: 403,
      says: address,
    },
    {
      name: 'other ranges',
      label: outside ? label(outside, 80) : { none: 'upstreamRanges hold every address that could be asked for' },
      status: 403,
      says: [says.range],
    },
    ...(denied ? [{ name: 'denied address', label: label(denied.address(), 80), status: 403, says: address }] : []),
    {
      name: 'denied port',
      label: label(someone(region, peer.address), port ?? 1),
      status: 403,
      says: [says.port],
    },
    {
      name: 'malformed name',
      label: '256-0-0-1-80',
      status: 404,
      says: [says.malformed],
    },
    ...(blocked
      ? [
          {
            name: 'blocked app',
            label: isIPv4(blocked) ? label(blocked, 8888) : blocked,
            status: 451,
            says: [says.blocked],
          },
        ]
      : []),
  ];
}

async function refusal(peer: Peer, hostname: string, { label: asked, status, says: words }: Case): Promise<Finding> {
  if (typeof asked !== 'string') return notChecked(asked.none);
  const host = `${asked}.${hostname}`;
  const answer = await ask(peer, host);
  if (answer.status === status && words.some((pattern) => pattern.test(answer.body))) {
    return ok(`https://${host}/: ${status}`);
  }
  const seen = wasTried(answer.body)
    ? 'was tried'
    : wasRefused(answer.body)
      ? 'was refused otherwise'
      : 'was passed on';
  return failed(
    `https://${host}/ ${seen} (${answer.status}), not answered with ${status} by the UAP`,
    'the instance has other settings than these: npx cdktf diff tells, deploy again',
  );
}

/** An address in the ranges that is neither denied nor blocked: the first one, if it can be. */
function someone({ upstreamRanges, deniedAddresses, blocked }: ResolvedRegion, own: string): string {
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
