import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../../lib/nginx/assets/scripts/own-addresses');
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'uap-own-'));
  mkdirSync(join(root, 'etc/nginx/uap'), { recursive: true });
  mkdirSync(join(root, 'var/lib/uap/late'), { recursive: true });
  mkdirSync(join(root, 'bin'));
  writeFileSync(
    join(root, 'bin/ip'),
    "#!/bin/sh\nprintf '%s\\n' '1: lo inet 127.0.0.1/8 scope host' '2: eth0 inet 10.20.0.7/24 brd 10.20.0.255'\n",
    { mode: 0o755 },
  );
  writeFileSync(join(root, 'bin/systemctl'), '#!/bin/sh\necho "$*" >> "$0.log"\n', { mode: 0o755 });
});
afterEach(() => rmSync(root, { recursive: true }));

const list = join('etc/nginx/uap', 'own-addresses.conf');
const run = (...args: string[]) =>
  execFileSync(script, [...args, root], { env: { PATH: `${join(root, 'bin')}:${process.env.PATH}` } });
const denied = () => readFileSync(join(root, list), 'utf8').match(/^[\d.]+(?=\/32 1;$)/gm);
const reloads = () => {
  try {
    return readFileSync(join(root, 'bin/systemctl.log'), 'utf8').match(/^reload nginx$/gm)?.length ?? 0;
  } catch {
    return 0;
  }
};
const told = (text: string) => writeFileSync(join(root, 'var/lib/uap/late/addresses'), text);

test("the machine's own addresses are denied", () => {
  run();
  expect(denied()).toEqual(['10.20.0.7']);
});

test('so are those of other replicas, floating IPs and a load balancer, once each', () => {
  told('198.51.100.7\n198.51.100.8\n10.20.0.7');
  run();
  expect(denied()).toEqual(['10.20.0.7', '198.51.100.7', '198.51.100.8']);
});

test('invalid addresses are omitted', () => {
  told('198.51.100.7\n;} http {\n\n::1\n');
  run();
  expect(denied()).toEqual(['10.20.0.7', '198.51.100.7']);
});

test('a changed list reloads a running Nginx, an unchanged one does not', () => {
  run('--reload');
  expect(reloads()).toBe(1);
  const before = statSync(join(root, list)).mtimeMs;
  run('--reload');
  expect([reloads(), statSync(join(root, list)).mtimeMs]).toEqual([1, before]);
  told('198.51.100.7');
  run('--reload');
  expect(reloads()).toBe(2);
});

test('at boot Nginx is not reloaded', () => {
  run();
  expect(reloads()).toBe(0);
});
