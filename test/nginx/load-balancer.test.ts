import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import WebSocket, { WebSocketServer } from 'ws';
import { HEALTH_PORT } from '../../lib/nginx/paths';
import { CertificateAuthority } from '../cloud-init/pki';
import { type Answer, ask, connectTls } from './support/client';
import { type Balanced, startBalanced } from './support/load-balancer';
import { describeUap, HOSTNAME } from './support/uap';
import { echo, type Seen, startUpstream, type Upstream } from './support/upstream';

/** Seconds until all requests succeed again after an instance died. */
const RECOVERY = 15;

describeUap('behind a load balancer with the PROXY protocol', (variant) => {
  let balanced: Balanced;
  let app: Upstream;
  let host: string;
  let leaf: string;
  const folder = mkdtempSync(path.join(tmpdir(), 'uap-certificate-'));

  beforeAll(async () => {
    const ca = CertificateAuthority.create(folder);
    const issued = ca.issue({ names: [HOSTNAME, `*.${HOSTNAME}`] });
    leaf = issued.leaf;
    const [certificate, key] = [path.join(folder, 'chain.pem'), path.join(folder, 'key.pem')];
    writeFileSync(certificate, issued.chain);
    writeFileSync(key, issued.key);
    // Each version with one of the variants: neither depends on the other.
    const version = variant === 'upstream-lua' ? 'send-proxy' : 'send-proxy-v2';
    balanced = await startBalanced(variant, version, { certificate, key });
    app = await startUpstream('http', balanced.instance, echo);
    new WebSocketServer({ server: app.server as http.Server }).on('connection', (socket) =>
      socket.on('message', (data, binary) => socket.send(data, { binary })),
    );
    host = balanced.front.host(app);
    await sleep(500);
  }, 60_000);

  afterAll(async () => {
    await Promise.all([balanced?.stop(), app?.stop()]);
    rmSync(folder, { recursive: true });
  });

  const seen = async (localAddress: string, headers: http.OutgoingHttpHeaders = {}) => {
    const answer = await ask(balanced.front, host, { localAddress, headers });
    return new Map((JSON.parse(answer.body) as Seen).headers);
  };

  test('only the UAP terminates TLS: each instance answers with its certificate', async () => {
    for (let i = 0; i < 4; i++) {
      const socket = connectTls(balanced.front, host);
      await once(socket, 'secureConnect');
      expect(socket.getPeerX509Certificate()?.fingerprint256).toBe(new X509Certificate(leaf).fingerprint256);
      socket.destroy();
    }
  });

  test('apps and the log get the address of the client, through both instances', async () => {
    const [, user] = balanced.clients;
    for (let i = 0; i < 4; i++) {
      const headers = await seen(user);
      expect([headers.get('x-forwarded-for'), headers.get('x-real-ip')]).toEqual([user, user]);
    }
    await sleep(1300);
    for (const uap of balanced.uaps) {
      const clients = new Set(
        uap
          .accessLog()
          .filter((line) => line.host === host)
          .map((line) => line.client),
      );
      expect(clients.has(user)).toBe(true);
      expect(clients.has(balanced.source)).toBe(false);
    }
  });

  test('headers that a client forges have no effect', async () => {
    const [, user] = balanced.clients;
    const forged = { 'X-Forwarded-For': '192.0.2.66', 'X-Real-IP': '192.0.2.66', Forwarded: 'for=192.0.2.66' };
    const headers = await seen(user, forged);
    expect([headers.get('x-forwarded-for'), headers.get('x-real-ip')]).toEqual([user, user]);
    expect(headers.has('forwarded')).toBe(false);
  });

  test('a header of the PROXY protocol from a client is not trusted', async () => {
    const [, user] = balanced.clients;
    const socket = net.connect({ host: balanced.front.network.uap, port: 443, localAddress: user });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`PROXY TCP4 192.0.2.66 ${balanced.front.network.uap} 1234 443\r\n`);
    const secure = tls.connect({ socket, servername: host, rejectUnauthorized: false });
    await expect(once(secure, 'secureConnect')).rejects.toThrow();
    socket.destroy();
  });

  test("the operator's networks are those of the clients, not of the load balancer", async () => {
    const [operator, user] = balanced.clients;
    const status = async (localAddress: string) =>
      (await ask(balanced.front, HOSTNAME, { path: '/metrics', localAddress })).status;
    expect([await status(operator), await status(user)]).toEqual([200, 403]);
  });

  test.each([443, 80])('a connection to port %d without the header gets no answer', async (port) => {
    for (const localAddress of [balanced.source, balanced.clients[1]]) {
      const answer = await raw(port, localAddress, '', `GET /healthz HTTP/1.1\r\nHost: ${HOSTNAME}\r\n\r\n`);
      expect(answer).toBe('');
    }
  });

  test.each([443, 80])('a connection to port %d from elsewhere gets no answer, with any header', async (port) => {
    const [, user] = balanced.clients;
    const request = `GET /healthz HTTP/1.1\r\nHost: ${HOSTNAME}\r\n\r\n`;
    const header = `PROXY TCP4 ${balanced.source} ${balanced.uaps[0].network.uap} 1234 ${port}\r\n`;
    expect(await raw(port, user, header, request)).toBe('');
    expect(await raw(port, balanced.source, header, request)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('health monitors are answered on their own port, only for the load balancer', async () => {
    const request = 'GET /healthz HTTP/1.0\r\n\r\n';
    expect(await raw(HEALTH_PORT, balanced.source, '', request)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nok$/);
    expect(await raw(HEALTH_PORT, balanced.source, '', 'GET /metrics HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await raw(HEALTH_PORT, balanced.clients[1], '', request)).toBe('');
  });

  test('an instance whose certificate has expired gets no requests', async () => {
    const expired = path.join(balanced.uaps[0].served.root, 'var/lib/uap/health/expired');
    writeFileSync(expired, '');
    await until(async () => (await instances(6)).every((which) => which === 1));
    rmSync(expired);
    await until(async () => new Set(await instances(6)).size === 2);
  });

  test('WebSockets pass through', async () => {
    const sockets = await Promise.all(Array.from({ length: 6 }, openSocket));
    for (const socket of sockets) expect(await roundTrip(socket, 'hello')).toBe('hello');
    for (const socket of sockets) socket.terminate();
  });

  test.each([
    ['vanishes from the network', (yes: boolean) => balanced.uaps[1].network.connected(yes)],
    ['is killed', (yes: boolean) => (yes ? undefined : kill(balanced.uaps[1].served.pid))],
  ] as const)(
    'an instance %s: soon all requests succeed again',
    async (_, connected) => {
      await until(async () => new Set(await instances(6)).size === 2);
      const sockets = await Promise.all(Array.from({ length: 4 }, openSocket));
      const started = Date.now();
      connected(false);
      let [failed, lastFailure] = [0, started];
      // Ten seconds in a row without a failure, or far too long.
      while (Date.now() - lastFailure < 10_000 && Date.now() - started < 60_000) {
        const begun = Date.now();
        const ok = await Promise.race([tryOne(), sleep(8000, false)]);
        if (!ok) {
          failed++;
          lastFailure = Date.now();
        }
        await sleep(Math.max(0, 100 - (Date.now() - begun)));
      }
      const seconds = (lastFailure - started) / 1000;
      process.stderr.write(`${variant}: ${failed} requests failed, the last after ${seconds.toFixed(1)} s\n`);
      expect(seconds).toBeLessThan(RECOVERY);
      let alive = 0;
      for (const socket of sockets) {
        const answer = await Promise.race([roundTrip(socket, 'still here').catch(() => ''), sleep(3000, '')]);
        if (answer === 'still here') alive++;
        socket.terminate();
      }
      // Requests through the remaining instance.
      expect(alive).toBeGreaterThan(0);
      connected(true);
    },
    90_000,
  );

  /** Sends bytes to the first instance past the load balancer, and reads until it closes. */
  function raw(port: number, localAddress: string, header: string, request: string): Promise<string> {
    const uap = balanced.uaps[0].network.uap;
    return new Promise((resolve) => {
      const socket = net.connect({ host: uap, port, localAddress }, () => {
        socket.write(header);
        if (port !== 443) return read(socket, resolve, request);
        const secure = tls.connect({ socket, servername: HOSTNAME, rejectUnauthorized: false });
        read(secure, resolve, request);
      });
      socket.on('error', () => resolve(''));
    });
  }

  function read(socket: net.Socket, done: (text: string) => void, request: string): void {
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => done(text));
    socket.on('close', () => done(text));
    socket.write(request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  }

  async function tryOne(): Promise<boolean> {
    try {
      return (await ask(balanced.front, host)).status === 200;
    } catch {
      return false;
    }
  }

  /** The instances that answer that many requests, from their logs. */
  async function instances(count: number): Promise<number[]> {
    const mark = `/mark-${Date.now()}-`;
    const answers: Promise<Answer>[] = [];
    for (let i = 0; i < count; i++) answers.push(ask(balanced.front, host, { path: `${mark}${i}` }));
    await Promise.allSettled(answers);
    await sleep(1200);
    return balanced.uaps.flatMap((uap, which) =>
      uap
        .accessLog()
        .filter((line) => String(line.path).startsWith(mark))
        .map(() => which),
    );
  }

  async function openSocket(): Promise<WebSocket> {
    const socket = new WebSocket(`wss://${host}/ws`, { createConnection: () => connectTls(balanced.front, host) });
    socket.on('error', () => undefined);
    await once(socket, 'open');
    return socket;
  }
});

async function roundTrip(socket: WebSocket, text: string): Promise<string> {
  socket.send(text);
  const [data] = await once(socket, 'message');
  return String(data);
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 40_000; !(await done()); ) if (Date.now() > end) throw new Error('not within 40 s');
}

/** Kills Nginx's master and workers, so that no process listens. */
function kill(master: number): void {
  const workers = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ').filter(Boolean);
  execFileSync('kill', ['-KILL', String(master), ...workers]);
}
