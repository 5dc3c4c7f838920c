import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { h2load, milliseconds } from '../load/h2load';
import { percentile } from '../results';
import { appHost } from '../upstream';
import { CASES, caseName, fewRounds, interleave, type Scenario } from './scenario';

const CLIENTS = 20;
/** Requests a second of all clients together, less than the slowest peer can serve. */
const RATE = 800;

/** Seconds of warm-up that are not counted: simultaneous handshakes would be the slowest hundredth. */
const WARM_UP = 1;

/** Latency of answers below the peer's capacity. */
export const latency: Scenario = {
  name: 'latency',
  async run(bench, peers) {
    const jobs = CASES.filter(({ protocol }) => protocol === 'https').flatMap((one) =>
      peers.map((peer) => async (round: number) => {
        const { address } = await bench.running(peer);
        const log = path.join(bench.lab.root, 'latency.log');
        rmSync(log, { force: true });
        const loaded = await h2load({
          http: one.http,
          address,
          url: `https://${appHost(one.protocol)}/small`,
          clients: CLIENTS,
          args: [
            '-D',
            milliseconds(bench.duration * 2),
            `--warm-up-time=${milliseconds(WARM_UP)}`,
            `--rps=${RATE / CLIENTS}`,
            `--log-file=${log}`,
          ],
        });
        const lines = readFileSync(log, 'utf8').trim().split('\n');
        const times = lines.map((line) => Number(line.split('\t')[2])).filter((time) => time >= 0);
        // Without an answer in time there are no percentiles; the table shows blanks.
        const percentiles = times.length > 0 && {
          p50: percentile(times, 0.5),
          p90: percentile(times, 0.9),
          p99: percentile(times, 0.99),
          p999: percentile(times, 0.999),
        };
        const values = { requests: loaded.done, wrong: loaded.failed, ...percentiles };
        bench.record({ scenario: 'latency', case: caseName(one), peer: peer.name, round, values });
      }),
    );
    await interleave(fewRounds(bench), jobs);
  },
};
