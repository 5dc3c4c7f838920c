import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import WebSocket, { WebSocketServer } from 'ws';
import type { Protocol } from '../../lib/hostname';
import { Secret } from '../../lib/strategies/secret';
import { UpstreamSecurity } from '../../lib/strategies/upstream-security';
import { CertificateAuthority, type Issued, type IssueOptions } from '../cloud-init/pki';
import { ask, connectTls } from './support/client';
import { describeUap, HOSTNAME, startUap, type Uap } from './support/uap';
import { startUpstream, type Upstream } from './support/upstream';

const HTML = { Accept: 'text/html' };
const PORT = 9443;

let folder: string;
let ca: CertificateAuthority;
let other: CertificateAuthority;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'uap-drivers-'));
  ca = CertificateAuthority.create(folder);
  other = CertificateAuthority.create(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const full = path.join(folder, name);
  writeFileSync(full, content);
  return full;
}

/** Apps on the instances of a UAP, stopped together. */
class Apps {
  private readonly started: Upstream[] = [];
  constructor(private readonly uap: Uap) {}

  address(instance: number): string {
    return this.uap.network.instances[instance] as string;
  }

  /** The name of the app on an instance. */
  name(instance: number, protocol: Protocol = 'https', port = PORT): string {
    return this.uap.host({ protocol, address: this.address(instance), port });
  }

  async start(instance: number, { chain, key }: Issued, options: https.ServerOptions & { port?: number } = {}) {
    const app = await startUpstream(
      'https',
      this.address(instance),
      (request, response) => {
        const { servername } = request.socket as TLSSocket;
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        response.end(JSON.stringify({ name: servername, client: subject?.CN, host: request.headers.host }));
      },
      { cert: chain, key, port: PORT, ...options },
    );
    this.started.push(app);
    return app;
  }

  /** An app as instances have them: self-signed, or without TLS. */
  async startPlain(protocol: Protocol, instance: number) {
    const app = await startUpstream(protocol, this.address(instance));
    this.started.push(app);
    return app;
  }

  async stop(): Promise<void> {
    await Promise.all(this.started.splice(0).map((app) => app.stop()));
  }
}

/** A UAP and apps for one test, stopped whatever comes of it. */
async function withUap(
  start: Promise<Uap>,
  test: (parts: { readonly uap: Uap; readonly apps: Apps }) => Promise<void>,
): Promise<void> {
  const uap = await start;
  const apps = new Apps(uap);
  try {
    await test({ uap, apps });
  } finally {
    await Promise.all([apps.stop(), uap.stop()]);
  }
}

