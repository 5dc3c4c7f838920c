import type http from 'node:http';
import { ask, ask2, askRaw } from './support/client';
import { describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { echo, type Seen, startRequestLineEcho, startUpstream, type Upstream } from './support/upstream';

describeUap('forwarding', (variant) => {
  let uap: Uap;
  let plain: Upstream;
  let secure: Upstream;
  let lineEcho: Upstream;
  let host: string;
  let client: string;
  let behave: http.RequestListener = echo;

  const answerWith = (status: number, headers: http.OutgoingHttpHeaders, body = '') => {
    behave = (_, response) => response.writeHead(status, headers).end(body);
  };
  const seen = async (...args: Parameters<typeof ask>) => JSON.parse((await ask(...args)).body) as Seen;
  const header = ({ headers }: Seen, name: string) =>
    headers.filter(([each]) => each === name).map(([, value]) => value);

  beforeAll(async () => {
    uap = await startUap(variant);
    const [instance = '', other = ''] = uap.network.instances;
    client = instance;
    plain = await startUpstream('http', other, (...args) => behave(...args));
    secure = await startUpstream('https', other, (...args) => behave(...args));
    lineEcho = await startRequestLineEcho(other);
    host = uap.host(plain);
  });

  beforeEach(() => {
    behave = echo;
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), plain?.stop(), secure?.stop(), lineEcho?.stop()]);
  });

  describe('the request', () => {
    test.each([
      '/',
      '/?',
      '/a?b',
      '/a?b?c',
      '//a///b//',
      '/a/./b/../c/.',
      '/a%2Fb%2f%2e%2E/c',
      "/%E2%82%AC%20+~!$&'()*,;=:@",
      '/a;v=1/b|c"<>^`{}',
      '/?a=%00%0d%0a',
      '/\u00e9?\u00ff',
      '/uap/answer/range',
      '//uap/answer/preflight?x',
    ])('target %j arrives byte for byte', async (target) => {
      const request = `GET ${target} HTTP/1.1\r\nHost: ${uap.host(lineEcho)}\r\nConnection: close\r\n\r\n`;
      expect(await askRaw(uap, uap.host(lineEcho), request)).toContain(`\r\n\r\nGET ${target} HTTP/1.1\r\n`);
    });

    test('target, method and body arrive over HTTP/2', async () => {
      const answer = await ask2(uap, uap.host(secure), { method: 'PATCH', path: '/a%2Fb//?', body: 'hello' });
      const { method, target, body } = JSON.parse(answer.body) as Seen;
      expect([method, target, body]).toEqual(['PATCH', '/a%2Fb//?', 'hello']);
    });

    test('target and body arrive from a client origin, and with Upgrade', async () => {
      for (const headers of [{ Origin: 'https://exosphere.app' }, { Connection: 'upgrade', Upgrade: 'x' }]) {
        const got = await seen(uap, host, { method: 'POST', path: '/a%2Fb//?', headers, body: 'hello' });
        expect([got.target, got.body]).toEqual(['/a%2Fb//?', 'hello']);
      }
    });

    test("describes the client's request, regardless of its headers", async () => {
      const got = await seen(uap, host, {
        headers: {
          'X-Forwarded-For': '6.6.6.6',
          'X-Forwarded-Proto': 'gopher',
          'X-Forwarded-Host': 'evil.org',
          'X-Forwarded-Port': '1',
          'X-Real-IP': '6.6.6.6',
          X_Forwarded_For: '6.6.6.6',
          Forwarded: 'for=6.6.6.6',
          'X-Forwarded-Prefix': '/evil',
        },
      });
      expect(header(got, 'x-forwarded-for')).toEqual([client]);
      expect(header(got, 'x-real-ip')).toEqual([client]);
      expect(header(got, 'x-forwarded-proto')).toEqual(['https']);
      expect(header(got, 'x-forwarded-host')).toEqual([host]);
      expect(header(got, 'x-forwarded-port')).toEqual(['443']);
      expect(JSON.stringify(got)).not.toMatch(/6\.6\.6\.6|evil|gopher/);
    });

    test('names the public host, and in the TLS handshake', async () => {
      // Both names lead to the same socket, so a kept connection must not serve the other one.
      for (const prefix of ['', 'https-', '', 'https-', '', 'https-', '', 'https-']) {
        const name = prefix + uap.host(secure);
        const got = await seen(uap, name);
        expect([header(got, 'host'), got.servername]).toEqual([[name], name]);
      }
      expect(header(await seen(uap, host.toUpperCase()), 'host')).toEqual([host]);
    });

    test('hop-by-hop headers end here', async () => {
      const got = await seen(uap, host, {
        headers: {
          TE: 'trailers',
          'Keep-Alive': 'timeout=9',
          'Proxy-Connection': 'x',
          'Proxy-Authorization': 'x',
          Connection: 'close',
        },
      });
      for (const name of ['te', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'connection', 'upgrade']) {
        expect([name, header(got, name)]).toEqual([name, []]);
      }
    });

    test('Upgrade is forwarded only on request, and never to HTTP/2', async () => {
      const asked = await seen(uap, host, { headers: { Connection: 'keep-alive, Upgrade', Upgrade: 'x' } });
      expect([header(asked, 'upgrade'), header(asked, 'connection')]).toEqual([['x'], ['upgrade']]);
      for (const headers of [
        { Upgrade: 'x' },
        { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'x' },
      ]) {
        const got = await seen(uap, host, { headers });
        for (const name of ['upgrade', 'connection', 'http2-settings']) expect(header(got, name)).toEqual([]);
      }
    });

    test('other headers pass', async () => {
      const got = await seen(uap, host, {
        headers: {
          Authorization: 'token x',
          Cookie: 'a=b',
          Origin: 'https://x.org',
          'Accept-Encoding': 'br',
          'X-Own': '1',
        },
      });
      for (const pair of [
        ['authorization', 'token x'],
        ['cookie', 'a=b'],
        ['origin', 'https://x.org'],
        ['accept-encoding', 'br'],
        ['x-own', '1'],
      ]) {
        expect(got.headers).toContainEqual(pair);
      }
    });

    test('a chunked body arrives', async () => {
      const body = '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n';
      const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
      expect(await askRaw(uap, host, head + body)).toContain('"body":"hello world"');
    });
  });

  describe('the answer', () => {
    test.each([
      ['the parent', `a=b; Domain=${HOSTNAME}; Path=/; Secure`],
      ['a leading dot', `a=b; domain=.${HOSTNAME}`],
      ['capitals', `a=b; DOMAIN=${HOSTNAME.toUpperCase()}`],
      ['blanks', `a=b; Domain = ${HOSTNAME} ; Path=/`],
      ['no blank', `a=b;Domain=${HOSTNAME}`],
      ['two domains', `a=b; Domain=x.org; Domain=${HOSTNAME}`],
      ['two domains, the other way round', `a=b; Domain=${HOSTNAME}; Domain=x.org`],
      ['an empty attribute before', `a=b;; ;Domain=${HOSTNAME}`],
      ['a value that looks like one', `a="; x"; Domain=${HOSTNAME}`],
      ['an empty name', `=x; Domain=${HOSTNAME}`],
      ['quotes', `a=b; Domain="${HOSTNAME}"`],
    ])("a cookie's domain is narrowed to the app: %s", async (_, cookie) => {
      answerWith(200, { 'Set-Cookie': [cookie, 'plain=1; Path=/x; HttpOnly'] });
      const [narrowed = '', other] = (await ask(uap, host)).all('set-cookie');
      const domains = narrowed
        .split(';')
        .slice(1)
        .map((attribute) => attribute.split('=').map((part) => part.trim()))
        .filter(([name]) => name?.toLowerCase() === 'domain')
        .map(([, value]) => value);
      expect(new Set(domains)).toEqual(new Set([host]));
      expect(other).toBe('plain=1; Path=/x; HttpOnly');
    });

    test.each([
      ['http://HOST/x?y#z', 'https://HOST/x?y#z'],
      ['http://HOST', 'https://HOST'],
      ['http://HOST?x', 'https://HOST?x'],
      ['HTTP://HOST/', 'https://HOST/'],
      ['http://HOST:80/x', 'https://HOST/x'],
      ['http://HOST:8888/x', 'https://HOST/x'],
      ['https://HOST/x', 'https://HOST/x'],
      ['/x', '/x'],
      ['x', 'x'],
      ['//HOST/x', '//HOST/x'],
      ['http://other.org/HOST/', 'http://other.org/HOST/'],
      ['http://HOST.evil.org/', 'http://HOST.evil.org/'],
      ['http://HOST@evil.org/', 'http://HOST@evil.org/'],
      ['http://evil.org:80/?http://HOST/', 'http://evil.org:80/?http://HOST/'],
    ])('Location %s becomes %s', async (from, to) => {
      answerWith(302, { Location: from.replaceAll('HOST', host) });
      expect((await ask(uap, host)).one('location')).toBe(to.replaceAll('HOST', host));
    });

    test("an upstream's own errors pass unchanged", async () => {
      for (const status of [400, 403, 404, 413, 418, 451, 500, 502, 503, 504, 508, 591, 592]) {
        answerWith(status, { 'Content-Type': 'text/x-own' }, `own ${status}`);
        const answer = await ask(uap, host, { headers: { Accept: 'text/html' } });
        expect([answer.status, answer.body, answer.one('content-type')]).toEqual([
          status,
          `own ${status}`,
          'text/x-own',
        ]);
        expect(answer.one('strict-transport-security')).toBeUndefined();
      }
    });

    test('headers that control Nginx have no effect', async () => {
      answerWith(200, { 'X-Accel-Redirect': '//uap/page/welcome.html', 'X-Accel-Buffering': 'yes' }, 'own');
      expect((await ask(uap, host)).body).toBe('own');
    });

    test('caching, types and encodings pass unchanged', async () => {
      const headers = {
        'Cache-Control': 'max-age=5',
        ETag: '"x"',
        'Content-Encoding': 'br',
        Vary: 'Cookie',
        Expires: '0',
        'Content-Security-Policy': "default-src 'self'",
      };
      answerWith(200, headers, 'own');
      const answer = await ask(uap, host);
      for (const [name, value] of Object.entries(headers)) expect(answer.one(name.toLowerCase())).toBe(value);
    });

    test('an app gets its own agent cluster in the browser, with one header', async () => {
      answerWith(200, { 'Origin-Agent-Cluster': '?0' });
      expect((await ask(uap, host)).one('origin-agent-cluster')).toBe('?1');
    });
  });
});
