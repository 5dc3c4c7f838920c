import { BAD_PORTS } from '../../lib/nginx/bad-ports';
import { ask, ask2, askRawPlain, connectTls, handshake } from './support/client';
import { CLIENT_ORIGIN, describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { type Seen, startUpstream, type Upstream } from './support/upstream';

const HTML = { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };

describeUap('host names', (variant) => {
  let uap: Uap;
  let http: Upstream;
  let https: Upstream;
  let label: (address: string, port: number) => string;

  beforeAll(async () => {
    uap = await startUap(variant, ({ instances }) => ({
      deniedAddresses: [instances[5] as string],
      blocked: [instances[6] as string, `http-${(instances[1] as string).replaceAll('.', '-')}-8080`],
      ports: { allowed: [{ from: 1, to: 60999 }], denied: [...BAD_PORTS, { from: 7000, to: 7010 }] },
      abuseContact: 'abuse@cloud.org',
    }));
    http = await startUpstream('http', uap.network.instances[0] as string, undefined, { port: 8080 });
    https = await startUpstream('https', uap.network.instances[0] as string, undefined, { port: 8443 });
    label = (address, port) => `${address.replaceAll('.', '-')}-${port}.${HOSTNAME}`;
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), http?.stop(), https?.stop()]);
  });

  test('an app is reached by its protocol, address and port', async () => {
    for (const upstream of [http, https]) {
      const answer = await ask(uap, uap.host(upstream));
      expect(answer.status).toBe(200);
      expect((JSON.parse(answer.body) as Seen).httpVersion).toBe('1.1');
    }
    expect((await ask(uap, `https-${label(https.address, https.port)}`)).status).toBe(200);
    expect((await ask(uap, `HTTP-${label(http.address, http.port).toUpperCase()}`)).status).toBe(200);
    expect((await ask2(uap, uap.host(http))).status).toBe(200);
  });

  test('an address outside the ranges is refused with a page that names it and the ranges', async () => {
    const page = await ask(uap, label('192.0.2.77', 8080), { headers: HTML });
    expect(page.status).toBe(403);
    expect(page.one('content-type')).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('<code>192.0.2.77</code>');
    expect(page.body).toContain(uap.network.cidr);
    const text = await ask(uap, label('192.0.2.77', 8080));
    expect(text.one('content-type')).toBe('text/plain; charset=utf-8');
    expect(text.body).toBe(`The address 192.0.2.77 is not served here; this proxy serves ${uap.network.cidr}\n`);
  });

  test.each([
    ['its own address', (uap: Uap) => uap.network.uap],
    ['the network address', (uap: Uap) => uap.network.networkAddress],
    ['the broadcast address', (uap: Uap) => uap.network.broadcastAddress],
    ['an address that the operator lists', (uap: Uap) => uap.network.instances[5] as string],
    ['loopback', () => '127.0.0.1'],
    ['the metadata service', () => '169.254.169.254'],
    ['multicast', () => '224.0.0.1'],
    ['this network', () => '0.0.0.0'],
    ['limited broadcast', () => '255.255.255.255'],
  ])('%s is refused', async (_, address) => {
    for (const prefix of ['', 'http-', 'https-']) {
      const answer = await ask(uap, `${prefix}${label(address(uap), 8080)}`);
      expect([answer.status, answer.body]).toEqual([403, expect.stringContaining(address(uap))]);
    }
  });

  test.each([22, 25, 6667, 7000, 7005, 7010, 61000, 65535])('port %i is refused', async (port) => {
    const answer = await ask(uap, label(http.address, port), { headers: HTML });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain(`<code>${port}</code>`);
  });

  test.each([80, 443, 6999, 7011, 60999])('port %i is served', async (port) => {
    expect((await ask(uap, `http-${label(uap.network.instances[2] as string, port)}`)).status).toBe(502);
  });

  test.each([
    '256-51-100-7-8888',
    '198-51-100-300-8888',
    '198-051-100-7-8888',
    '198-51-100-7-0',
    '198-51-100-7-65536',
    '198-51-100-7-08888',
    '198-51-100-7-8888-1',
    '198-51-100-7',
    'ftp-198-51-100-7-8888',
    'www',
    'a.198-51-100-7-8888',
  ])('%s is no app: the page shows the form', async (name) => {
    const page = await ask(uap, `${name}.${HOSTNAME}`, { headers: HTML });
    expect(page.status).toBe(404);
    expect(page.body).toContain(`<code>[http-|https-]198-51-100-7-8888.${HOSTNAME}</code>`);
  });

  test('every method gets the page, and HEAD no body', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const answer = await ask(uap, `www.${HOSTNAME}`, { method, body: method === 'OPTIONS' ? undefined : 'x=1' });
      expect([method, answer.status]).toEqual([method, 404]);
    }
    const head = await ask(uap, `www.${HOSTNAME}`, { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([404, '']);
  });

  test('blocked targets and addresses are answered with 451 and the contact', async () => {
    const [, one, , , , , all] = uap.network.instances as string[];
    for (const host of [`http-${label(one as string, 8080)}`, label(all as string, 1234)]) {
      const answer = await ask(uap, host, { headers: HTML });
      expect(answer.status).toBe(451);
      expect(answer.body).toContain('<a href="mailto:abuse@cloud.org">abuse@cloud.org</a>');
    }
    expect((await ask(uap, label(one as string, 8080))).status).toBe(502);
  });

  test("the UAP's own name has a page with a form, and nothing else", async () => {
    const page = await ask(uap, HOSTNAME);
    expect([page.status, page.one('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).toContain('<form action="/open" method="get">');
    expect((await ask(uap, HOSTNAME, { path: '/other', headers: HTML })).status).toBe(404);
    expect((await ask(uap, HOSTNAME, { path: '//uap/page/welcome.html' })).status).toBe(404);
  });

  test('the form works without scripts', async () => {
    const open = async (query: string) => (await ask(uap, HOSTNAME, { path: `/open?${query}` })).one('location');
    expect(await open('address=198.51.100.7&port=8888&protocol=http')).toBe(
      `https://http-198-51-100-7-8888.${HOSTNAME}/`,
    );
    expect(await open('address=198.51.100.7&port=8888&protocol=https')).toBe(`https://198-51-100-7-8888.${HOSTNAME}/`);
    expect(await open('address=evil.org/&port=1&protocol=https')).toBe(`https://${HOSTNAME}/`);
    expect(await open('')).toBe(`https://${HOSTNAME}/`);
  });

  test('healthz answers there, and over plain HTTP', async () => {
    for (const plain of [false, true]) {
      const answer = await ask(uap, HOSTNAME, { path: '/healthz', plain });
      expect([answer.status, answer.body]).toEqual([200, 'ok']);
    }
  });

  test("paths of the UAP are the app's own elsewhere", async () => {
    for (const target of [
      '/healthz',
      '/metrics',
      '/open',
      '/uap/page/welcome.html',
      '//uap/page/welcome.html',
      '/robots.txt',
    ]) {
      const answer = await ask(uap, uap.host(http), { path: target });
      expect([answer.status, (JSON.parse(answer.body) as Seen).target]).toEqual([200, target]);
    }
  });

  test.each(['other.org', `x${HOSTNAME}`, '198.51.100.2', ''])('no handshake for the name %j', async (servername) => {
    await expect(handshake(uap, { servername })).rejects.toThrow(/alert|unrecognized|handshake/);
  });

  test('a name other than that of the handshake gets 421', async () => {
    const socket = connectTls(uap, HOSTNAME);
    socket.write('GET / HTTP/1.1\r\nHost: other.org\r\nConnection: close\r\n\r\n');
    const [data] = await new Promise<[Buffer]>((resolve) => socket.once('data', (chunk) => resolve([chunk])));
    socket.destroy();
    expect(data.toString()).toMatch(/^HTTP\/1\.1 421 /);
  });

  test.each(['other.org', '198.51.100.2', 'localhost'])('plain HTTP for %s is closed', async (host) => {
    expect(await askRawPlain(uap, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toBe('');
  });

  test('plain HTTP leads to the same URL, byte for byte', async () => {
    for (const host of [HOSTNAME, uap.host(http), `www.${HOSTNAME}`]) {
      const answer = await ask(uap, host, { plain: true, path: '/a%2Fb//c/?x=%20&', method: 'POST' });
      expect([answer.status, answer.one('location')]).toEqual([308, `https://${host}/a%2Fb//c/?x=%20&`]);
    }
  });

  test('a request that already passed this proxy is a loop', async () => {
    for (const loop of [HOSTNAME, `other, ${HOSTNAME}`, `${HOSTNAME.toUpperCase()}; a=b, x`]) {
      const answer = await ask(uap, uap.host(http), { headers: { 'CDN-Loop': loop } });
      expect([loop, answer.status]).toEqual([loop, 508]);
    }
    const passed = await ask(uap, uap.host(http), { headers: { 'CDN-Loop': `my${HOSTNAME}` } });
    expect((JSON.parse(passed.body) as Seen).headers).toContainEqual(['cdn-loop', `my${HOSTNAME}, ${HOSTNAME}`]);
  });

  test('a client origin can read why a request was refused', async () => {
    const answer = await ask(uap, label('192.0.2.77', 8080), { headers: { Origin: CLIENT_ORIGIN } });
    expect([answer.status, answer.one('access-control-allow-origin')]).toEqual([403, CLIENT_ORIGIN]);
  });
});
