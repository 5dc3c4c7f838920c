import type http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, ask2 } from './support/client';
import { describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { startUpstream, type Upstream } from './support/upstream';
import { serious } from './support/workers';

const OTHER_HOSTNAME = 'proxy-two.cloud.org';
const RANGES = 5_000;

/** The first address of each of many networks, none of which exists here; every second one is a single address. */
const many = Array.from({ length: RANGES }, (_, i) => {
  const network = `11.${i >> 6}.${(i & 63) * 4}.0`;
  return i % 2 === 0 ? `${network}/24` : network.replace(/0$/, '9/32');
});

describeUap('what is always denied', (variant) => {
  let uap: Uap;

  beforeAll(async () => {
    // The ranges include all addresses, so that only the denials refuse requests.
    uap = await startUap(variant, ({ instances }) => ({
      upstreamRanges: ['0.0.0.0/0', ...many],
      deniedAddresses: [instances[5] as string, '172.16.0.0/12'],
    }));
  });

  afterAll(() => uap?.stop());

  test.each([
    ['this network', ['0.0.0.0', '0.0.0.1', '0.255.255.255']],
    ['loopback', ['127.0.0.0', '127.0.0.1', '127.0.0.53', '127.255.255.255']],
    ['link-local', ['169.254.0.0', '169.254.1.1', '169.254.255.255']],
    ['the metadata service', ['169.254.169.254']],
    ['multicast', ['224.0.0.0', '224.0.0.1', '239.255.255.255']],
    ['reserved addresses', ['240.0.0.0', '255.255.255.254', '255.255.255.255']],
    ["the operator's list", ['172.16.0.1', '172.31.255.255']],
    ['network and broadcast addresses', ['11.0.0.0', '11.0.0.255', '11.78.24.0', '11.78.24.255']],
  ])('%s', async (_, addresses) => {
    for (const address of addresses) {
      for (const protocol of ['http', 'https'] as const) {
        const answer = await ask(uap, uap.host({ address, port: 8080, protocol }));
        expect([answer.status, answer.body]).toEqual([
          403,
          expect.stringMatching(
            `^The address ${address} is excluded here; this proxy serves 0\\.0\\.0\\.0/0, .*and 4981 more\n$`,
          ),
        ]);
      }
    }
  });

  test("the proxy's own addresses, found at boot, and an instance that the operator lists", async () => {
    for (const address of [uap.network.uap, uap.network.instances[5] as string]) {
      for (const port of [80, 443, 8080]) {
        const answer = await ask(uap, uap.host({ address, port }));
        expect([answer.status, answer.body]).toEqual([403, expect.stringContaining(`${address} is excluded`)]);
      }
    }
  });

  test('a request with a body, too, whether its client waits for "100 Continue" or not', async () => {
    const host = uap.host({ address: '127.0.0.1', port: 8080, protocol: 'http' });
    const body = Buffer.alloc(4 << 20);
    for (const headers of [{}, { Expect: '100-continue' }]) {
      for (const answer of [
        await ask(uap, host, { method: 'POST', body, headers }),
        await ask2(uap, host, { method: 'POST', body, headers }),
      ]) {
        expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('127.0.0.1 is excluded')]);
      }
    }
  });

  test('no refused request was tried, and a served one was', async () => {
    const address = uap.network.instances[0] as string;
    expect((await ask(uap, uap.host({ address, port: 9099 }))).status).toBe(502);
    await sleep(1500);
    const tried = uap.accessLog().flatMap(({ upstream }) => upstream || []);
    expect(tried).toEqual([`${address}:9099`]);
    expect(serious(uap)).toEqual([]);
  });
});

describeUap(`${RANGES} ranges`, (variant) => {
  let uap: Uap;

  beforeAll(async () => {
    uap = await startUap(variant, { upstreamRanges: many });
  });

  afterAll(() => uap?.stop());

  test('each address is served or refused as they define', async () => {
    const status = async (address: string) => (await ask(uap, uap.host({ address, port: 22 }))).body;
    // A denied port shows that the address itself is served, without any connection.
    for (const address of ['11.0.0.1', '11.0.0.254', '11.0.4.9', '11.78.24.77', '11.78.28.9']) {
      expect(await status(address)).toMatch(/^Port 22 is not served here/);
    }
    for (const address of ['11.0.4.8', '11.0.4.10', '11.0.1.1', '11.78.28.8', '11.78.32.9', '10.255.255.255']) {
      expect(await status(address)).toMatch(`The address ${address} is not served here`);
    }
  });
});

describeUap('two UAPs', (variant) => {
  let one: Uap;
  let two: Uap;
  const apps: Upstream[] = [];
  let hops: string[] = [];

  beforeAll(async () => {
    two = await startUap(variant, { hostname: OTHER_HOSTNAME });
    one = await startUap(variant, ({ cidr }) => ({
      upstreamRanges: [cidr, two.network.cidr],
      deniedAddresses: [two.network.uap],
    }));
  });

  afterAll(async () => {
    await Promise.all([one?.stop(), two?.stop(), ...apps.map((app) => app.stop())]);
  });

  beforeEach(() => {
    hops = [];
  });

  const nameAt = (uap: Uap, app: Upstream) => uap.host(app).replace(HOSTNAME, uap === two ? OTHER_HOSTNAME : HOSTNAME);

  /** An app that forwards every request, with its headers, to another app through a UAP. */
  const startForwarder = async (address: string, name: string, next: () => [uap: Uap, host: string]) => {
    const app = await startUpstream('http', address, (request, response) => {
      hops.push(name);
      if (hops.length > 20) return void response.writeHead(500).end('endless');
      const [uap, host] = next();
      const forwarded = https.request(
        {
          host: uap.network.uap,
          servername: host,
          rejectUnauthorized: false,
          agent: false,
          path: request.url,
          headers: { ...request.headers, host },
        },
        (answer: http.IncomingMessage) => {
          response.writeHead(answer.statusCode ?? 0);
          answer.pipe(response);
        },
      );
      forwarded.on('error', () => response.writeHead(500).end());
      forwarded.end();
    });
    apps.push(app);
    return app;
  };

  test('apps behind two UAPs that lead to each other are a loop', async () => {
    const [near = ''] = one.network.instances;
    const [far = ''] = two.network.instances;
    const first: Upstream = await startForwarder(near, 'first', () => [two, nameAt(two, second)]);
    const second: Upstream = await startForwarder(far, 'second', () => [one, nameAt(one, first)]);
    const answer = await ask(one, nameAt(one, first));
    expect([answer.status, hops]).toEqual([508, ['first', 'second']]);
    expect(answer.body).toMatch(/^Loop detected/);
  });

  test('an app that leads to itself is a loop', async () => {
    const app: Upstream = await startForwarder(one.network.instances[1] as string, 'app', () => [
      one,
      nameAt(one, app),
    ]);
    const answer = await ask(one, nameAt(one, app));
    expect([answer.status, hops]).toEqual([508, ['app']]);
  });

  test("the other's address is denied where the operator lists it", async () => {
    const answer = await ask(one, one.host({ address: two.network.uap, port: 443 }));
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('is excluded here')]);
  });
});
