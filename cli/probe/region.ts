import type { promises as dns } from 'node:dns';
import type { ResolvedCloud, ResolvedRegion } from '../../lib';
import { formatHost } from '../../lib/hostname';
import { type Finding, failed, findings, notChecked, ok, type Row, type Section } from '../report';
import { type App, isOf, milliseconds, proxied, round, targetText, webSocket } from './app';
import { type CertificateAdvice, certificateRows, type Thresholds, type Trust } from './certificate';
import { ask, handshake, NoAnswer, type Peer } from './connection';
import { resolveNames } from './dns';
import { hsts, http2Spoken, otherName, plainHealth, redirect, tlsVersions } from './front';
import { refusals } from './refusals';

export interface ProbeOptions extends Thresholds {
  readonly resolver: dns.Resolver;
  readonly trust: Trust;
  /** Timeout of each answer. */
  readonly timeoutMs: number;
  /** @default - no app is requested */
  readonly app?: App;
}

/** Everything about the UAP of a region: its names first, then each address, then the rest, side by side. */
export async function probeRegion(
  cloud: ResolvedCloud,
  region: ResolvedRegion,
  options: ProbeOptions,
): Promise<Section> {
  const { hostname } = region;
  const title = [region.region, hostname].filter(Boolean).join('  ');
  const help = advice(cloud, region);
  const names = await resolveNames(hostname, options.resolver, help.records);
  const dnsRow = { what: 'DNS', ...names.finding };
  const skipped = (why: string) => ({ what: 'everything else', ...notChecked(why) });
  if (names.addresses.length === 0) return { title, rows: [dnsRow, skipped('no address is known')] };
  const endpoints = await Promise.all(
    names.addresses.map((address) => probeEndpoint({ address, ...options }, region, options, help)),
  );
  const several = endpoints.length > 1;
  const endpointRows = endpoints.flatMap(({ rows, address }) =>
    rows.map((row) => (several ? { ...row, what: `${row.what} ${address}` } : row)),
  );
  const answering = endpoints.find(({ answers }) => answers);
  if (!answering) return { title, rows: [dnsRow, ...endpointRows, skipped('the UAP does not answer')] };
  const peer: Peer = { address: answering.address, timeoutMs: options.timeoutMs };
  const app = options.app && isOf(region, cloud.regions, options.app) ? options.app : undefined;
  const nothing = options.app
    ? `${targetText(options.app)} is in the ranges of another region`
    : 'give --target ADDRESS:PORT, an app on an instance';
  const [front, passed, refused] = await Promise.all([
    rowsOf([
      ['TLS versions', () => tlsVersions(peer, hostname)],
      ['HTTP/2', () => http2Spoken(peer, hostname)],
      ['redirect', () => redirect(peer, hostname, `uap-probe.${hostname}`)],
      ['health, plain', () => plainHealth(peer, hostname)],
      ['HSTS', () => hsts(peer, hostname)],
    ]),
    rowsOf([
      ['app', async () => (app ? proxied(peer, hostname, app) : notChecked(nothing))],
      ['WebSocket', async () => (app ? webSocket(peer, hostname, app) : notChecked(nothing))],
    ]),
    rowsOf([...refusals(peer, region), ['refuses other names', () => otherName(peer)]]),
  ]);
  const asked = passed[0]?.result === 'ok' ? app : undefined;
  const last = await rowsOf([['latency', () => latency(peer, hostname, names.ms, asked)]]);
  return { title, rows: [dnsRow, ...endpointRows, ...front, ...passed, ...refused, ...last] };
}

/** One address of the UAP: whether it answers, and with which certificate. */
async function probeEndpoint(peer: Peer, { hostname }: ResolvedRegion, options: ProbeOptions, help: Advice) {
  const { trust } = options;
  const { address } = peer;
  try {
    const [shaken, { status }] = await Promise.all([
      handshake(peer, hostname, { secureContext: trust.context }),
      ask(peer, hostname, { path: '/healthz' }),
    ]);
    const url = `https://${hostname}/healthz`;
    const health = status === 200 ? ok(`${url}: 200`) : failed(`${url}: ${status}, not 200`, help.boot);
    return {
      address,
      answers: true,
      rows: [{ what: 'health', ...health }, ...certificateRows(shaken, hostname, trust, options, help)],
    };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const noWay = address.includes(':') && /^E(NETUNREACH|HOSTUNREACH|ADDRNOTAVAIL)$/.test(error.code);
    const health = noWay ? notChecked(`${address}: this machine has no IPv6 route`) : failed(error.message, help.boot);
    return { address, answers: false, rows: [{ what: 'health', ...health }] };
  }
}

interface Advice extends CertificateAdvice {
  readonly records: string;
  readonly boot: string;
}

function advice({ name, namePrefix, acme }: ResolvedCloud, { hostname, recordTtl }: ResolvedRegion): Advice {
  const console = `openstack console log show ${namePrefix}-${hostname.replaceAll('.', '-')} | grep uap:`;
  const renewal = `run npx cdktf deploy ${name} to renew it; if the instance renews it, read its log: ${console}`;
  return {
    records: `run npx cdktf deploy ${name}; with manual DNS, create the records of its output manual_records; new records can take ${recordTtl} s to appear`,
    boot: `check that this machine may reach the UAP, and its log: ${console}; then run npx cdktf deploy ${name}`,
    renewal,
    // With renewalInfo, the acme provider fails on the CA's answer for an expired certificate.
    expired: acme?.renewalInfo
      ? `${renewal}; if the plan fails with "renewal_info_window_selected", taint acme_certificate first: docs/operations.md, "Credentials"`
      : renewal,
  };
}

type Check = readonly [what: string, run: () => Promise<Finding>];

async function rowsOf(checks: readonly Check[]): Promise<Row[]> {
  const rows = checks.map(async ([what, run]) => (await findings(run)).map((finding) => ({ what, ...finding })));
  return (await Promise.all(rows)).flat();
}

/** Times of single requests, measured without other requests. */
async function latency(peer: Peer, hostname: string, dnsMs: number, app: App | undefined): Promise<Finding> {
  const { times } = await ask(peer, hostname, { path: '/healthz' });
  const upstream = app && (await ask(peer, formatHost(app, hostname))).times.firstByte;
  const parts = [
    `DNS ${milliseconds(dnsMs)}`,
    `connect ${milliseconds(times.connect)}`,
    `TLS ${milliseconds(times.tls)}`,
  ];
  parts.push(`first byte of the UAP itself ${milliseconds(times.firstByte)}`);
  if (app && upstream !== undefined) parts.push(`of ${targetText(app)} ${milliseconds(upstream)}`);
  return ok(parts.join(', '), {
    dnsMs: round(dnsMs),
    connectMs: round(times.connect),
    tlsMs: round(times.tls),
    firstByteMs: round(times.firstByte),
    ...(upstream !== undefined && { upstreamFirstByteMs: round(upstream) }),
  });
}
