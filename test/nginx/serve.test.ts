import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Render, type Served, type ServeIo, type ServeOptions, serve } from '../../cli/serve/server';
import type { InstanceFile } from '../../lib/instance-parts';
import { renderNginx } from '../../lib/nginx';
import { HEALTH_PORT } from '../../lib/nginx/paths';
import type { Place } from '../../lib/nginx/place';
import type { Network } from './support/network';
import { HOSTNAME, model } from './support/uap';

const MODEL = model({ cidr: '198.51.100.0/24' } as Network);
const files = renderNginx(MODEL);
const render: Render = (place) => renderNginx(MODEL, place);
const quiet: ServeIo = { stdout: { write: () => true }, stderr: { write: () => true } };
const options: ServeOptions = {
  hostname: HOSTNAME,
  listen: '127.0.0.1',
  httpsPort: 18_443,
  httpPort: 18_080,
  ownAddresses: [],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'uap-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the same model gives the same files, each with its own path', () => {
  expect(renderNginx(MODEL)).toEqual(files);
  expect(new Set(files.map((file) => file.path)).size).toBe(files.length);
  for (const { path: file } of files)
    expect(file).toMatch(/^\/(etc\/nginx|usr\/local\/lib\/uap|var\/lib\/uap\/health)\//);
});

describe('in another place', () => {
  const place: Place = { root: '/tmp/x', address: '127.0.0.9', httpsPort: 8443, httpPort: 8080, workers: 3 };
  const moved = renderNginx(MODEL, place);
  const lines = (all: readonly InstanceFile[]) => all.flatMap(({ content }) => content.split('\n'));

  test('the files are the same, and most of their lines', () => {
    expect(moved.map((file) => file.path)).toEqual(files.map((file) => file.path));
    const now = new Set(lines(moved));
    const changed = lines(files).filter((line) => !now.has(line));
    const allowed = [
      /^ *listen (443|80|"\[::\]:(443|80)")[ ;]/,
      /^worker_processes auto;$/,
      /^proxy_set_header (Host \$host|X-Forwarded-Host \$host|X-Forwarded-Port 443);$/,
      // Public URLs.
      /https:\/\/\$|https:\/\/proxy\.cloud\.org\/;|\(\?<instance>/,
      / "?\(?\/(etc\/nginx\/uap|etc\/uap|var\/(log|lib)\/nginx|var\/lib\/uap|run)\/|\(-f \/var/,
    ];
    expect(changed.filter((line) => !allowed.some((pattern) => pattern.test(line)))).toEqual([]);
    expect(changed.filter((line) => line.startsWith('proxy_set_header'))).toHaveLength(3);
  });

  test('it listens on the one IPv4 address only', () => {
    const listens = (of: readonly InstanceFile[]) => lines(of).filter((line) => /^\s*listen (?!unix:)/.test(line));
    expect(listens(files).some((line) => line.includes('[::]'))).toBe(true);
    expect(listens(moved).length).toBeGreaterThan(0);
    for (const line of listens(moved)) expect(line).toMatch(/^\s*listen 127\.0\.0\.9:(8443|8080)[ ;]/);
    const balanced = renderNginx({ ...MODEL, proxyProtocolFrom: ['192.0.2.0/24'] }, place);
    expect(lines(balanced)).toContain(`    listen 127.0.0.9:${HEALTH_PORT};`);
  });

  test('all files but the modules of Nginx are below the root', () => {
    const text = lines(moved).join('\n');
    expect(text).toContain('listen 127.0.0.9:8443 ssl http2;');
    expect(text).toContain('listen 127.0.0.9:8080;');
    expect(text).toContain('worker_processes 3;');
    expect(text).toContain('ssl_certificate /tmp/x/etc/uap/tls/fullchain.pem;');
    expect(text).toContain('include /etc/nginx/modules-enabled/*.conf;');
    const conf = moved.filter(({ path: file }) => file.endsWith('.conf'));
    const directives = lines(conf).filter((line) => !line.startsWith('#'));
    const outside = directives.filter((line) =>
      /(?<![\w/.])\/(etc|var|run|usr|tmp)\//.test(line.replaceAll('/tmp/x/', '')),
    );
    expect(outside).toEqual(['include /etc/nginx/modules-enabled/*.conf;']);
  });
});

describe('select-variants', () => {
  const ipv6 = existsSync('/proc/net/if_inet6') && readFileSync('/proc/net/if_inet6', 'utf8') !== '';
  /** Listens on IPv6 if the kernel has it. */
  const FAMILY = ipv6 ? /-dual$/ : /-ipv4$/;

  /** Runs it with an Nginx that prints a version, and accepts or refuses the probe. */
  const select = (version: string, lua: boolean): Record<string, string> => {
    mkdirSync(path.join(folder, 'bin'));
    const stub = path.join(folder, 'bin/nginx');
    writeFileSync(
      stub,
      `#!/bin/sh\ncase $1 in -v) echo 'nginx version: nginx/${version}' >&2;; *) exit ${lua ? 0 : 1};; esac\n`,
    );
    chmodSync(stub, 0o755);
    mkdirSync(path.join(folder, 'etc/nginx/uap'), { recursive: true });
    const script = path.join(__dirname, '../../lib/nginx/assets/scripts/select-variants');
    execFileSync('sh', [script, folder], { env: { ...process.env, PATH: `${folder}/bin:${process.env.PATH}` } });
    const target = (link: string) => readlinkSync(path.join(folder, 'etc/nginx/uap', link));
    return {
      listen: target('listen').replace(FAMILY, ''),
      reject: target('reject'),
      upstream: target('upstream'),
    };
  };

  test.each([
    ['1.18.0 (Ubuntu)', false, 'listen-http2-parameter', 'reject-certificate', 'upstream-plain'],
    ['1.19.4', true, 'listen-http2-parameter', 'reject-handshake', 'upstream-lua'],
    ['1.22.1', true, 'listen-http2-parameter', 'reject-handshake', 'upstream-lua'],
    ['1.24.0', true, 'listen-http2-parameter', 'reject-handshake', 'upstream-lua'],
    ['1.25.0', false, 'listen-http2-parameter', 'reject-handshake', 'upstream-plain'],
    ['1.25.1', true, 'listen-http2-directive', 'reject-handshake', 'upstream-lua'],
    ['1.26.3', true, 'listen-http2-directive', 'reject-handshake', 'upstream-lua'],
    ['1.100.0', true, 'listen-http2-directive', 'reject-handshake', 'upstream-lua'],
  ])('Nginx %s, Lua %s', (version, lua, listen, reject, upstream) => {
    const all = { listen: `variants/${listen}`, reject: `variants/${reject}`, upstream: `variants/${upstream}` };
    expect(select(version, lua)).toEqual(all);
    for (const linked of Object.values(all)) {
      expect(files.some((file) => file.path.startsWith(`/etc/nginx/uap/${linked}`))).toBe(true);
    }
  });
});

test("own-addresses writes the machine's addresses without loopback", () => {
  mkdirSync(path.join(folder, 'etc/nginx/uap'), { recursive: true });
  const script = path.join(__dirname, '../../lib/nginx/assets/scripts/own-addresses');
  const inNamespace =
    'ip link set lo up && ip address add 198.51.100.7/24 dev lo && ip address add 203.0.113.9/32 dev lo && exec sh "$@"';
  const result = spawnSync('unshare', ['-rn', 'sh', '-c', inNamespace, 'sh', script, folder], { encoding: 'utf8' });
  expect([result.stderr, result.status]).toEqual(['', 0]);
  expect(readFileSync(path.join(folder, 'etc/nginx/uap/own-addresses.conf'), 'utf8')).toBe(
    '# Addresses of this UAP: found at boot, or passed by the deployment.\n198.51.100.7/32 1;\n203.0.113.9/32 1;\n',
  );
  const alone = spawnSync('unshare', ['-rn', 'sh', script, path.join(folder, 'none')], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  expect(alone.status).not.toBe(0);
});

describe('serve', () => {
  let running: Served | undefined;
  const start = async (more: Partial<ServeOptions> = {}, given: Render = render, io = quiet) => {
    running = await serve(given, { ...options, ...more }, io);
    return running;
  };

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  test('prints its address in one line, answers there, and leaves no files', async () => {
    let said = '';
    const served = await start({}, render, { ...quiet, stdout: { write: (text: string) => (said += text) } });
    expect(said).toBe(`https://${HOSTNAME}:18443/ is served on 127.0.0.1, ports 18443 and 18080\n`);
    const location = execFileSync('curl', ['-si', '-H', `Host: ${HOSTNAME}`, 'http://127.0.0.1:18080/x'], {
      encoding: 'utf8',
    });
    expect(location).toContain(`Location: https://${HOSTNAME}:18443/x\r\n`);
    await served.stop();
    expect(existsSync(served.root)).toBe(false);
    expect(await served.ended).toBe(0);
  });

  test('reports the port that is in use', async () => {
    const taken = net.createServer().listen(18_443, '127.0.0.1');
    await expect(start({ root: folder })).rejects.toThrow(/127\.0\.0\.1:18443 failed .*in use/);
    expect(existsSync(folder)).toBe(false);
    taken.close();
  });

  test("reports Nginx's message about a wrong configuration", async () => {
    const wrong: Render = (place) =>
      render(place).map((file) =>
        file.path.endsWith('/tls.conf') ? { ...file, content: 'no_such_directive x;\n' } : file,
      );
    await expect(start({ root: folder }, wrong)).rejects.toThrow('unknown directive "no_such_directive"');
    expect(existsSync(folder)).toBe(false);
  });

  test('reports a certificate without its key', async () => {
    await expect(start({ certificate: '/x' })).rejects.toThrow('give both or none');
  });

  test('reports that Nginx is missing', async () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    const { stdout: sed } = spawnSync('sh', ['-c', 'command -v sed'], { encoding: 'utf8' });
    symlinkSync(sed.trim(), path.join(bin, 'sed'));
    await expect(start({ prefix: ['env', `PATH=${bin}`] })).rejects.toThrow('nginx is missing');
  });
});
