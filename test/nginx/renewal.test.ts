import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket, { WebSocketServer } from 'ws';
import { applyTimeFilesParts, baseParts, pieceCount } from '../../lib/cloud-init';
import { mergeParts } from '../../lib/instance-parts';
import { encodePieces, MetadataService } from '../cloud-init/metadata-service';
import { CertificateAuthority, type Issued } from '../cloud-init/pki';
import { ask, connectTls } from './support/client';
import { describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { startUpstream, type Upstream } from './support/upstream';

const RENEWALS = 20;
const WEB_SOCKETS = 20;

/** Results of clients that sent one request after another. */
interface Count {
  requests: number;
  lost: string[];
}

describeUap('renewals under load', (variant) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uap-certificate-'));
  const names = [HOSTNAME, `*.${HOSTNAME}`];
  let ca: CertificateAuthority;
  let uap: Uap;
  let app: Upstream;
  let host: string;
  let metadata: MetadataService;

  beforeAll(async () => {
    ca = CertificateAuthority.create(folder);
    metadata = await MetadataService.start();
    uap = await startUap(variant);
    app = await startUpstream('http', uap.network.instances[0] as string, (_, response) => response.end('app'));
    new WebSocketServer({ server: app.server as http.Server }).on('connection', (socket) =>
      socket.on('message', (data, binary) => socket.send(data, { binary })),
    );
    host = uap.host(app);
    instance();
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), app?.stop(), metadata?.stop()]);
    rmSync(folder, { recursive: true });
  });

  /** Adds the instance's scripts, and a link to a certificate, to the folder that Nginx runs in. */
  function instance(): void {
    const { root } = uap.served;
    const command = [`${root}/usr/local/lib/uap/certificate`, 'install'];
    const late = (name: string) => `${root}/var/lib/uap/late/${name}`;
    const files = ['chain', 'key'].map((name) => ({ name, maxLength: 4000, onChange: 'certificate' }));
    const hook = { name: 'certificate', command: [...command, late('chain'), late('key')] };
    const scripts = mergeParts(baseParts({ hostname: HOSTNAME }), applyTimeFilesParts(files, [hook])).files;
    for (const { path: name, content, mode = '0644' } of scripts) {
      if (!/\/usr\/local\/lib\/uap\/|^\/etc\/uap\//.test(name)) continue;
      put(root + name, content, mode);
    }
    mkdirSync(`${root}/etc/uap/tls.d`);
    renameSync(`${root}/etc/uap/tls`, `${root}/etc/uap/tls.d/1`);
    symlinkSync('tls.d/1', `${root}/etc/uap/tls`);
    // A substitute for systemd only; Nginx is the machine's.
    const nginx = `nsenter --net=/proc/${uap.served.pid}/ns/net /usr/sbin/nginx -c ${root}/etc/nginx/nginx.conf`;
    put(`${root}/stubs/nginx`, `#!/bin/sh\nexec ${nginx} "$@"\n`, '0755');
    put(`${root}/stubs/systemctl`, `#!/bin/sh\ncase "$*" in *reload*) kill -HUP ${uap.served.pid} ;; esac\n`, '0755');
  }

  function put(file: string, content: string, mode: string): void {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, Number.parseInt(mode, 8));
  }

  /** The work of the timer on an instance. */
  function lateFiles(): Promise<string> {
    const { root } = uap.served;
    const env = {
      UAP_ROOT: root,
      UAP_METADATA_SERVICE: metadata.address,
      PATH: `${root}/stubs:/usr/sbin:/usr/bin:/sbin:/bin`,
    };
    return new Promise((resolve) =>
      execFile(`${root}/usr/local/lib/uap/late-files`, { env }, (_, stdout, stderr) => resolve(stdout + stderr)),
    );
  }

  function deliver({ chain, key }: Issued): void {
    metadata.put('chain', encodePieces(Buffer.from(chain), pieceCount(4000)));
    metadata.put('key', encodePieces(Buffer.from(key), pieceCount(4000)));
  }

  async function served(): Promise<string> {
    const socket = connectTls(uap, host);
    await once(socket, 'secureConnect');
    const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
    socket.destroy();
    return fingerprint;
  }

  test(`${RENEWALS} certificates arrive by metadata; no request and no WebSocket is lost`, async () => {
    const sockets = await Promise.all(Array.from({ length: WEB_SOCKETS }, openSocket));
    const running = { yes: true };
    const clients = [
      keptAlive(running),
      keptAlive(running),
      newConnections(running),
      streams(running),
      streams(running),
    ];
    for (let i = 0; i < RENEWALS; i++) {
      const next = ca.issue({ names, key: i % 2 === 0 ? 'ec' : 'rsa' });
      deliver(next);
      expect(await lateFiles()).toMatch(/certificate \d+ in use/);
      const expected = new X509Certificate(next.leaf).fingerprint256;
      for (const end = Date.now() + 20_000; (await served()) !== expected; await sleep(50)) {
        if (Date.now() > end) throw new Error(`renewal ${i + 1} is not served`);
      }
    }
    running.yes = false;
    const counts = await Promise.all(clients);
    const requests = counts.reduce((sum, count) => sum + count.requests, 0);
    process.stderr.write(`${variant}: ${requests} requests, ${WEB_SOCKETS} WebSockets, ${RENEWALS} renewals\n`);
    expect(counts.flatMap(({ lost }) => lost)).toEqual([]);
    expect(Math.min(...counts.map((count) => count.requests))).toBeGreaterThan(RENEWALS);
    for (const socket of sockets) {
      expect(socket.readyState).toBe(WebSocket.OPEN);
      expect(await roundTrip(socket, 'still here')).toBe('still here');
      socket.terminate();
    }
  }, 900_000);

  test('wrong certificates are refused and reported to the operator, without effect on clients', async () => {
    const before = await served();
    const [one, other] = [ca.issue({ names }), ca.issue({ names })];
    deliver({ ...one, key: other.key });
    expect(await lateFiles()).toContain('the key does not belong to the certificate');
    expect(await served()).toBe(before);
    expect((await ask(uap, HOSTNAME, { path: '/healthz' })).body).toBe('ok');
  });

  /** HTTP/1.1 on kept connections. Like browsers, it retries requests on a connection that the server is closing. */
  async function keptAlive(running: { yes: boolean }): Promise<Count> {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const once_ = () =>
      new Promise<string>((resolve) => {
        const options = {
          host: uap.network.uap,
          servername: host,
          headers: { Host: host },
          rejectUnauthorized: false,
          agent,
        };
        const request = https.get(options, (response) => {
          response.resume();
          response.on('error', (error) => resolve(error.message));
          response.on('end', () => resolve(response.statusCode === 200 ? '' : String(response.statusCode)));
        });
        request.on('error', (error) => resolve(request.reusedSocket ? 'closed' : error.message));
      });
    return counted(running, async () => {
      for (let tries = 0; tries < 3; tries++) {
        const failure = await once_();
        if (failure !== 'closed') return failure;
      }
      return 'closed three times';
    });
  }

  function newConnections(running: { yes: boolean }): Promise<Count> {
    return counted(running, async () => {
      const { status } = await ask(uap, host);
      return status === 200 ? '' : String(status);
    });
  }

  /** HTTP/2; opens a new connection after GOAWAY. */
  function streams(running: { yes: boolean }): Promise<Count> {
    let session: http2.ClientHttp2Session | undefined;
    const connected = () => {
      if (!session || session.closed || session.destroyed) {
        session = http2.connect(`https://${host}`, {
          createConnection: () => connectTls(uap, host, { ALPNProtocols: ['h2'] }),
        });
        const mine = session;
        mine.on('goaway', () => mine.close()).on('error', () => undefined);
      }
      return session;
    };
    const request = (on: http2.ClientHttp2Session) =>
      new Promise<string>((resolve) => {
        const stream = on.request({ ':path': '/' });
        let status = 0;
        stream.on('response', (headers) => {
          status = Number(headers[':status']);
        });
        stream.on('error', (error: NodeJS.ErrnoException) =>
          // Refused before processing, so it may be retried on another connection: RFC 9113, 8.7.
          resolve(
            status === 0 && /REFUSED|GOAWAY|SESSION/.test(`${error.code}${error.message}`) ? 'closed' : error.message,
          ),
        );
        stream.on('close', () => resolve(status === 200 ? '' : `status ${status}`));
        stream.resume().end();
      });
    return counted(running, async () => {
      for (let tries = 0; tries < 3; tries++) {
        const failure = await request(connected());
        if (failure !== 'closed') return failure;
        session?.destroy();
      }
      return 'closed three times';
    }).finally(() => session?.destroy());
  }

  async function counted(running: { yes: boolean }, request: () => Promise<string>): Promise<Count> {
    const count: Count = { requests: 0, lost: [] };
    while (running.yes) {
      const failure = await request().catch((error) => String(error));
      count.requests++;
      if (failure !== '') count.lost.push(failure);
      await sleep(20);
    }
    return count;
  }

  async function openSocket(): Promise<WebSocket> {
    const socket = new WebSocket(`wss://${host}/ws`, { createConnection: () => connectTls(uap, host) });
    await once(socket, 'open');
    return socket;
  }
});

async function roundTrip(socket: WebSocket, text: string): Promise<string> {
  socket.send(text);
  const [data] = await once(socket, 'message');
  return String(data);
}
