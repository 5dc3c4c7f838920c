import { run } from '../load/h2load';
import { cpuSeconds } from '../process';
import { appHost } from '../upstream';
import { CASES, caseName, interleave, type Scenario } from './scenario';

/** Peers whose transfers can differ: the cost of a log line or connection is negligible here. */
const MEASURED = new Set(['limit', 'ours', 'haproxy', 'caddy', 'plain']);

/** A large download and a large upload by one client. */
export const transfer: Scenario = {
  name: 'transfer',
  async run(bench, peers) {
    const size = bench.transferBytes;
    const jobs = CASES.filter((one) => caseName(one) !== 'h2-http').flatMap((one) =>
      (['download', 'upload'] as const).flatMap((way) =>
        peers
          .filter(({ name }) => MEASURED.has(name))
          .map((peer) => async (round: number) => {
            const { address, pid } = await bench.running(peer);
            const host = appHost(one.protocol);
            const from = cpuSeconds(pid);
            const what =
              way === 'download' ? ['-o', '/dev/null', `https://${host}/large`] : uploadOf(bench.upstream.large, host);
            const text = await run('curl', [
              ...['-sk', one.http === 'h1' ? '--http1.1' : '--http2', '--resolve', `${host}:443:${address}`],
              ...['-w', '\n%{http_code} %{size_download} %{time_total}', '--max-time', '60', ...what],
            ]);
            // The upstream's answer to an upload is the number of bytes that it read.
            const [numbers, body] = text.trim().split('\n').reverse();
            const [code, downloaded, seconds] = (numbers ?? '').split(' ').map(Number);
            const arrived = way === 'download' ? downloaded : Number(body);
            const wrong = code === 200 && arrived === size ? 0 : 1;
            const values = { bytes: size, seconds: seconds as number, cpuSeconds: cpuSeconds(pid) - from, wrong };
            bench.record({ scenario: 'transfer', case: `${caseName(one)}-${way}`, peer: peer.name, round, values });
          }),
      ),
    );
    await interleave(bench.rounds, jobs);
  },
};

function uploadOf(file: string, host: string): string[] {
  return ['-T', file, '-H', 'Expect:', `https://${host}/upload`];
}
