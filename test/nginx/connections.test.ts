import { once } from 'node:events';
import type http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket, { WebSocketServer } from 'ws';
import { ask, ask2, connectTls } from './support/client';
import { describeUap, startUap, type Uap } from './support/uap';
import { echo, startUpstream, type Upstream } from './support/upstream';
import { serious } from './support/workers';

const HTML = { Accept: 'text/html' };
const PROTOCOLS = ['http', 'https'] as const;

describeUap('connections', (variant) => {
  let uap: Uap;
  let instance: string;
  const started: Upstream[] = [];
  const start = async (
    ...[protocol, listener, options]: [('http' | 'https')?, http.RequestListener?, http.ServerOptions?]
  ) => {
    const upstream = await startUpstream(protocol ?? 'http', instance, listener, options);
    started.push(upstream);
    return upstream;
  };

  beforeAll(async () => {
    uap = await startUap(variant);
    instance = uap.network.instances[0] as string;
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), ...started.map((upstream) => upstream.stop())]);
  });

  const inTurn = async (count: number, host: string) => {
    for (let i = 0; i < count; i++) expect((await ask(uap, host)).status).toBe(200);
  };

  if (variant === 'upstream-lua') {
    test.each(PROTOCOLS)('connections to %s apps are reused', async (protocol) => {
      const upstream = await start(protocol);
      await inTurn(20, uap.host(upstream));
      // One for each worker that took a request.
      expect(upstream.connections()).toBeLessThanOrEqual(4);
    });

    test('a connection is reused only for its own address and port', async () => {
      const [one, two] = [await start('http', (_, r) => r.end('one')), await start('http', (_, r) => r.end('two'))];
      for (let i = 0; i < 10; i++) {
        expect((await ask(uap, uap.host(one))).body).toBe('one');
        expect((await ask(uap, uap.host(two))).body).toBe('two');
      }
    });

    // gunicorn closes after 2 s: if the proxy kept connections longer, a request could use one that is being closed.
    test('an idle connection to an app is closed by the proxy after 1.5 s', async () => {
      const idle: number[] = [];
      let answered = 0;
      const upstream = await start('http', (_, response) => {
        response.on('finish', () => {
          answered = performance.now();
        });
        response.end('ok');
      });
      (upstream.server as http.Server).keepAliveTimeout = 60_000;
      upstream.server.on('connection', (socket) => socket.on('close', () => idle.push(performance.now() - answered)));
      while (idle.length < 3) {
        const seen = idle.length;
        expect((await ask(uap, uap.host(upstream))).status).toBe(200);
        for (let tries = 0; tries < 200 && idle.length === seen; tries++) await sleep(25);
        expect(idle.length).toBe(seen + 1);
      }
      // A busy machine makes one of them late, but not all; none may be early.
      expect(Math.min(...idle)).toBeGreaterThan(1300);
      expect(Math.min(...idle)).toBeLessThan(1900);
    });

    test('no request fails when an upstream closes early', async () => {
      const upstream = await start('http', echo, { keepAliveTimeout: 2000 });
      for (let i = 0; i < 3; i++) {
        expect((await ask(uap, uap.host(upstream), { method: 'POST', body: 'x' })).status).toBe(200);
        await sleep(1900 + i * 100);
      }
    });
  }

  test('a request whose kept connection breaks is repeated only if that can do no harm', async () => {
    const count: Record<string, number> = {};
    // Every connection answers once, and breaks at its second request without an answer.
    const served = new WeakSet<Socket>();
    const upstream = await start('http', (request, response) => {
      const method = request.method ?? '';
      count[method] = (count[method] ?? 0) + 1;
      if (served.has(request.socket)) return void request.socket.destroy();
      served.add(request.socket);
      response.end('ok');
    });
    const host = uap.host(upstream);
    for (let i = 0; i < 8; i++) expect((await ask(uap, host)).status).toBe(200);
    count.POST = 0;
    for (let i = 0; i < 8; i++) await ask(uap, host, { method: 'POST', body: 'pay' });
    expect(count.POST).toBe(8);
  });

  test.each(PROTOCOLS)('nothing listens: 502, a page for browsers and a line for others, %s', async (protocol) => {
    const host = uap.host({ address: instance, port: 9099, protocol });
    const page = await ask(uap, host, { headers: HTML });
    expect([page.status, page.one('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(page.body).toContain(`<code>${protocol}://${instance}:9099</code>`);
    expect(page.body).toContain('security group');
    expect(page.one('strict-transport-security')).toMatch(/^max-age=/);
    const text = await ask(uap, host, { method: 'POST', body: 'x' });
    expect([text.status, text.body]).toEqual([502, `No usable answer from ${protocol}://${instance}:9099\n`]);
  });

  test('an https name for an app that speaks http is a 502', async () => {
    const upstream = await start('http');
    expect((await ask(uap, uap.host({ ...upstream, protocol: 'https' }))).status).toBe(502);
  });

  test('no answer in time is a 504 with a page', async () => {
    const host = uap.host({ address: uap.network.silent, port: 8888 });
    const page = await ask(uap, host, { headers: HTML });
    expect(page.status).toBe(504);
    expect(page.body).toContain(`<code>https://${uap.network.silent}:8888</code>`);
  });

  describe.each(PROTOCOLS)('WebSockets to %s apps', (protocol) => {
    let host: string;
    beforeAll(async () => {
      const upstream = await start(protocol);
      const server = new WebSocketServer({ server: upstream.server as http.Server });
      server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
      host = uap.host(upstream);
    });

    const open = async () => {
      const socket = new WebSocket(`wss://${host}/socket?x=1`, { createConnection: () => connectTls(uap, host) });
      await once(socket, 'open');
      return socket;
    };
    const roundTrip = async (socket: WebSocket, text: string) => {
      socket.send(text);
      const [data] = await once(socket, 'message');
      return String(data);
    };

    test('work both ways, and outlive a reload', async () => {
      const socket = await open();
      expect(await roundTrip(socket, 'hello')).toBe('hello');
      await uap.served.reload();
      await sleep(300);
      expect(await roundTrip(socket, 'x'.repeat(300_000))).toBe('x'.repeat(300_000));
      const later = await open();
      expect(await roundTrip(later, 'hello')).toBe('hello');
      later.terminate();
      socket.close();
      const [code] = await once(socket, 'close');
      expect(code).toBe(1005);
    });
  });

  test('server-sent events arrive one by one', async () => {
    let response: http.ServerResponse | undefined;
    const upstream = await start('http', (_, r) => {
      r.writeHead(200, { 'Content-Type': 'text/event-stream' });
      r.write('data: 0\n\n');
      response = r;
    });
    const host = uap.host(upstream);
    const request = https.request({
      host: uap.network.uap,
      servername: host,
      headers: { Host: host },
      rejectUnauthorized: false,
      agent: false,
    });
    request.end();
    const [incoming] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(String((await once(incoming, 'data'))[0])).toBe('data: 0\n\n');
    for (let i = 1; i < 4; i++) {
      const arrived = once(incoming, 'data');
      response?.write(`data: ${i}\n\n`);
      expect(String((await arrived)[0])).toBe(`data: ${i}\n\n`);
    }
    response?.end();
    request.destroy();
  });

  test('a request body arrives while it is being sent', async () => {
    const arrived: string[] = [];
    const upstream = await start('http', (request, response) => {
      request.on('error', () => undefined);
      request.on('data', (chunk) => arrived.push(String(chunk)));
      request.on('end', () => response.end('done'));
    });
    const host = uap.host(upstream);
    const socket = connectTls(uap, host);
    socket.write(`POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 12\r\n\r\nbegin`);
    while (arrived.length === 0) await sleep(10);
    expect(arrived).toEqual(['begin']);
    socket.write('ning...');
    const [data] = await once(socket, 'data');
    socket.destroy();
    expect([arrived.join(''), String(data).slice(0, 15)]).toEqual(['beginning...', 'HTTP/1.1 200 OK']);
  });

  test.each([ask, ask2])('a large upload and download pass whole, %#', async (send) => {
    const upstream = await start('https', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.end(Buffer.concat(chunks));
    });
    const body = 'abcdefghijklmnop'.repeat(1024 * 1024);
    const answer = await send(uap, uap.host(upstream), { method: 'PUT', body });
    expect(answer.body === body).toBe(true);
  });

  test('an answer may be sent before the request is complete', async () => {
    const upstream = await start(
      'http',
      (_, response) => void response.writeHead(401, { Connection: 'close' }).end('no'),
    );
    const socket = connectTls(uap, uap.host(upstream));
    socket.on('error', () => undefined);
    socket.write(`POST / HTTP/1.1\r\nHost: ${uap.host(upstream)}\r\nContent-Length: 1000000\r\n\r\nx`);
    const [data] = await once(socket, 'data');
    socket.destroy();
    expect(String(data)).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('the error log has no failure', () => {
    expect(serious(uap)).toEqual([]);
  });
});
