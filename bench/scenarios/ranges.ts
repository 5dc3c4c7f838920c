import { h2load, milliseconds } from '../load/h2load';
import { wrk } from '../load/wrk';
import { startOurs } from '../peers/ours';
import { APPS, appHost } from '../upstream';
import { type Bench, interleave, type Scenario, steady } from './scenario';

const ONE_HOST = appHost('http');
/** All apps: each is looked up once, then cached by the worker. */
const ALL_HOSTS = Array.from({ length: APPS }, (_, i) => appHost('http', i));

/** Seconds of warm-up with a request for each app, so that no first lookup is measured. */
const WARM_UP = 5;

/** One range compared to thousands; only ours, because no other peer has ranges. */
export const ranges: Scenario = {
  name: 'ranges',
  async run(bench, peers) {
    if (!peers.some(({ name }) => name === 'ours')) return;
    // New processes in each round, as for small answers.
    for (let round = 1; round <= bench.rounds; round++) await oneRound(bench, round);
  },
};

async function oneRound(bench: Bench, round: number): Promise<void> {
  const forms = await Promise.all(
    [
      { name: 'ours-1-range', address: '192.0.2.11', ranges: 1 },
      { name: 'ours-5000-ranges', address: '192.0.2.12', ranges: 5000 },
    ].map(async (form) => ({ ...form, running: await startOurs(bench.lab, { ...form, variant: 'upstream-lua' }) })),
  );
  for (const { address } of forms) await wrk(bench.lab, address, ALL_HOSTS, WARM_UP);
  const jobs = forms.flatMap(({ name, address, running }) => {
    const url = `https://${ONE_HOST}/small`;
    const oneHost = (seconds: number) =>
      h2load({ http: 'h1', address, url, clients: 32, args: ['-D', milliseconds(seconds)] });
    const allHosts = (seconds: number) => wrk(bench.lab, address, ALL_HOSTS, seconds);
    return Object.entries({ 'one-host': oneHost, 'all-hosts': allHosts }).map(([each, load]) => async () => {
      const values = await steady(bench, running, load);
      bench.record({ scenario: 'ranges', case: each, peer: name, round, values });
    });
  });
  await interleave(1, jobs);
  for (const { running } of forms) await running.stop();
}
