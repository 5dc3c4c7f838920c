import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket, { WebSocketServer } from 'ws';
import { connectTls } from './support/client';
import { describeUap, startUap, type Uap } from './support/uap';
import { startUpstream, type Upstream } from './support/upstream';
import { workers } from './support/workers';

const MiB = 1024 * 1024;
const UPLOAD = 256 * MiB;

describeUap('long and large', (variant) => {
  let uap: Uap;
  const started: Upstream[] = [];
  const start = async (listener?: http.RequestListener) => {
    const upstream = await startUpstream('http', uap.network.instances[0] as string, listener);
    started.push(upstream);
    return upstream;
  };

  beforeAll(async () => {
    uap = await startUap(variant);
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), ...started.map((upstream) => upstream.stop())]);
  });

  /** The greatest memory that any worker ever had, in bytes. */
  const peak = () =>
    Math.max(
      ...workers(uap).map((pid) => {
        const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
        return Number(kilobytes) * 1024;
      }),
    );
  /** Temporary files that workers have open; Nginx removes their names at once. */
  const filesOnDisk = () =>
    workers(uap)
      .flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`))
      .map((link) => {
        try {
          return readlinkSync(link);
        } catch {
          return ''; // It was closed meanwhile.
        }
      })
      .filter((file) => file.includes('/var/lib/nginx/'));

  /** Sends a body and counts what comes back of it. */
  const roundTrip = async (host: string, size: number) => {
    const request = https.request({
      host: uap.network.uap,
      servername: host,
      headers: { Host: host, 'Content-Length': size },
      method: 'PUT',
      rejectUnauthorized: false,
      agent: false,
    });
    const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
    const piece = Buffer.alloc(MiB, 'x');
    for (let sent = 0; sent < size; sent += piece.length) {
      if (!request.write(piece)) await once(request, 'drain');
    }
    request.end();
    const [response] = await answered;
    let received = 0;
    for await (const chunk of response) received += (chunk as Buffer).length;
    return received;
  };

  test('a large upload and download take no memory and no disk', async () => {
    const onDisk = new Set<string>();
    const looking = setInterval(() => {
      for (const file of filesOnDisk()) onDisk.add(file);
    }, 20);
    const app = await start(async (request, response) => {
      for await (const _ of request);
      const piece = Buffer.alloc(MiB, 'y');
      for (let sent = 0; sent < UPLOAD; sent += piece.length) {
        if (!response.write(piece)) await once(response, 'drain');
      }
      response.end();
    });
    await roundTrip(uap.host(app), MiB);
    const before = peak();
    expect(await roundTrip(uap.host(app), UPLOAD)).toBe(UPLOAD);
    expect(peak() - before).toBeLessThan(4 * MiB);
    clearInterval(looking);
    expect([...onDisk]).toEqual([]);
  }, 60_000);

  test('TCP keepalive watches both sides of an idle WebSocket', async () => {
    const app = await start();
    new WebSocketServer({ server: app.server as http.Server }).on('connection', (socket) =>
      socket.on('error', () => {}),
    );
    const host = uap.host(app);
    const socket = new WebSocket(`wss://${host}/`, { createConnection: () => connectTls(uap, host) });
    await once(socket, 'open');
    await sleep(300);
    const [command = '', ...args] = [...uap.network.prefix, 'ss', '-Htno', 'state', 'established'];
    const lines = execFileSync(command, args, { encoding: 'utf8' }).trim().split('\n');
    const upstream = lines.filter((line) => line.includes(`${app.address}:${app.port} `));
    const client = lines.filter((line) => line.includes(`${uap.network.uap}:443 `));
    for (const side of [upstream, client]) {
      expect(side).toHaveLength(1);
      expect(side[0]).toContain('timer:(keepalive,');
    }
    socket.terminate();
  });
});
