import { h2load } from '../load/h2load';
import { appHost } from '../upstream';
import { CASES, caseName, fewRounds, interleave, type Scenario, steady } from './scenario';

/** Connections a second, a few less than the slowest peer can serve: each needs a full TLS handshake. */
const RATE = 400;

/** A new client connection for each request. */
export const newConnections: Scenario = {
  name: 'new-connections',
  async run(bench, peers) {
    const jobs = CASES.flatMap((one) =>
      peers.map((peer) => async (round: number) => {
        const running = await bench.running(peer);
        const values = await steady(bench, running, (seconds) => {
          const connections = Math.ceil(RATE * seconds);
          return h2load({
            http: one.http,
            address: running.address,
            url: `https://${appHost(one.protocol)}/small`,
            clients: connections,
            args: ['-n', String(connections), '-r', String(RATE / 10), '--rate-period', '100ms'],
          });
        });
        bench.record({ scenario: 'new-connections', case: caseName(one), peer: peer.name, round, values });
      }),
    );
    await interleave(fewRounds(bench), jobs);
  },
};
