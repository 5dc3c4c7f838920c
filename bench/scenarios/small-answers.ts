import { h2load, milliseconds } from '../load/h2load';
import { appHost } from '../upstream';
import { CASES, caseName, interleave, manyRounds, type Scenario, steady } from './scenario';

/** As many small answers as possible, over kept connections. */
export const smallAnswers: Scenario = {
  name: 'small-answers',
  async run(bench, peers) {
    const jobs = CASES.flatMap((one) =>
      peers.map((peer) => async (round: number) => {
        const running = await bench.running(peer);
        const values = await steady(bench, running, (seconds) =>
          h2load({
            http: one.http,
            address: running.address,
            url: `https://${appHost(one.protocol)}/small`,
            ...(one.http === 'h1' ? { clients: 32 } : { clients: 8, streams: 8 }),
            args: ['-D', milliseconds(seconds)],
          }),
        );
        bench.record({ scenario: 'small-answers', case: caseName(one), peer: peer.name, round, values });
      }),
    );
    // New processes in each round, because the memory layout of a process affects its cache misses.
    await interleave(manyRounds(bench), jobs, async () => {
      for (const peer of peers) await bench.stopped(peer);
    });
  },
};
