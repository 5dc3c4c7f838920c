import { readFileSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Ask, ask } from './support/client';
import { describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { startUpstream, type Upstream } from './support/upstream';
import { reload } from './support/workers';

const HTML = { Accept: 'text/html' };

/** The UAP's member of the header, RFC 9209. */
const status = (error: string, page: string) => `"${HOSTNAME}"; error=${error}; details="${page}"`;
const of = (answer: Answer) => [answer.status, answer.one('proxy-status')];

describeUap('Proxy-Status', (variant) => {
  let uap: Uap;
  const apps: Upstream[] = [];

  beforeAll(async () => {
    uap = await startUap(variant, ({ instances }) => ({
      deniedAddresses: [instances[5] as string],
      blocked: [instances[6] as string],
      siblingShield: 'enforce',
      maxBodySize: 10,
    }));
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), ...apps.map((app) => app.stop())]);
  });

  const app = (instance: number, port: number) =>
    uap.host({ address: uap.network.instances[instance] as string, port, protocol: 'http' });

  async function start(listener?: http.RequestListener): Promise<string> {
    const upstream = await startUpstream('http', uap.network.instances[0] as string, listener);
    apps.push(upstream);
    return uap.host(upstream);
  }

  test.each<[page: string, error: string, status: number, host: () => string, request?: Ask]>([
    ['malformed', 'destination_not_found', 404, () => `www.${HOSTNAME}`],
    ['range', 'destination_ip_prohibited', 403, () => uap.host({ address: '192.0.2.1', port: 80 })],
    ['denied', 'destination_ip_prohibited', 403, () => app(5, 80)],
    ['port', 'http_request_denied', 403, () => app(0, 22)],
    ['blocked', 'http_request_denied', 451, () => app(6, 80)],
    ['loop', 'proxy_loop_detected', 508, () => app(0, 80), { headers: { 'CDN-Loop': HOSTNAME } }],
    [
      'sibling',
      'http_request_denied',
      403,
      () => app(0, 80),
      { headers: { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' } },
    ],
    ['too-large', 'http_request_error', 413, () => app(0, 80), { method: 'POST', body: 'eleven more' }],
    ['unreachable', 'destination_unavailable', 502, () => app(0, 9099)],
    ['timeout', 'connection_timeout', 504, () => uap.host({ address: uap.network.silent, port: 80 })],
  ])('%s: %s', async (page, error, code, host, request = {}) => {
    expect(of(await ask(uap, host(), request))).toEqual([code, status(error, page)]);
    const forPeople = await ask(uap, host(), { ...request, headers: { ...request.headers, ...HTML } });
    expect([forPeople.one('content-type'), ...of(forPeople)]).toEqual([
      'text/html; charset=utf-8',
      code,
      status(error, page),
    ]);
  });

  test('an app that closes without an answer, and one whose answer is no HTTP', async () => {
    const closing = await start((request) => void request.socket.destroy());
    expect(of(await ask(uap, closing))).toEqual([502, status('connection_terminated', 'unreachable')]);
    const garbage = await start((request) => void request.socket.end('HTTP/1.1 200 OK\r\nno header\r\n\r\n'));
    expect(of(await ask(uap, garbage))).toEqual([502, status('http_protocol_error', 'unreachable')]);
  });

  test('the last attempt counts: a kept connection breaks, then no server listens', async () => {
    const host = await start((_, response) => void response.end('ok'));
    expect((await ask(uap, host)).status).toBe(200);
    await apps.pop()?.stop();
    expect(of(await ask(uap, host))).toEqual([502, status('destination_unavailable', 'unreachable')]);
  });

  /** Applies a change to a file of the configuration for the time of a check. */
  async function changed(file: string, edit: (text: string) => string, check: () => Promise<void>): Promise<void> {
    const name = path.join(uap.served.root, 'etc/nginx/uap', file);
    const before = readFileSync(name, 'utf8');
    expect(edit(before)).not.toBe(before);
    writeFileSync(name, edit(before));
    try {
      await reload(uap);
      await check();
    } finally {
      writeFileSync(name, before);
      await reload(uap);
    }
  }

  test('an app that never answers', async () => {
    const host = await start(() => undefined);
    const shorter = (text: string) => text.replace('proxy_read_timeout 1h;', 'proxy_read_timeout 1s;');
    await changed('servers.conf', shorter, async () => {
      expect(of(await ask(uap, host))).toEqual([504, status('connection_read_timeout', 'timeout')]);
    });
  });

  test('too many requests at once', async () => {
    const held: http.ServerResponse[] = [];
    const host = await start((_, response) => void held.push(response));
    await changed(
      'limits.conf',
      (text) => text.replace('uap_clients 4096', 'uap_clients 1'),
      async () => {
        const first = ask(uap, host);
        while (held.length === 0) await sleep(20);
        expect(of(await ask(uap, host))).toEqual([429, status('http_request_error', 'too-many')]);
        held[0]?.end();
        expect((await first).status).toBe(200);
      },
    );
  });

  test('a failure of the proxy itself', async () => {
    const host = await start();
    const [file, edit] =
      variant === 'upstream-lua'
        ? ['lua/connect.lua', () => 'error("broken")\n']
        : ['upstream/http.conf', (text: string) => text.replace('$uap_protocol://', '')];
    await changed(file as string, edit as (text: string) => string, async () => {
      expect(of(await ask(uap, host))).toEqual([500, status('proxy_internal_error', 'internal')]);
    });
  });

  test('none at the name of the UAP itself, which is no proxy there', async () => {
    for (const path of ['/', '/nothing-here', '/healthz']) {
      expect((await ask(uap, HOSTNAME, { path })).one('proxy-status')).toBeUndefined();
    }
  });

  test("an app's own header passes unchanged, even if it claims to be the UAP's", async () => {
    for (const value of ['app-gateway; error=connection_refused', status('http_request_denied', 'port')]) {
      const host = await start((_, response) => void response.writeHead(502, { 'Proxy-Status': value }).end());
      expect((await ask(uap, host)).all('proxy-status')).toEqual([value]);
    }
  });
});

describeUap('Proxy-Status of a UAP without http apps', (variant) => {
  let uap: Uap;

  beforeAll(async () => {
    uap = await startUap(variant, { httpUpstreams: false });
  });

  afterAll(() => uap?.stop());

  test('protocol: http_request_denied', async () => {
    const host = uap.host({ address: uap.network.instances[0] as string, port: 80, protocol: 'http' });
    expect(of(await ask(uap, host))).toEqual([403, status('http_request_denied', 'protocol')]);
  });
});
