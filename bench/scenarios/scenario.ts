import { setTimeout as sleep } from 'node:timers/promises';
import type { Protocol } from '../../lib/hostname';
import type { Lab } from '../lab';
import type { Http, Loaded } from '../load/h2load';
import type { Peer, RunningPeer } from '../peers/peer';
import { cpuSeconds } from '../process';
import type { Sample } from '../results';
import { BODY, type Upstream } from '../upstream';

/** Parameters and helpers of a scenario. */
export interface Bench {
  readonly lab: Lab;
  readonly upstream: Upstream;
  readonly rounds: number;
  /** Seconds that one measurement of requests takes. */
  readonly duration: number;
  /** Size of a download or upload. */
  readonly transferBytes: number;
  /** How many WebSockets are opened. */
  readonly webSockets: number;
  /** The peer, started at the first call. */
  running(peer: Peer): Promise<RunningPeer>;
  /** Stops the peer, if it runs. */
  stopped(peer: Peer): Promise<void>;
  record(sample: Sample): void;
}

export interface Scenario {
  readonly name: string;
  /** @param peers those to measure; a scenario may skip some */
  run(bench: Bench, peers: readonly Peer[]): Promise<void>;
}

/** Rounds of a scenario whose figures are no goals. */
export const fewRounds = ({ rounds }: Bench): number => Math.ceil(rounds * 0.4);

/** Rounds of a scenario whose figures are ratios near 1: an unlucky memory layout makes a process a tenth slower. */
export const manyRounds = ({ rounds }: Bench): number => rounds * 3;

/** The client's HTTP version, and the upstream's protocol. */
export interface Case {
  readonly http: Http;
  readonly protocol: Protocol;
}

export const CASES: readonly Case[] = [
  { http: 'h1', protocol: 'http' },
  { http: 'h1', protocol: 'https' },
  { http: 'h2', protocol: 'http' },
  { http: 'h2', protocol: 'https' },
];

export const caseName = ({ http, protocol }: Case): string => `${http}-${protocol}`;

/**
 * Runs each job once a round, in a random order, so that other load of the machine affects all alike.
 * @param between runs after each round
 */
export async function interleave(
  rounds: number,
  jobs: readonly ((round: number) => Promise<void>)[],
  between = async (): Promise<void> => undefined,
): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const job of shuffled(jobs)) await job(round);
    await between();
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const order = items.map((item) => ({ item, key: Math.random() }));
  return order.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

/** Seconds of load before and after the measurement, in which connections are opened and closed. */
const AROUND = 0.3;

/**
 * Measures a peer under load while nothing is opened or closed: requests are those that the upstream answered.
 * @param load applies the load for that many seconds
 */
export async function steady(
  { upstream, duration }: Bench,
  { pid }: RunningPeer,
  load: (seconds: number) => Promise<Loaded>,
): Promise<Record<string, number>> {
  const point = async () => {
    const counters = await upstream.counters();
    return { ...counters, cpu: cpuSeconds(pid), time: performance.now() / 1000 };
  };
  const loading = load(duration + 2 * AROUND);
  loading.catch(() => undefined);
  await sleep(AROUND * 1000);
  const from = await point();
  await sleep(duration * 1000);
  const to = await point();
  return {
    requests: to.requests - from.requests,
    seconds: to.time - from.time,
    cpuSeconds: to.cpu - from.cpu,
    upstreamConnections: to.connections - from.connections,
    wrong: wrongAnswers(await loading),
  };
}

/** Answers that weren't 2xx with the upstream's body; 1 if only the sum of their bytes is wrong. */
function wrongAnswers({ done, ok, failed, bytes }: Loaded): number {
  // For answers in flight at the end, the tool counts the bytes but not the answers.
  const bodiesFit = bytes === undefined || (bytes >= done * BODY.length && bytes < ok * BODY.length + 64 * BODY.length);
  return Math.max(failed, done - ok, bodiesFit ? 0 : 1);
}
