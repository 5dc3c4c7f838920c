import { setTimeout as sleep } from 'node:timers/promises';
import { BAD_PORTS } from '../../lib/nginx/bad-ports';
import { connectTls } from './support/client';
import { type Ground, randomName, seeded } from './support/fuzz';
import { Judge, type Rules, type Verdict } from './support/judge';
import { pipeline } from './support/pipeline';
import { describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { startUpstream, type Upstream } from './support/upstream';

const NAMES = 100_000;
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32));
const PORTS = { http: 8080, https: 8443 };

/** What must be in the answer beside its status. */
const STATUS = { proxied: 0, range: 403, denied: 403, port: 403, malformed: 404, own: 404, other: 421, bad: 400 };
const WORDS = {
  range: 'is not served here; this proxy serves',
  denied: 'is excluded here',
  port: 'is not served here; use another port',
  malformed: 'Not the name of an app',
  own: 'Nothing here',
  other: '',
  bad: '',
};

describeUap(`host names on the wire, seed ${SEED}`, (variant) => {
  let uap: Uap;
  let rules: Rules;
  let ground: Ground;
  const apps: Upstream[] = [];

  beforeAll(async () => {
    uap = await startUap(variant, (network) => {
      // The upper half of the subnet has addresses that never answer; a name for one of them would take seconds.
      const upper = `${network.networkAddress.replace(/\d+$/, (last) => String(Number(last) + 8))}/29`;
      const ports = { allowed: [{ from: 1, to: 60999 }], denied: [...BAD_PORTS, { from: 7000, to: 7010 }] };
      rules = { hostname: HOSTNAME, ranges: [network.cidr, '224.0.0.0/4'], denied: [upper, network.uap], ports };
      const around = Array.from({ length: 20 }, (_, i) =>
        network.networkAddress.replace(/\d+$/, (last) => String((Number(last) + 254 + i) % 256)),
      );
      ground = {
        hostname: HOSTNAME,
        addresses: [...around, '127.0.0.1', '169.254.169.254', '224.0.0.1', '0.0.0.0', '255.255.255.255'],
        ports: [PORTS.http, PORTS.http, PORTS.https, 22, 25, 6999, 7000, 7010, 7011, 60999, 61000, 65535],
      };
      return { upstreamRanges: rules.ranges, deniedAddresses: [upper], ports };
    });
    for (const address of uap.network.instances.slice(0, 6)) {
      for (const protocol of ['http', 'https'] as const) {
        const tell = `${protocol}://${address}:${PORTS[protocol]}`;
        const app = await startUpstream(protocol, address, (_, response) => void response.end(tell), {
          port: PORTS[protocol],
        });
        apps.push(app);
      }
    }
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), ...apps.map((app) => app.stop())]);
  });

  test(`${NAMES} names are answered as an independent parser expects, and lead nowhere else`, async () => {
    console.info(`${variant}: seed of the host names: ${SEED} (FUZZ_SEED=${SEED} repeats them)`);
    const random = seeded(SEED);
    const judge = new Judge(rules);
    const names: { name: string; verdict: Verdict }[] = [];
    while (names.length < NAMES) {
      // Characters become bytes: of UTF-8 or, where they fit, of Latin-1. A line break would end the header.
      const text = randomName(random, ground);
      const name = Buffer.from(text, random.int(2) === 0 ? 'utf8' : 'latin1').toString('latin1');
      if (/[\r\n]/.test(name) || name.length > 4000) continue;
      const verdict = judge.header(name);
      // Each name that Nginx itself refuses costs a connection, so there are fewer of them.
      if (verdict.answer !== 'bad' || random.int(8) === 0) names.push({ name, verdict });
    }
    const answers = await pipeline(
      () => connectTls(uap, HOSTNAME),
      names.map(({ name }, i) => `GET /${i} HTTP/1.1\r\nHost: ${name}\r\n\r\n`),
    );
    await sleep(1500);
    const upstreams = new Map(uap.accessLog().map((line) => [line.path, line.upstream]));
    const seen: Record<string, number> = {};
    names.forEach(({ name, verdict }, i) => {
      const { status, body } = answers[i] as { status: number; body: string };
      const got = `${outcome(verdict, status, body)}, tried ${upstreams.get(`/${i}`) || 'nothing'}`;
      const wanted = `${verdict.answer}, tried ${verdict.answer === 'proxied' ? at(verdict) : 'nothing'}`;
      if (got !== wanted) {
        throw new Error(`seed ${SEED}: Host ${JSON.stringify(name)} wants ${wanted}; got ${got}: ${status} ${body}`);
      }
      seen[`${verdict.answer} ${status}`] = (seen[`${verdict.answer} ${status}`] ?? 0) + 1;
    });
    const enough = ['proxied 200', 'proxied 502', 'range 403', 'denied 403', 'port 403', 'malformed 404', 'other 421'];
    for (const each of enough) expect([each, seen[each]]).toEqual([each, expect.any(Number)]);
    expect(upstreams.size).toBe(NAMES);
    expect(uap.errorLog()).not.toMatch(/\[(alert|emerg|crit)\](?!.*setrlimit)/);
  }, 120_000);
});

/** The verdict, if the answer is what it asks for. */
function outcome(verdict: Verdict, status: number, body: string): string {
  if (verdict.answer === 'proxied') {
    const listening = verdict.port === PORTS[verdict.protocol];
    const good = listening ? status === 200 && body === `${verdict.protocol}://${at(verdict)}` : status === 502;
    return good ? 'proxied' : `an answer that is not the app's`;
  }
  if (status !== STATUS[verdict.answer]) return 'another status';
  return body.includes(WORDS[verdict.answer]) ? verdict.answer : 'another reason';
}

function at({ address, port }: { address: string; port: number }): string {
  return `${address}:${port}`;
}
