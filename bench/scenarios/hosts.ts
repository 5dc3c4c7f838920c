import { wrk } from '../load/wrk';
import { appHost } from '../upstream';
import { fewRounds, interleave, type Scenario, steady } from './scenario';

/** Fewer than the idle connections that a peer keeps, so that all can be reused. */
const HOSTS = Array.from({ length: 300 }, (_, i) => appHost('http', i));

/** Small answers of many apps in turn. */
export const hosts: Scenario = {
  name: 'hosts',
  async run(bench, peers) {
    const jobs = peers.map((peer) => async (round: number) => {
      const running = await bench.running(peer);
      const values = await steady(bench, running, (seconds) => wrk(bench.lab, running.address, HOSTS, seconds));
      bench.record({ scenario: 'hosts', case: 'h1-http', peer: peer.name, round, values });
    });
    await interleave(fewRounds(bench), jobs);
  },
};