describeUap('verified TLS to upstreams', (variant) => {
  let uap: Uap;
  let apps: Apps;

  beforeAll(async () => {
    const upstreamTls = UpstreamSecurity.verifiedTls({ ca: file('ca.pem', ca.root) }).render();
    uap = await startUap(variant, { upstreamTls });
    apps = new Apps(uap);
  });
  afterEach(() => apps.stop());
  afterAll(() => uap?.stop());

  const good = (instance = 0) => ca.issue({ names: [apps.name(instance)] });

  test('an instance with a certificate of the CA for its name is served, chain and all', async () => {
    await apps.start(0, good());
    const answer = await ask(uap, apps.name(0));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ name: apps.name(0), host: apps.name(0) });
  });

  test('a wildcard below the host name of the UAP covers every instance', async () => {
    await apps.start(0, ca.issue({ names: [`*.${HOSTNAME}`] }));
    expect((await ask(uap, apps.name(0))).status).toBe(200);
  });

  // What is wrong with the certificate, and the reason that the error log then has.
  const cases: [string, () => { by?: CertificateAuthority } & IssueOptions, RegExp][] = [
    ['expired', () => ({ names: [apps.name(0)], from: -20, until: -1 }), /certificate has expired/],
    ['not valid yet', () => ({ names: [apps.name(0)], from: 1 }), /certificate is not yet valid/],
    ["for another instance's name", () => ({ names: [apps.name(1)] }), /does not match "[0-9-]+-9443\.proxy/],
    ['for another port', () => ({ names: [apps.name(0, 'https', 9444)] }), /does not match "[0-9-]+-9443\.proxy/],
    ['for the address as IP alone', () => ({ names: [`IP:${apps.address(0)}`] }), /does not match/],
    ['of another CA', () => ({ by: other, names: [apps.name(0)] }), /issuer certificate|key identifier mismatch/],
  ];

  test.each(cases)('a certificate that is %s: 502, a page that says so, the reason in the log', async (_, how, log) => {
    const { by = ca, ...options } = how();
    let requests = 0;
    const app = await apps.start(0, by.issue(options));
    app.server.on('request', () => requests++);
    const page = await ask(uap, apps.name(0), { headers: HTML });
    expect([page.status, page.one('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(page.one('proxy-status')).toBe(`"${HOSTNAME}"; error=destination_unavailable; details="unverified"`);
    expect(page.body).toContain('verification failed');
    expect(page.body).toContain(`<code>https://${apps.address(0)}:${PORT}</code>`);
    expect(page.body).toContain(`<code>${apps.name(0)}</code>`);
    const text = await ask(uap, apps.name(0), { method: 'POST', body: 'secret' });
    expect([text.status, text.body]).toEqual([
      502,
      `No verified answer from https://${apps.address(0)}:${PORT}: nothing listens there, or its ` +
        `certificate is not from the cloud's CA for ${apps.name(0)}\n`,
    ]);
    expect(requests).toBe(0);
    expect(uap.errorLog().split('\n').at(-2)).toMatch(log);
  });

  test('a self-signed certificate is refused, as is an app that speaks no TLS', async () => {
    const app = await apps.startPlain('https', 1);
    const plain = await apps.startPlain('http', 1);
    for (const { port } of [app, plain]) {
      const answer = await ask(uap, apps.name(1, 'https', port));
      expect([answer.status, answer.body]).toEqual([502, expect.stringContaining('No verified answer')]);
    }
  });

  test('no server listens: the same page, because Nginx can not distinguish this; http- names get the usual one', async () => {
    expect((await ask(uap, apps.name(2))).body).toContain('nothing listens there, or its certificate');
    expect((await ask(uap, apps.name(2, 'http'))).body).toMatch(/^No usable answer from http:/);
  });

  test('a verified app that breaks off gets the usual page', async () => {
    const app = await apps.start(0, good());
    app.server.removeAllListeners('request');
    app.server.on('request', (request) => request.socket.destroy());
    expect((await ask(uap, apps.name(0))).body).toMatch(/^No usable answer from https:/);
  });

  test('an unverified instance that takes the place of a verified one gets nothing', async () => {
    const verified = await apps.start(0, good());
    for (let i = 0; i < 8; i++) expect((await ask(uap, apps.name(0))).status).toBe(200);
    await verified.stop();
    const impostor = await apps.start(0, other.issue({ names: [apps.name(0)] }));
    let requests = 0;
    impostor.server.on('request', () => requests++);
    for (let i = 0; i < 8; i++) expect((await ask(uap, apps.name(0))).status).toBe(502);
    expect(requests).toBe(0);
  });

  test('a TLS session of a verified instance gives no access to another with its session keys', async () => {
    const ticketKeys = Buffer.alloc(48, 7);
    const verified = await apps.start(0, good(), { ticketKeys });
    for (let i = 0; i < 8; i++) expect((await ask(uap, apps.name(0))).status).toBe(200);
    await verified.stop();
    const reused: boolean[] = [];
    const impostor = await apps.start(0, other.issue({ names: [apps.name(0)] }), { ticketKeys });
    impostor.server.on('secureConnection', (socket: TLSSocket) => reused.push(socket.isSessionReused()));
    for (let i = 0; i < 8; i++) expect((await ask(uap, apps.name(0))).status).toBe(502);
    expect(reused).not.toContain(true);
  });

  test('a kept connection serves only the name that was verified when it was opened', async () => {
    // The certificate is for https-… and not for the short name, or the other way round.
    for (const [covered, foreign] of [
      [`https-${apps.name(0)}`, apps.name(0)],
      [apps.name(0), `https-${apps.name(0)}`],
    ] as const) {
      const app = await apps.start(0, ca.issue({ names: [covered] }));
      for (let i = 0; i < 12; i++) {
        expect((await ask(uap, covered)).status).toBe(200);
        expect((await ask(uap, foreign)).status).toBe(502);
      }
      await app.stop();
    }
  });

  test('WebSockets work to a verified instance, and fail to another', async () => {
    const open = (host: string) => new WebSocket(`wss://${host}/`, { createConnection: () => connectTls(uap, host) });
    const opened = (socket: WebSocket) =>
      new Promise<string>((resolve) => {
        socket.once('open', () => resolve('open'));
        socket.once('error', ({ message }) => resolve(message));
      });
    const server = new WebSocketServer({ server: (await apps.start(0, good())).server as https.Server });
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${data}`)));
    const socket = open(apps.name(0));
    expect(await opened(socket)).toBe('open');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe('echo hello');
    socket.terminate();

    const bad = await apps.start(1, other.issue({ names: [apps.name(1)] }));
    new WebSocketServer({ server: bad.server as https.Server });
    const refused = open(apps.name(1));
    const outcome = await opened(refused);
    refused.terminate();
    expect(outcome).toBe('Unexpected server response: 502');
  });
});

describeUap('verified TLS with a name for all instances', (variant) => {
  let uap: Uap;
  let apps: Apps;
  const name = 'instance.cloud.org';

  beforeAll(async () => {
    const upstreamTls = UpstreamSecurity.verifiedTls({ ca: file('ca.pem', ca.root), name }).render();
    uap = await startUap(variant, { upstreamTls });
    apps = new Apps(uap);
  });
  afterEach(() => apps.stop());
  afterAll(() => uap?.stop());

  test('that name is expected and sent, and Host stays the public one', async () => {
    await apps.start(0, ca.issue({ names: [name] }));
    const answer = await ask(uap, apps.name(0));
    expect(JSON.parse(answer.body)).toEqual({ name, host: apps.name(0) });
  });

  test("an app's own name is no longer sufficient, and the page shows the required one", async () => {
    await apps.start(0, ca.issue({ names: [apps.name(0)] }));
    const page = await ask(uap, apps.name(0), { headers: HTML });
    expect([page.status, page.body]).toEqual([502, expect.stringContaining(`<code>${name}</code>`)]);
  });
});

describeUap('an address as the name', (variant) => {
  // Not offered as a setting: this is why.
  test('is looked for among the DNS names and the common name, never among the IP addresses', async () => {
    const root = file('ca.pem', ca.root);
    const address = '198.51.100.1';
    const { directives, ...rest } = UpstreamSecurity.verifiedTls({ ca: root }).render();
    const upstreamTls = {
      ...rest,
      directives: directives.map(([option = '', value = '']) => [option, value === '$host' ? address : value]),
    };
    await withUap(startUap(variant, { upstreamTls }), async ({ uap, apps }) => {
      const status = async (options: IssueOptions) => {
        await apps.start(0, ca.issue(options));
        const answer = await ask(uap, apps.name(0));
        await apps.stop();
        return answer.status;
      };
      expect(await status({ names: [`IP:${address}`] })).toBe(502);
      expect(await status({ names: [`DNS:${address}`] })).toBe(200);
      expect(await status({ names: [], commonName: address })).toBe(200);
    });
  });
});

describeUap('mutual TLS to upstreams', (variant) => {
  let client: Issued;

  const start = ({ verified, shown = client }: { verified: boolean; shown?: Issued }) => {
    const upstreamCertificate = file('client.pem', shown.chain);
    const upstreamKey = file('client.key', shown.key);
    const driver = UpstreamSecurity.mutualTls({
      ...(verified ? { ca: file('ca.pem', ca.root) } : {}),
      certificate: upstreamCertificate,
      key: Secret.file(upstreamKey),
    });
    expect(driver.problems()).toEqual([]);
    return startUap(variant, { upstreamTls: driver.render() }, { upstreamCertificate, upstreamKey });
  };
  const admits = (authority: CertificateAuthority) => ({
    requestCert: true,
    rejectUnauthorized: true,
    ca: authority.root,
  });

  beforeAll(() => {
    client = ca.issue({ names: [], commonName: 'uap' });
  });

  test('an instance that admits only the UAP sees its certificate, and is verified', () =>
    withUap(start({ verified: true }), async ({ uap, apps }) => {
      await apps.start(0, ca.issue({ names: [apps.name(0)] }), admits(ca));
      const answer = await ask(uap, apps.name(0));
      expect([answer.status, JSON.parse(answer.body || '{}').client]).toEqual([200, 'uap']);
      await apps.start(1, other.issue({ names: [apps.name(1)] }), admits(ca));
      const refused = await ask(uap, apps.name(1));
      expect([refused.status, refused.body]).toEqual([502, expect.stringContaining('No verified answer')]);
    }));

  test('without a CA the certificate is shown to self-signed instances as well', () =>
    withUap(start({ verified: false }), async ({ uap, apps }) => {
      await apps.start(0, other.issue({ names: ['localhost'] }), admits(ca));
      const answer = await ask(uap, apps.name(0));
      expect([answer.status, JSON.parse(answer.body || '{}').client]).toEqual([200, 'uap']);
    }));

  test('an instance refuses a UAP with a certificate of another CA: 502', () =>
    withUap(
      start({ verified: true, shown: other.issue({ names: [], commonName: 'stranger' }) }),
      async ({ uap, apps }) => {
        await apps.start(0, ca.issue({ names: [apps.name(0)] }), admits(ca));
        expect((await ask(uap, apps.name(0))).status).toBe(502);
      },
    ));

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a UAP that shows none is refused by such an instance, %s', (maxVersion) =>
    withUap(startUap(variant), async ({ uap, apps }) => {
      await apps.start(0, ca.issue({ names: [apps.name(0)] }), { ...admits(ca), maxVersion });
      expect((await ask(uap, apps.name(0))).status).toBe(502);
    }),
  );
});

describeUap('a UAP that refuses plain HTTP apps', (variant) => {
  let uap: Uap;
  let apps: Apps;
  beforeAll(async () => {
    uap = await startUap(variant, { httpUpstreams: false });
    apps = new Apps(uap);
  });
  afterEach(() => apps.stop());
  afterAll(() => uap?.stop());

  test('answers http- names with 403 and says why, and never connects', async () => {
    const app = await apps.startPlain('http', 0);
    const host = apps.name(0, 'http', app.port);
    const page = await ask(uap, host, { headers: HTML });
    expect([page.status, page.one('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
    expect(page.body).toContain('would not be encrypted');
    expect(page.body).toContain('<code>httpUpstreams</code>');
    expect(page.body).toContain('a self-signed certificate is enough');
    const text = await ask(uap, host, { method: 'POST', body: 'x' });
    expect([text.status, text.body]).toEqual([
      403,
      'Apps that speak plain HTTP are refused here: configure the app for HTTPS, and remove "http-" from the name\n',
    ]);
    expect(app.connections()).toBe(0);
  });

  test('serves https apps, and its form offers nothing else', async () => {
    const app = await apps.startPlain('https', 0);
    expect((await ask(uap, apps.name(0, 'https', app.port))).status).toBe(200);
    const form = (await ask(uap, HOSTNAME)).body;
    expect(form).toContain('<option value="https">');
    expect(form).not.toContain('<option value="http">');
  });
});
