import { parseHost } from '../../lib/hostname';
import { renderNginx } from '../../lib/nginx';
import { ALL_PORTS, BAD_PORTS } from '../../lib/nginx/bad-ports';
import { evaluator } from './support/evaluate';
import { type Ground, randomName, seeded } from './support/fuzz';
import { Judge, scan } from './support/judge';
import type { Network } from './support/network';
import { model } from './support/uap';

const NAMES = 1_000_000;
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32));
/** With a k, which two characters have as their lower case. */
const HOSTNAME = 'uap.kiwi.cloud.org';

const RULES = {
  hostname: HOSTNAME,
  ranges: ['198.51.100.0/24', '203.0.113.64/27', '203.0.113.7/32', '192.0.2.4/30', '192.0.2.10/31', '100.64.0.0/10']
    .concat(['0.0.0.0/5', '126.0.0.0/7', '169.254.0.0/16', '216.0.0.0/5', '224.0.0.0/3'])
    .concat(Array.from({ length: 5000 }, (_, i) => `11.${i >> 8}.${i & 255}.${(i * 16) & 255}/28`)),
  denied: ['198.51.100.77', '198.51.100.128/26', '203.0.113.70', '11.3.0.0/17'],
  ports: {
    allowed: [...ALL_PORTS.map(({ from }) => ({ from, to: 60999 }))],
    denied: [...BAD_PORTS, { from: 7000, to: 7010 }],
  },
};

const GROUND: Ground = {
  hostname: HOSTNAME,
  addresses: ['198.51.100.0', '198.51.100.1', '198.51.100.77', '198.51.100.127', '198.51.100.128', '198.51.100.191']
    .concat(['198.51.100.192', '198.51.100.255', '198.51.101.0', '198.51.99.255', '203.0.113.7', '203.0.113.6'])
    .concat(['203.0.113.63', '203.0.113.64', '203.0.113.65', '203.0.113.94', '203.0.113.95', '203.0.113.96'])
    .concat(['192.0.2.4', '192.0.2.5', '192.0.2.7', '192.0.2.10', '192.0.2.11', '100.64.0.0', '100.127.255.254'])
    .concat(['0.0.0.0', '0.255.255.255', '1.0.0.1', '7.255.255.255', '127.0.0.1', '127.255.255.255', '126.0.0.1'])
    .concat(['169.254.169.254', '169.254.0.1', '223.255.255.254', '224.0.0.1', '239.1.1.1', '255.255.255.255'])
    .concat(['11.0.0.1', '11.0.1.17', '11.0.1.16', '11.3.1.17', '11.3.200.129', '11.19.135.113', '11.19.136.129']),
  ports: [1, 6, 7, 22, 80, 443, 6999, 7000, 7005, 7010, 7011, 8080, 8888, 10080, 49151, 60999, 61000, 65535],
};

test(`${NAMES} host names mean the same to an independent parser, seed ${SEED}`, () => {
  console.info(`seed of the host names: ${SEED} (FUZZ_SEED=${SEED} repeats them)`);
  const random = seeded(SEED);
  const judge = new Judge(RULES);
  const { ranges: upstreamRanges, denied: deniedAddresses, ports } = RULES;
  const files = renderNginx(
    model({ cidr: '' } as Network, { hostname: HOSTNAME, upstreamRanges, deniedAddresses, ports }),
  );
  const configured = evaluator(files);
  const counts: Record<string, number> = {};
  for (let i = 0; i < NAMES; i++) {
    const name = randomName(random, GROUND);
    const lower = asciiLower(name);

    const parsed = parseHost(name, HOSTNAME);
    const scanned = scan(lower.endsWith('.') ? lower.slice(0, -1) : lower, HOSTNAME);
    if (text(parsed) !== text(scanned)) differ(name, text(scanned), text(parsed));

    // Before a map sees the name, Nginx lower-cases it, removes the dot, and refuses line breaks.
    const host = lower.replaceAll('\n', '');
    const verdict = judge.app(host);
    const value = configured({ $host: host });
    const refusal = value('$uap_refusal');
    const target =
      refusal === 'malformed'
        ? undefined
        : {
            protocol: value('$uap_protocol'),
            address: value('$uap_address'),
            port: value('$uap_port'),
          };
    const wanted = `${verdict.answer} ${text('address' in verdict ? verdict : undefined)}`;
    const got = `${refusal || 'proxied'} ${text(target)}`;
    if (got !== wanted) differ(host, wanted, got);
    counts[verdict.answer] = (counts[verdict.answer] ?? 0) + 1;
  }
  // Every kind of answer must occur, or the generator proves nothing.
  for (const answer of ['proxied', 'range', 'denied', 'port', 'malformed']) {
    expect(counts[answer]).toBeGreaterThan(NAMES / 100);
  }
}, 120_000);

function differ(name: string, wanted: string, got: string): never {
  throw new Error(`seed ${SEED}: ${JSON.stringify(name)} is ${got}, the independent reader says ${wanted}`);
}

function text(app: { protocol: string; address: string; port: number | string } | undefined): string {
  return app ? `${app.protocol}://${app.address}:${app.port}` : 'none';
}

function asciiLower(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
