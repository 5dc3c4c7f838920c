import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printConfFile } from '../../lib/nginx/paths';
import { blockedConf } from '../../lib/nginx/target';
import { ask, ask2, connectTls, handshake } from './support/client';
import { describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { echo, startUpstream, type Upstream } from './support/upstream';

/** Waits for a condition whose time depends on the load of the machine. */
async function until(done: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 15_000; !(await done()); await sleep(50)) {
    if (Date.now() > end) throw new Error('not within 15 s');
  }
}

/** Values by name and labels. @throws Error for a line that Prometheus would not read. */
function readMetrics(text: string): Map<string, number> {
  const values = new Map<string, number>();
  const typed = new Set<string>();
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const type = /^# TYPE ([a-z_]+) (?:counter|gauge)$/.exec(line);
    const value = /^(([a-z_]+)(?:\{[a-z]+="[\w-]+"(?:,[a-z]+="[\w-]+")*\})?) (\d+)$/.exec(line);
    if (type) typed.add(type[1] as string);
    else if (value && typed.has(value[2] as string)) values.set(value[1] as string, Number(value[3]));
    else if (!/^# HELP [a-z_]+ \S/.test(line)) throw new Error(`no line of metrics: ${JSON.stringify(line)}`);
  }
  return values;
}

