import type http from 'node:http';
import { ask, ask2 } from './support/client';
import { CLIENT_ORIGIN, describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { echo, type Seen, startUpstream, type Upstream } from './support/upstream';

const OWN_CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Credentials': 'false',
  'Access-Control-Allow-Methods': 'TRACE',
  'Access-Control-Expose-Headers': 'X-Own',
  Vary: 'Cookie',
};
const PREFLIGHT = {
  'Access-Control-Request-Method': 'DELETE',
  'Access-Control-Request-Headers': 'authorization,x-is-electron',
};

describeUap('origins', (variant) => {
  let strict: Uap;
  let open: Uap;
  let apps: Upstream[];
  let behave: http.RequestListener = echo;

  beforeAll(async () => {
    strict = await startUap(variant, { siblingShield: 'enforce' });
    open = await startUap(variant, { sameInstanceCors: true, siblingShield: 'report' });
    apps = await Promise.all(
      [strict, open].map(({ network }) =>
        startUpstream('http', network.instances[0] as string, (...args) => behave(...args)),
      ),
    );
  });

  beforeEach(() => {
    behave = echo;
  });

  afterAll(async () => {
    await Promise.all([strict?.stop(), open?.stop(), ...(apps ?? []).map((app) => app.stop())]);
  });

  const hostAt = (uap: Uap) => uap.host(apps[uap === strict ? 0 : 1] as Upstream);
  /** Another port of the same instance, and another instance. */
  const origins = (uap: Uap) => {
    const [one = '', two = ''] = uap.network.instances.map((address) => address.replaceAll('.', '-'));
    return { same: `https://${one}-9999.${HOSTNAME}`, other: `https://${two}-9999.${HOSTNAME}` };
  };

  test('a preflight of a client origin is answered here', async () => {
    behave = () => {
      throw new Error('must not arrive');
    };
    for (const send of [ask, ask2]) {
      const answer = await send(strict, hostAt(strict), {
        method: 'OPTIONS',
        headers: { Origin: CLIENT_ORIGIN, ...PREFLIGHT, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' },
      });
      expect(answer.status).toBe(204);
      expect(answer.one('access-control-allow-origin')).toBe(CLIENT_ORIGIN);
      expect(answer.one('access-control-allow-credentials')).toBe('true');
      expect(answer.one('access-control-allow-methods')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
      expect(answer.one('access-control-allow-headers')).toBe('authorization,x-is-electron');
      expect(answer.one('access-control-max-age')).toBe('86400');
      expect(answer.one('vary')).toBe('Origin');
    }
  });

  test.each([
    ['no origin', PREFLIGHT],
    ['another origin', { Origin: 'https://other.org', ...PREFLIGHT }],
    ['an origin that begins like a client', { Origin: `${CLIENT_ORIGIN}.evil.org`, ...PREFLIGHT }],
    ['an opaque origin', { Origin: 'null', ...PREFLIGHT }],
    ['a client origin, but no preflight', { Origin: CLIENT_ORIGIN }],
  ])('OPTIONS with %s is the business of the app', async (_, headers) => {
    const answer = await ask(strict, hostAt(strict), { method: 'OPTIONS', headers });
    expect([answer.status, (JSON.parse(answer.body) as Seen).method]).toEqual([200, 'OPTIONS']);
  });

  test.each([200, 204, 301, 304, 401, 404, 500])('a client origin may read an answer of status %i', async (status) => {
    behave = (_, response) => response.writeHead(status, OWN_CORS).end();
    const answer = await ask(strict, hostAt(strict), { headers: { Origin: CLIENT_ORIGIN } });
    expect(answer.status).toBe(status);
    expect(answer.one('access-control-allow-origin')).toBe(CLIENT_ORIGIN);
    expect(answer.one('access-control-allow-credentials')).toBe('true');
    expect(answer.one('access-control-allow-methods')).toBeUndefined();
    expect(answer.one('access-control-expose-headers')).toBe('X-Own');
    expect(answer.all('vary').sort()).toEqual(['Cookie', 'Origin']);
  });

  test('it may read that the app does not answer', async () => {
    const host = strict.host({ address: strict.network.instances[1] as string, port: 9 + 9000 });
    const answer = await ask(strict, host, { headers: { Origin: CLIENT_ORIGIN } });
    expect([answer.status, answer.one('access-control-allow-origin')]).toEqual([502, CLIENT_ORIGIN]);
  });

  test.each([undefined, 'https://other.org'])(
    "for the origin %s the app's own CORS headers pass untouched",
    async (origin) => {
      behave = (_, response) => response.writeHead(200, OWN_CORS).end();
      const answer = await ask(strict, hostAt(strict), { headers: origin ? { Origin: origin } : {} });
      for (const [name, value] of Object.entries(OWN_CORS)) expect(answer.one(name.toLowerCase())).toBe(value);
    },
  );

  test('another port of the same instance counts as a client where the operator says so', async () => {
    const allowed = async (uap: Uap, Origin: string) =>
      (await ask(uap, hostAt(uap), { headers: { Origin } })).one('access-control-allow-origin');
    const { same, other } = origins(open);
    expect(await allowed(open, same)).toBe(same);
    expect(await allowed(open, same.replace('https://', 'https://http-'))).toBe(
      same.replace('https://', 'https://http-'),
    );
    expect(await allowed(open, CLIENT_ORIGIN)).toBe(CLIENT_ORIGIN);
    expect(await allowed(open, other)).toBeUndefined();
    expect(await allowed(open, same.replace('https:', 'http:'))).toBeUndefined();
    expect(await allowed(open, `${same}:8443`)).toBeUndefined();
    expect(await allowed(open, `${same}.evil.org`)).toBeUndefined();
    expect(await allowed(strict, origins(strict).same)).toBeUndefined();
  });

  test('a request that came through a CDN is treated alike', async () => {
    for (const cdn of ['cdn.example', '0']) {
      const from = (method: string, headers: http.OutgoingHttpHeaders) =>
        ask(strict, hostAt(strict), { method, headers: { 'CDN-Loop': cdn, ...headers } });
      expect((await from('OPTIONS', { Origin: CLIENT_ORIGIN, ...PREFLIGHT })).status).toBe(204);
      const sibling = { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors', Origin: origins(strict).other };
      expect((await from('GET', sibling)).status).toBe(403);
      for (const more of [{}, { Origin: CLIENT_ORIGIN }, { Connection: 'Upgrade', Upgrade: 'websocket' }]) {
        const answer = await from('GET', more);
        const { headers } = JSON.parse(answer.body) as Seen;
        expect(headers.filter(([name]) => name === 'cdn-loop')).toEqual([['cdn-loop', `${cdn}, ${HOSTNAME}`]]);
        expect(headers.filter(([name]) => name === 'upgrade')).toHaveLength('Upgrade' in more ? 1 : 0);
        expect(answer.one('access-control-allow-origin')).toBe('Origin' in more ? CLIENT_ORIGIN : undefined);
      }
    }
  });

  test('a client origin may open a WebSocket', async () => {
    for (const cdn of [{}, { 'CDN-Loop': 'cdn.example' }]) {
      const headers = { Origin: CLIENT_ORIGIN, Connection: 'Upgrade', Upgrade: 'websocket', ...cdn };
      const seen = JSON.parse((await ask(strict, hostAt(strict), { headers })).body) as Seen;
      expect(seen.headers).toContainEqual(['upgrade', 'websocket']);
    }
  });

  test.each([
    ['same-site', 'cors', 403],
    ['same-site', 'no-cors', 403],
    ['same-site', 'websocket', 403],
    ['cross-site', 'cors', 403],
    ['cross-site', 'no-cors', 403],
    ['cross-site', 'websocket', 403],
    ['same-site', 'navigate', 200],
    ['cross-site', 'navigate', 200],
    ['cross-site', 'nested-navigate', 200],
    ['same-origin', 'cors', 200],
    ['none', 'navigate', 200],
  ])('the shield: %s, mode %s', async (site, mode, status) => {
    const headers = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode };
    const { same, other } = origins(strict);
    for (const more of [{}, { Origin: other }, { Origin: 'null' }]) {
      const answer = await ask(strict, hostAt(strict), { headers: { ...headers, ...more } });
      expect([more, answer.status]).toEqual([more, status]);
    }
    for (const Origin of [same, CLIENT_ORIGIN]) {
      expect((await ask(strict, hostAt(strict), { headers: { ...headers, Origin } })).status).toBe(200);
    }
    expect((await ask(open, hostAt(open), { headers })).status).toBe(200);
  });

  test('the shield recognizes WebSockets of browsers without Fetch Metadata', async () => {
    const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket' };
    const { same, other } = origins(strict);
    const status = async (headers: http.OutgoingHttpHeaders) =>
      (await ask(strict, hostAt(strict), { headers: { ...upgrade, ...headers } })).status;
    for (const Origin of [other, 'null', 'https://evil.org']) {
      expect([Origin, await status({ Origin })]).toEqual([Origin, 403]);
    }
    for (const Origin of [`https://${hostAt(strict)}`, same, CLIENT_ORIGIN]) {
      expect([Origin, await status({ Origin })]).toEqual([Origin, 200]);
    }
    expect(await status({})).toBe(200); // No browser.
  });

  test('a preflight of a sibling is refused as well', async () => {
    const headers = {
      Origin: origins(strict).other,
      ...PREFLIGHT,
      'Sec-Fetch-Site': 'same-site',
      'Sec-Fetch-Mode': 'cors',
    };
    expect((await ask(strict, hostAt(strict), { method: 'OPTIONS', headers })).status).toBe(403);
  });

  test('the log has the finding of the shield, even in report mode', async () => {
    const headers = { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' };
    await ask(open, hostAt(open), { path: '/reported', headers });
    await new Promise((resolve) => setTimeout(resolve, 1300));
    const line = open.accessLog().find((each) => each.path === '/reported');
    expect([line?.status, line?.sibling]).toEqual([200, 'sibling']);
  });
});
