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
import { relocate } from '../../cli/serve/relocate';
import { type Served, type ServeIo, type ServeOptions, serve } from '../../cli/serve/server';
import type { InstanceFile } from '../../lib/instance-parts';
import { renderNginx } from '../../lib/nginx';
import type { Network } from './support/network';
import { HOSTNAME, model } from './support/uap';

const MODEL = model({ cidr: '198.51.100.0/24' } as Network);
const files = renderNginx(MODEL);
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

test('the same model gives the same files, each with a path of its own', () => {
  expect(renderNginx(MODEL)).toEqual(files);
  expect(new Set(files.map((file) => file.path)).size).toBe(files.length);
  for (const { path: file } of files)
    expect(file).toMatch(/^\/(etc\/nginx|usr\/local\/lib\/uap|var\/lib\/uap\/health)\//);
});

describe('relocate', () => {
  const moved = relocate(files, { root: '/tmp/x', listen: '127.0.0.9', httpsPort: 8443, httpPort: 8080 });

  test('changes nothing but listen, the public port and paths', () => {
    const changed = files.flatMap(({ content }, i) => {
      const now = (moved[i]?.content ?? '').split('\n');
      return content.split('\n').filter((line) => !line.includes('listen "[::]') && !now.includes(line));
    });
    const header = 'proxy_set_header (Host \\$host|X-Forwarded-Host \\$host|X-Forwarded-Port 443);';
    for (const line of changed) {
      expect(line).toMatch(new RegExp(`^ *(listen (443|80)[ ;]|default "";|${header}|.*/(etc|var|run)/)`));
    }
    expect(changed.filter((line) => line.startsWith('proxy_set_header'))).toHaveLength(3);
    expect(changed.filter((line) => line.includes('default ""'))).toHaveLength(1);
  });

  test('listens on the one IPv4 address alone', () => {
    const listens = (of: readonly InstanceFile[]) =>
      of.flatMap(({ content }) => content.split('\n').filter((line) => /^\s*listen (?!unix:)/.test(line)));
    expect(listens(files).some((line) => line.includes('[::]'))).toBe(true);
    for (const line of listens(moved)) expect(line).toMatch(/^\s*listen 127\.0\.0\.9:\d+[ ;]/);
  });

  test('puts files under the root', () => {
    expect(moved.map((file) => file.path)).toEqual(files.map((file) => `/tmp/x${file.path}`));
    const text = moved.map((file) => file.content).join('');
    expect(text).toContain('listen 127.0.0.9:8443 ssl http2;');
    expect(text).toContain('listen 127.0.0.9:8080;');
    expect(text).toContain('ssl_certificate /tmp/x/etc/uap/tls/fullchain.pem;');
    expect(text).toContain('include /etc/nginx/modules-enabled/*.conf;');
    expect(text).not.toMatch(/^ *listen (443|80|\[::\])/m);
  });

  test('leaves scripts as they are: they take the root as an argument', () => {
    const script = (all: readonly InstanceFile[]) => all.filter((file) => file.path.includes('/usr/local/'));
    expect(script(moved).map((file) => file.content)).toEqual(script(files).map((file) => file.content));
  });
});

describe('select-variants', () => {
  const ipv6 = existsSync('/proc/net/if_inet6') && readFileSync('/proc/net/if_inet6', 'utf8') !== '';
  /** IPv6 is listened to where the kernel has it. */
  const FAMILY = ipv6 ? /-dual$/ : /-ipv4$/;

  /** Runs it with an Nginx that tells a version, and takes or refuses the probe. */
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

test('own-addresses writes what the machine has, and nothing of loopback', () => {
  mkdirSync(path.join(folder, 'etc/nginx/uap'), { recursive: true });
  const script = path.join(__dirname, '../../lib/nginx/assets/scripts/own-addresses');
  const inNamespace =
    'ip link set lo up && ip address add 198.51.100.7/24 dev lo && ip address add 203.0.113.9/32 dev lo && exec sh "$@"';
  const result = spawnSync('unshare', ['-rn', 'sh', '-c', inNamespace, 'sh', script, folder], { encoding: 'utf8' });
  expect([result.stderr, result.status]).toEqual(['', 0]);
  expect(readFileSync(path.join(folder, 'etc/nginx/uap/own-addresses.conf'), 'utf8')).toBe(
    '# Addresses of this UAP: found at boot, or told by the deployment.\n198.51.100.7/32 1;\n203.0.113.9/32 1;\n',
  );
  const alone = spawnSync('unshare', ['-rn', 'sh', script, path.join(folder, 'none')], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  expect(alone.status).not.toBe(0);
});

describe('serve', () => {
  let running: Served | undefined;
  const start = async (more: Partial<ServeOptions> = {}, given = files, io = quiet) => {
    running = await serve(given, { ...options, ...more }, io);
    return running;
  };

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  test('says in one line where it serves, answers there, and leaves nothing behind', async () => {
    let said = '';
    const served = await start({}, files, { ...quiet, stdout: { write: (text: string) => (said += text) } });
    expect(said).toBe(`https://${HOSTNAME}:18443/ is served on 127.0.0.1, ports 18443 and 18080\n`);
    const location = execFileSync('curl', ['-si', '-H', `Host: ${HOSTNAME}`, 'http://127.0.0.1:18080/x'], {
      encoding: 'utf8',
    });
    expect(location).toContain(`Location: https://${HOSTNAME}:18443/x\r\n`);
    await served.stop();
    expect(existsSync(served.root)).toBe(false);
    expect(await served.ended).toBe(0);
  });

  test('tells which port is taken', async () => {
    const taken = net.createServer().listen(18_443, '127.0.0.1');
    await expect(start({ root: folder })).rejects.toThrow(/127\.0\.0\.1:18443 failed .*in use/);
    expect(existsSync(folder)).toBe(false);
    taken.close();
  });

  test("tells Nginx's words about a wrong configuration", async () => {
    const wrong = files.map((file) =>
      file.path.endsWith('/tls.conf') ? { ...file, content: 'no_such_directive x;\n' } : file,
    );
    await expect(start({ root: folder }, wrong)).rejects.toThrow('unknown directive "no_such_directive"');
    expect(existsSync(folder)).toBe(false);
  });

  test('tells that a certificate lacks its key', async () => {
    await expect(start({ certificate: '/x' })).rejects.toThrow('give both or none');
  });

  test('tells that Nginx is missing', async () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    const { stdout: sed } = spawnSync('sh', ['-c', 'command -v sed'], { encoding: 'utf8' });
    symlinkSync(sed.trim(), path.join(bin, 'sed'));
    await expect(start({ prefix: ['env', `PATH=${bin}`] })).rejects.toThrow('nginx is missing');
  });
});