describeUap('the front', (variant) => {
  let uap: Uap;
  let app: Upstream;
  let host: string;

  beforeAll(async () => {
    uap = await startUap(variant, ({ instances }) => ({ metricsNetworks: [`${instances[0]}/32`], maxBodySize: 1000 }));
    app = await startUpstream('http', uap.network.instances[0] as string, (request, response) => {
      if (request.url !== '/held') echo(request, response);
    });
    host = uap.host(app);
  });

  afterAll(async () => {
    await Promise.all([uap?.stop(), app?.stop()]);
  });

  test.each(['TLSv1', 'TLSv1.1'] as const)('%s is refused', async (version) => {
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(handshake(uap, old)).rejects.toThrow(/alert protocol version|unsupported protocol/);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('%s is accepted', async (version) => {
    expect((await handshake(uap, { minVersion: version, maxVersion: version })).protocol).toBe(version);
  });

  test.each(['AES256-SHA', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA', '3DES', 'NULL'])(
    'the cipher suite %s is refused',
    async (ciphers) => {
      const old = { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` } as const;
      await expect(handshake(uap, old)).rejects.toThrow();
    },
  );

  test('the order of the cipher suites is ours', async () => {
    const [first, second] = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'];
    for (const ciphers of [`${first}:${second}`, `${second}:${first}`]) {
      expect((await handshake(uap, { maxVersion: 'TLSv1.2', ciphers })).cipher).toBe(first);
    }
  });

  test('its own answers have HSTS for two years, those of apps pass unchanged', async () => {
    for (const [name, target] of [
      [HOSTNAME, '/'],
      [HOSTNAME, '/healthz'],
      [HOSTNAME, '/nothing'],
      [HOSTNAME, '/open'],
      [HOSTNAME, '/metrics'],
      [`www.${HOSTNAME}`, '/'],
    ] as const) {
      const answer = await ask(uap, name, { path: target });
      expect([name, target, answer.one('strict-transport-security')]).toEqual([name, target, 'max-age=63072000']);
    }
    expect((await ask(uap, host)).one('strict-transport-security')).toBeUndefined();
    expect((await ask(uap, host, { plain: true })).one('strict-transport-security')).toBeUndefined();
  });

  test('no answer contains the version of the server', async () => {
    for (const answer of [await ask(uap, HOSTNAME), await ask(uap, host), await ask(uap, host, { plain: true })]) {
      expect(JSON.stringify([answer.headers, answer.body])).not.toMatch(/nginx\/\d/);
    }
    const bad = await ask(uap, `www.${HOSTNAME}`, { headers: { Long: 'x'.repeat(40_000) } });
    expect([bad.status, bad.body.includes('nginx/')]).toEqual([400, false]);
  });

  test('a page runs and loads only its own content', async () => {
    const page = await ask(uap, HOSTNAME);
    const policy = page.one('content-security-policy') ?? '';
    const hash = (element: string) => {
      const text = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page.body)?.[1] ?? '';
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(policy).toContain(`style-src ${hash('style')};`);
    expect(policy).toContain(`script-src ${hash('script')};`);
    expect(policy).toContain("default-src 'none'");
    expect(page.body).not.toMatch(/src=|<link/);
  });

  test('a body over the limit is refused with 413', async () => {
    const tooLarge = await ask(uap, host, { method: 'POST', body: 'x'.repeat(1001) });
    expect([tooLarge.status, tooLarge.body]).toEqual([413, 'The request is larger than the operator allows\n']);
    // With a declared length, or chunked.
    for (const send of [ask, ask2]) {
      for (const headers of [{ 'Content-Length': 200_000 }, {}]) {
        const answer = await send(uap, host, { method: 'PUT', body: Buffer.alloc(200_000), headers });
        expect([send.name, headers, answer.status]).toEqual([send.name, headers, 413]);
      }
    }
    expect((await ask(uap, host, { method: 'POST', body: 'x'.repeat(1000) })).status).toBe(200);
  });

  test('metrics are for the networks of the operator, in the text format of Prometheus', async () => {
    const metrics = (localAddress: string) => ask(uap, HOSTNAME, { path: '/metrics', localAddress });
    const [mine = '', other = ''] = uap.network.instances;
    // Over HTTP/2 too, which Prometheus uses.
    const second = await ask2(uap, HOSTNAME, { path: '/metrics' });
    expect([second.status, [...readMetrics(second.body).keys()].includes('nginx_connections_active')]).toEqual([
      200,
      true,
    ]);
    const allowed = await metrics(mine);
    expect([allowed.status, allowed.one('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    const values = readMetrics(allowed.body);
    expect(values.get('nginx_connections_active')).toBeGreaterThanOrEqual(1);
    expect(values.get('nginx_connections_writing')).toBeGreaterThanOrEqual(1);
    expect((await metrics(other)).status).toBe(403);
  });

  test("healthz is ok for every client; the operator's networks get details, and metrics contain the figures", async () => {
    const healthz = (localAddress: string, plain = false) =>
      ask(uap, HOSTNAME, { path: '/healthz', localAddress, plain });
    const [mine = '', other = ''] = uap.network.instances;
    const folder = path.join(uap.served.root, 'var/lib/uap/health');
    expect((await healthz(mine)).body).toBe('ok\n');
    writeFileSync(path.join(folder, 'details.txt'), 'ok\nrefused: a reason\n');
    const gauge = 'uap_certificate_problem';
    writeFileSync(
      path.join(folder, 'metrics.txt'),
      `# HELP ${gauge} What is wrong.\n# TYPE ${gauge} gauge\n${gauge}{reason="refused"} 1\n`,
    );
    expect([(await healthz(mine)).status, (await healthz(mine)).body]).toEqual([200, 'ok\nrefused: a reason\n']);
    expect([(await healthz(other)).status, (await healthz(other)).body]).toEqual([200, 'ok']);
    expect((await healthz(mine, true)).body).toBe('ok');
    const metrics = readMetrics((await ask(uap, HOSTNAME, { path: '/metrics', localAddress: mine })).body);
    expect(metrics.get(`${gauge}{reason="refused"}`)).toBe(1);
    expect(metrics.get('nginx_connections_active')).toBeGreaterThanOrEqual(1);

    // While the certificate in use has expired it is 503, so that a load balancer prefers others; apps are served.
    writeFileSync(path.join(folder, 'expired'), '');
    writeFileSync(path.join(folder, 'details.txt'), 'expired\n');
    expect([(await healthz(mine)).status, (await healthz(mine)).body]).toEqual([503, 'expired\n']);
    expect([(await healthz(other)).status, (await healthz(other)).body]).toEqual([503, 'expired']);
    expect((await healthz(mine, true)).status).toBe(503);
    expect((await ask(uap, host)).status).toBe(200);
    rmSync(path.join(folder, 'expired'));
    expect((await healthz(other)).status).toBe(200);
    for (const internal of ['//uap/health/details', '/uap/health/details', '//uap/health/metrics']) {
      expect((await ask(uap, HOSTNAME, { path: internal, localAddress: other })).status).toBe(404);
    }
  });

  if (variant === 'upstream-lua') {
    test("metrics count requests, and the proxy's own answers", async () => {
      const read = async () => readMetrics((await ask(uap, HOSTNAME, { path: '/metrics' })).body);
      const before = await read();
      const nobody = uap.host({ ...app, port: 9099 });
      const asked = [`www.${HOSTNAME}`, `www.${HOSTNAME}`, `192-0-2-77-80.${HOSTNAME}`, nobody, host];
      for (const name of asked) await ask(uap, name, { headers: { Accept: 'text/html' } });
      await uap.served.reload();
      await sleep(500);
      const after = await read();
      const more = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
      expect(more('uap_answers_total{page="malformed",status="404"}')).toBe(2);
      expect(more('uap_answers_total{page="range",status="403"}')).toBe(1);
      expect(more('uap_answers_total{page="unreachable",status="502"}')).toBe(1);
      expect(more('nginx_http_requests_total')).toBeGreaterThanOrEqual(asked.length + 1);
      expect(more('nginx_connections_accepted')).toBeGreaterThanOrEqual(asked.length + 1);
    });
  }

  test('the error log holds no query string of a request that fails', async () => {
    const nobody = uap.host({ ...app, port: 9099 });
    const headers = { Referer: `https://${host}/?token=secret` };
    for (const name of [nobody, `www.${HOSTNAME}`, uap.host({ ...app, protocol: 'https' })]) {
      await ask(uap, name, { path: '/lab?token=secret', headers });
    }
    expect(uap.errorLog()).not.toContain('secret');
  });

  test('a client that is slow to send a request is dropped', async () => {
    const file = path.join(uap.served.root, 'etc/nginx/uap/limits.conf');
    const limits = readFileSync(file, 'utf8');
    const shorter = limits.replace(/(client_(?:header|body)_timeout) \w+;/g, '$1 1s;');
    expect(shorter.match(/_timeout 1s;/g)).toHaveLength(2);
    writeFileSync(file, shorter);
    await uap.served.reload();
    await sleep(500);
    const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n`;
    // A byte every 0.3 s does not extend the timeout, which applies to the whole head.
    await Promise.all([dropped('', head), dropped('GET / HT'), dropped(`${head}\r\nx`), dropped('', '', 'h2')]);
    writeFileSync(file, limits);
    await uap.served.reload();
    await sleep(500);
  });

  /** Waits until the server closes, though bytes may drip. */
  async function dropped(text: string, drip = '', protocol = 'http/1.1'): Promise<void> {
    const socket = connectTls(uap, host, { ALPNProtocols: [protocol] });
    socket.on('error', () => undefined).resume();
    await once(socket, 'secureConnect');
    socket.write(text);
    let sent = 0;
    const dripping = setInterval(() => drip && socket.write(drip[sent++ % drip.length] as string), 300);
    const timer = setTimeout(() => socket.destroy(new Error('not dropped')), 8_000);
    await new Promise((resolve) => socket.on('close', resolve));
    expect(socket.errored?.message).not.toBe('not dropped');
    clearInterval(dripping);
    clearTimeout(timer);
  }

  test('the log is JSON and holds no query string, neither of the request nor of a referer', async () => {
    await ask2(uap, host, { path: '/lab/%22tree?token=secret', headers: { Referer: `https://${host}/?token=secret` } });
    await ask(uap, host, { plain: true, path: '/lab?token=secret' });
    await ask(uap, `www.${HOSTNAME}`, { path: '/refused?token=secret' });
    await sleep(1300);
    const log = uap.accessLog();
    expect(JSON.stringify(log)).not.toContain('secret');
    expect(log.find((line) => line.path === '/refused')).toMatchObject({ status: 404, host: `www.${HOSTNAME}` });
    // Decoded; the quote is escaped, else no line would be JSON.
    const line = log.find((each) => each.path === '/lab/"tree');
    expect(line).toMatchObject({
      client: uap.network.instances[0],
      host,
      method: 'GET',
      upstream: `${app.address}:${app.port}`,
      status: 200,
      tls: expect.stringMatching(/^TLSv1\.[23]$/),
      protocol: 'HTTP/2.0',
    });
    expect(Date.parse(String(line?.time))).not.toBeNaN();
    for (const name of ['bytes_sent', 'bytes_received', 'seconds']) expect(typeof line?.[name]).toBe('number');
  });

  test('a blocked target is refused after a reload', async () => {
    expect((await ask(uap, host)).status).toBe(200);
    const file = printConfFile(blockedConf([`http-${app.address.replaceAll('.', '-')}-${app.port}`]));
    const onDisk = path.join(uap.served.root, file.path);
    const before = readFileSync(onDisk, 'utf8');
    for (const [content, status] of [
      [file.content, 451],
      [before, 200],
    ] as const) {
      writeFileSync(onDisk, content);
      await uap.served.reload();
      await until(async () => (await ask(uap, host)).status === status);
    }
  });

  test('no more than 4096 requests of one client run at once', async () => {
    const sessions = Array.from({ length: 36 }, () =>
      http2.connect(`https://${host}`, { createConnection: () => connectTls(uap, host, { ALPNProtocols: ['h2'] }) }),
    );
    await Promise.all(sessions.map((session) => once(session, 'remoteSettings')));
    const statuses: Record<string, number> = {};
    const streams = sessions.flatMap((session) =>
      Array.from({ length: 120 }, () => {
        const stream = session.request({ ':path': '/held' });
        stream.on('response', ({ ':status': status }) => {
          statuses[String(status)] = (statuses[String(status)] ?? 0) + 1;
        });
        stream.on('error', () => undefined).resume();
        return stream;
      }),
    );
    await until(async () => statuses['429'] !== undefined);
    for (const stream of streams) stream.close(http2.constants.NGHTTP2_CANCEL);
    for (const session of sessions) session.destroy();
    expect(statuses['429']).toBeLessThanOrEqual(36 * 120 - 4096);
  });
});
