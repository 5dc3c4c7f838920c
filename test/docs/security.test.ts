import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket, { WebSocketServer } from 'ws';
import { Secret } from '../../lib/strategies/secret';
import { UpstreamSecurity } from '../../lib/strategies/upstream-security';
import { ask, connectTls } from '../nginx/support/client';
import type { Network } from '../nginx/support/network';
import { describeUap, startUap, type Uap } from '../nginx/support/uap';
import { echo, type Seen } from '../nginx/support/upstream';

const page = readFileSync(path.join(__dirname, '../../docs/security.md'), 'utf8');

/** The blocks of code of the recipe with their language and, from the line above, the file that they are. */
const blocks = [...page.matchAll(/(?:^(?:[A-Z]\w+, )?`([^`]+)`[^\n]*:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, file, language, text = '']) => ({ file, language, text }),
);

function block(name: string): string {
  const found = blocks.filter(({ file, language }) => file === name || language === name);
  if (found.length !== 1) throw new Error(`docs/security.md has ${found.length} blocks ${name}`);
  return (found[0] as { text: string }).text;
}

const INSTANCE = '149.165.152.7';
const UAP_ADDRESS = '149.165.152.2';
const PORT = 8443;

/** The server in front of the app on the instance: its command, and its configuration from the page. */
const servers = [
  {
    name: 'Nginx',
    config: '/etc/nginx/conf.d/uap.conf',
    command: (config: string, folder: string) => {
      writeFileSync(
        path.join(folder, 'nginx.conf'),
        `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {} http { access_log off;
         ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
         include ${config}; }`,
      );
      return ['nginx', '-c', path.join(folder, 'nginx.conf')];
    },
  },
  {
    name: 'Caddy',
    config: '/etc/caddy/Caddyfile',
    command: (config: string) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', config],
  },
];

test('the page holds every part of the recipe', () => {
  expect(blocks.map(({ file, language }) => file ?? language)).toEqual([
    'sh',
    'uap-client.ext',
    'ts',
    'sh',
    'sh',
    'instance.ext',
    '/etc/nginx/conf.d/uap.conf',
    '/etc/caddy/Caddyfile',
  ]);
});

describeUap('the recipe of docs/security.md', (variant) => {
  let folder: string;
  let uap: Uap;
  let app: http.Server;
  let network: Network;
  let instance: string;

  /** The page's words as they are here: addresses, ports and folders. */
  const here = (text: string) =>
    text
      .replaceAll(INSTANCE, instance)
      .replaceAll(UAP_ADDRESS, network.uap)
      .replaceAll(INSTANCE.replaceAll('.', '-'), instance.replaceAll('.', '-'))
      .replaceAll('127.0.0.1:8888', `127.0.0.1:${(app.address() as AddressInfo).port}`)
      .replaceAll('/etc/uap-tls', folder)
      .replace(`listen ${PORT}`, `listen ${instance}:${PORT}`)
      .replace(/^(\ttls )/m, `\tbind ${instance}\n$1`);

  /** The commands of the page, in its order, with the files that it names. */
  const makeCertificates = () => {
    for (const name of ['uap-client.ext', 'instance.ext']) writeFileSync(path.join(folder, name), here(block(name)));
    for (const { text } of blocks.filter(({ language }) => language === 'sh')) {
      execFileSync('sh', ['-ec', here(text)], { cwd: folder, stdio: 'pipe' });
    }
  };

  /** The driver as the settings of the page make it. */
  const driver = () => {
    const text = block('ts').replaceAll("'stacks/", `'${folder}/`).replaceAll("'~/", `'${folder}/`);
    return new Function('UpstreamSecurity', 'Secret', `return ({ ${text} });`)(UpstreamSecurity, Secret) as {
      httpUpstreams: boolean;
      upstreamSecurity: UpstreamSecurity;
    };
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'uap-recipe-'));
    app = http.createServer(echo).listen(0, '127.0.0.1');
    await once(app, 'listening');
    const sockets = new WebSocketServer({ server: app });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${data}`)));
    uap = await startUap(
      variant,
      (opened) => {
        network = opened;
        instance = opened.instances[0] as string;
        makeCertificates();
        const { httpUpstreams, upstreamSecurity } = driver();
        expect(upstreamSecurity.problems()).toEqual([]);
        return { httpUpstreams, upstreamTls: upstreamSecurity.render() };
      },
      { upstreamCertificate: path.join(folder, 'uap-client.pem'), upstreamKey: path.join(folder, 'uap-client.key') },
    );
  });
  afterAll(async () => {
    await uap?.stop();
    app.closeAllConnections();
    app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(servers)('with $name', ({ name, config, command }) => {
    const missing = spawnSync('sh', ['-c', `command -v ${name.toLowerCase()}`]).status !== 0;
    if (missing) {
      process.stderr.write(`SKIPPED the recipe of docs/security.md with ${name}: it is not installed\n`);
      test.skip(`(skipped: ${name} is not installed)`, () => undefined);
      return;
    }

    let server: ChildProcess;
    let host: string;

    beforeAll(async () => {
      host = uap.host({ protocol: 'https', address: instance, port: PORT });
      const file = path.join(folder, `${name}.config`);
      writeFileSync(file, here(block(config)));
      const home = path.join(folder, name);
      mkdirSync(home, { recursive: true });
      const [program = '', ...args] = command(file, home);
      let said = '';
      server = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: home } });
      for (const stream of [server.stdout, server.stderr]) stream?.on('data', (data) => (said += data));
      for (let left = 100; !(await listens(instance)); left--) {
        if (left === 0 || server.exitCode !== null) throw new Error(`${name} does not listen: ${said}`);
        await sleep(50);
      }
    });
    afterAll(async () => {
      if (server?.exitCode !== null) return;
      server.kill();
      await once(server, 'exit');
    });

    test('the app is reached through the UAP, by both of its names, with the headers of the UAP', async () => {
      for (const one of [host, `https-${host}`]) {
        const answer = await ask(uap, one, { path: '/lab?x=%2F', method: 'POST', body: 'hello' });
        expect(answer.status).toBe(200);
        const seen = JSON.parse(answer.body) as Seen;
        expect([seen.target, seen.body]).toEqual(['/lab?x=%2F', 'hello']);
        expect(Object.fromEntries(seen.headers)).toMatchObject({
          host: one,
          'x-forwarded-for': expect.stringMatching(`^${uap.network.instances[0]}\\b`),
          'x-forwarded-proto': 'https',
          'x-forwarded-host': one,
        });
      }
    });

    test('WebSockets pass', async () => {
      const socket = new WebSocket(`wss://${host}/`, { createConnection: () => connectTls(uap, host) });
      await once(socket, 'open');
      socket.send('hello');
      expect(String((await once(socket, 'message'))[0])).toBe('echo hello');
      socket.terminate();
    });

    test('the name for plain HTTP is refused', async () => {
      expect((await ask(uap, uap.host({ protocol: 'http', address: instance, port: PORT }))).status).toBe(403);
    });

    test.each([
      ['no certificate', () => ({})],
      ["an instance's certificate", () => pair('instance')],
      ['a certificate of another CA', () => stranger()],
    ])('who comes past the UAP with %s does not reach the app', async (_, credentials) => {
      expect(await direct(host, credentials())).not.toBe(200);
    });

    test("a client with the UAP's certificate is served", async () => {
      // The counterpart of the refusals above: nothing but the certificate is what they lack.
      expect(await direct(host, pair('uap-client'))).toBe(200);
    });
  });

  const pair = (name: string) => ({
    cert: readFileSync(path.join(folder, `${name}.pem`)),
    key: readFileSync(path.join(folder, `${name}.key`)),
  });

  const stranger = () => {
    const files = ['-keyout', 'stranger.key', '-out', 'stranger.pem'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
    const subject = ['-subj', '/CN=proxy.cloud.org', '-addext', 'extendedKeyUsage=clientAuth'];
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { cwd: folder, stdio: 'pipe' });
    return pair('stranger');
  };

  /** The status of a request straight to the instance; 0 if the connection ends without an answer. */
  const direct = (host: string, credentials: { cert?: Buffer; key?: Buffer }) =>
    new Promise<number>((resolve) => {
      const options = { host: instance, port: PORT, servername: host, headers: { Host: host }, agent: false as const };
      const request = https.get({ ...options, ...credentials, rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', () => resolve(0));
    });
});

function listens(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(PORT, address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
