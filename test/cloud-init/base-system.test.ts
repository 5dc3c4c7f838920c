import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { acmeParts, baseParts, optionalPackages } from '../../lib/cloud-init';
import { describeScripts, hostname, Machine } from './machine';

const assets = path.join(__dirname, '../../lib/cloud-init/assets');

test.each(['Proxy.example.test', 'proxy', 'a b.test', '*.example.test'])('the host name %j is refused', (name) => {
  expect(() => baseParts({ hostname: name })).toThrow(`got "${name}"`);
});

test.each(['mirror.example.test/debian', 'file:///x', 'http://a b/'])('the mirror %j is refused', (packageMirror) => {
  expect(() => baseParts({ hostname, packageMirror })).toThrow(`got "${packageMirror}"`);
});

test('a mirror is configured only when given', () => {
  const paths = (options: object) => baseParts({ hostname, ...options }).files?.map((file) => file.path);
  expect(paths({})).not.toContain('/etc/uap/package-mirror');
  expect(paths({ packageMirror: 'http://mirror.example.test/debian/' })).toContain('/etc/uap/package-mirror');
});

test('every unit that is started is one of the files, and can be enabled', () => {
  const { files = [], units = [] } = baseParts({ hostname });
  for (const { name } of units) {
    const file = files.find((candidate) => candidate.path === `/etc/systemd/system/${name}`);
    expect(file?.content).toContain('\n[Install]\nWantedBy=');
  }
});

test('Nginx reaches neither address of the metadata service, also before nftables is installed', () => {
  const { files = [] } = baseParts({ hostname });
  const dropIn = files.find((file) => file.path.includes('/nginx.service.d/'))?.content;
  expect(dropIn).toMatch(/^\[Service\]\n(?:[^[].*\n|\n)*IPAddressDeny=169\.254\.169\.254 fe80::a9fe:a9fe$/m);
});

test('the guest image of the sandbox has, or its mirror brings, each package of an instance', () => {
  const script = readFileSync(path.join(__dirname, '../../sandbox/image'), 'utf8');
  // Its lists of what is in the image from the start and of what an instance may install at boot.
  const lists = [...script.matchAll(/(?:packages=|late=|late\+=)\(([^)$]+)\)/g)].map(([, names]) =>
    names?.split(/\s+/),
  );
  expect(lists).toHaveLength(3);
  const acme = acmeParts({
    hostname,
    email: 'ops@cloud.org',
    directoryUrl: 'https://ca.test/dir',
    dnsProvider: 'exec',
  });
  const wanted = [...(baseParts({ hostname }).packages ?? []), ...optionalPackages, ...(acme.packages ?? [])];
  expect(lists.flat()).toEqual(expect.arrayContaining(wanted));
});

test('no placeholder is left in any file', () => {
  for (const { content } of baseParts({ hostname }).files ?? []) expect(content).not.toMatch(/@[A-Z_]+@/);
});

const shellcheck = ['/usr/bin/shellcheck', '/usr/local/bin/shellcheck'].find(existsSync);
(shellcheck ? test : test.skip)('shellcheck has nothing to say (skipped where it is not installed)', () => {
  const scripts = ['console', 'packages', 'setup'].map((name) => path.join(assets, 'bin', name));
  execFileSync(shellcheck ?? '', ['--shell=sh', ...scripts]);
});

const root = process.getuid?.() === 0;
(existsSync('/usr/sbin/nft') && root ? test : test.skip)(
  'nftables takes the rules (skipped where it is not installed)',
  () => {
    execFileSync('/usr/sbin/nft', ['--check', '--file', path.join(assets, 'etc/nftables.nft')], { stdio: 'pipe' });
  },
);

(existsSync('/usr/sbin/nft') && root ? test : test.skip)(
  'only root reaches the metadata service (skipped without nftables)',
  () => {
    // In a network namespace where something answers at that address, as Nova's service does.
    const inside = `
      ip link set lo up && ip address add 169.254.169.254/32 dev lo
      nft --file ${path.join(assets, 'etc/nftables.nft')}
      timeout --foreground 60 /usr/bin/python3 -c 'import socket
server = socket.create_server(("169.254.169.254", 80))
print("listens", flush=True)
while True: server.accept()[0].close()' | (
        read -r listens
        ask() { setpriv --reuid="$1" --regid="$1" --clear-groups timeout 2 bash -c ': < /dev/tcp/169.254.169.254/80' 2> /dev/null; }
        ask 0 && echo root reaches it
        ask 33 || echo www-data does not
        ask 65534 || echo nobody does not
        kill 0
      )`;
    const { stdout } = spawnSync('unshare', ['-n', 'setsid', '--wait', 'bash', '-c', inside], { encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(['root reaches it', 'www-data does not', 'nobody does not']);
  },
);

describeScripts('the script packages', () => {
  let machine: Machine;
  const installed = (...names: string[]) => machine.write('/installed', `${names.join('\n')}\n`);
  const apt = () => machine.read('/apt').split('\n').filter(Boolean);
  const run = (what = 'required') => machine.run('packages', [what], { UAP_PAUSE: '0' });

  beforeEach(() => {
    machine = new Machine(baseParts({ hostname }));
    machine.write('/etc/uap/packages', 'nginx\nlego\n');
    machine.write('/etc/os-release', 'ID=debian\nVERSION_CODENAME=bookworm\n');
    machine.stub('dpkg-query', '#!/bin/sh\nsed "/./s/$/ installed;/" "$UAP_ROOT/installed" | tr -d "\\n"\n');
    machine.stub('dpkg', '#!/bin/sh\necho "dpkg $*" >> "$UAP_ROOT/apt"\n');
    machine.stub(
      'apt-get',
      `#!/bin/sh
while [ $# -gt 0 ]; do case $1 in -o) shift 2 ;; -*) shift ;; *) break ;; esac; done
echo "$* $SYSTEMD_OFFLINE" >> "$UAP_ROOT/apt"
case $1 in install) shift; [ "$1" != --no-install-recommends ] || shift ;; *) exit 0 ;; esac
left=$(cat "$UAP_ROOT/failures" 2> /dev/null || echo 0)
if [ "$left" -gt 0 ]; then echo $((left - 1)) > "$UAP_ROOT/failures"; echo 'E: no route to the mirror'; exit 100; fi
for package in "$@"; do
  [ "$package" != unattended-upgrades ] || [ ! -e "$UAP_ROOT/no-unattended" ] || exit 100
  echo "$package" >> "$UAP_ROOT/installed"
done
`,
    );
    installed();
  });
  afterEach(() => machine.remove());

  test('run no apt when everything is installed', async () => {
    installed('lego', 'nginx');
    expect(await run()).toEqual({ code: 0, output: '' });
    expect(apt()).toEqual([]);
  });

  test('installs only what is missing, without starting services, then the Lua module and nftables', async () => {
    installed('nginx', 'nginx-common');
    // Other lines in the log are from standard error.
    expect(await run()).toEqual({ code: 0, output: expect.stringMatching(/^installed lego$/m) });
    expect(apt()).toEqual([
      'update 1',
      'install --no-install-recommends lego 1',
      'install --no-install-recommends libnginx-mod-http-lua 1',
      'install --no-install-recommends nftables 1',
    ]);
  });

  test('installs the other optional packages in the background', async () => {
    installed('nginx', 'nftables', 'libnginx-mod-http-lua');
    expect((await run('optional')).code).toBe(0);
    expect(apt()[1]).toMatch(/^install --no-install-recommends logrotate unattended-upgrades ?(systemd-timesyncd )?1$/);
  });

  test('selects the variants again when the Lua module came later', async () => {
    installed('nginx', 'nftables');
    machine.write('/usr/local/lib/uap/select-variants', '#!/bin/sh\necho selected >> "$UAP_ROOT/selected"\n', '0755');
    expect((await run('optional')).code).toBe(0);
    expect(machine.read('/selected')).toBe('selected\n');
  });

  test('tries again after a failure, and repairs an interrupted dpkg', async () => {
    machine.write('/failures', '2');
    expect((await run()).code).toBe(0);
    expect(apt().filter((line) => line.startsWith('install --no-install-recommends nginx lego'))).toHaveLength(3);
    expect(apt()).toContain('dpkg --force-confdef --force-confold --configure -a');
  });

  test('ends after five tries with the reason', async () => {
    machine.write('/failures', '99');
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toMatch(/^can't install nginx lego: no route to the mirror$/m);
    expect(apt().filter((line) => line.startsWith('install'))).toHaveLength(5);
  });

  test('an optional package that does not exist causes no failure, and the others are installed', async () => {
    machine.write('/no-unattended', '');
    expect((await run('optional')).code).toBe(0);
    expect(machine.read('/installed')).toMatch(/logrotate/);
  });

  test.each([
    ['debian', 'bookworm', 'main', 'deb http://m.test/debian-security bookworm-security main'],
    ['ubuntu', 'noble', 'main universe', 'deb http://m.test/debian noble-security main universe'],
  ])('the mirror takes the place of the sources of %s', async (id, codename, components, security) => {
    machine.write('/etc/uap/package-mirror', 'http://m.test/debian\n');
    machine.write('/etc/os-release', `ID=${id}\nVERSION_CODENAME=${codename}\n`);
    machine.write('/etc/apt/sources.list', 'deb http://other.test/ x main\n');
    machine.write(`/etc/apt/sources.list.d/${id}.sources`, 'Types: deb\n');
    await run();
    const plain = machine.read('/etc/apt/sources.list.d/uap.list').replace(/\[.*?\] /g, '');
    expect(plain.trim().split('\n')).toEqual([
      `deb http://m.test/debian ${codename} ${components}`,
      `deb http://m.test/debian ${codename}-updates ${components}`,
      security,
    ]);
    expect(existsSync(machine.path('/etc/apt/sources.list'))).toBe(false);
    const others = readdirSync(machine.path('/etc/apt/sources.list.d')).filter((name) => name !== 'uap.list');
    expect(others).toEqual([`${id}.sources.disabled`]);
  });
});

describeScripts('the script setup', () => {
  let machine: Machine;
  const console_ = () => machine.read('/dev/console');
  const systemctl = () => machine.read('/systemctl');
  const own = (name: string, content: string) =>
    machine.write(`/usr/local/lib/uap/${name}`, `#!/bin/sh\n${content}\n`, '0755');

  beforeEach(() => {
    machine = new Machine(baseParts({ hostname }));
    machine.stub('systemctl', '#!/bin/sh\necho "$*" >> "$UAP_ROOT/systemctl"\n');
    own('packages', 'exit 0');
  });
  afterEach(() => machine.remove());

  test('logs once that it waits for a certificate', async () => {
    expect((await machine.run('setup')).code).toBe(0);
    expect((await machine.run('setup')).code).toBe(0);
    const lines = console_()
      .split('\r\n')
      .filter((line) => !line.includes('nftables'));
    expect(lines).toEqual([`uap: set up: waiting for the certificate of ${hostname}`, '']);
    expect(systemctl()).not.toContain('start --no-block nginx');
    expect(systemctl()).not.toContain('daemon-reload');
  });

  test('reloads systemd when the packages brought a new unit for Nginx', async () => {
    machine.stub('systemctl', '#!/bin/sh\necho "$*" >> "$UAP_ROOT/systemctl"\n[ "$1" != show ] || echo yes\n');
    expect((await machine.run('setup')).code).toBe(0);
    expect(systemctl()).toMatch(/^daemon-reload$/m);
  });

  test.each([
    ['starts what was passed over for want of packages, once they are installed', 'echo installed lego', true],
    ['starts nothing twice where nothing was missing', 'exit 0', false],
  ])('%s', async (_, packages, starts) => {
    own('packages', packages);
    machine.write('/etc/systemd/system/uap-acme.service', '');
    expect((await machine.run('setup')).code).toBe(0);
    expect(systemctl().includes('start --no-block uap-acme.service')).toBe(starts);
    expect(systemctl()).not.toContain('uap-late-files'); // it has no such unit
  });

  test('starts Nginx when the certificate exists', async () => {
    machine.write('/etc/uap/tls/fullchain.pem', '');
    expect((await machine.run('setup')).code).toBe(0);
    expect(systemctl()).toContain('start --no-block nginx.service');
    expect(console_()).not.toContain('waiting');
  });

  test.each([
    ['packages', "echo noise >&2; echo 'cannot install nginx'; exit 1", 'uap: failed: packages (cannot install nginx)'],
    ['own-addresses', 'echo trying; echo no address >&2; exit 1', 'uap: failed: own-addresses (no address)'],
    ['select-variants', 'exit 3', 'uap: failed: select-variants (it ended without output)'],
  ])('%s that fails is reported once on the console, and Nginx is not started', async (name, content, line) => {
    own(name, content);
    machine.write('/etc/uap/tls/fullchain.pem', '');
    expect((await machine.run('setup')).code).toBe(1);
    expect((await machine.run('setup')).code).toBe(1);
    expect(console_()).toBe(`${line}\r\n`);
    expect(systemctl()).not.toContain('nginx');
  });

  test('runs the scripts of the proxy, in their order', async () => {
    own('own-addresses', 'echo one >> "$UAP_ROOT/order"');
    own('select-variants', 'echo two >> "$UAP_ROOT/order"');
    await machine.run('setup');
    expect(machine.read('/order')).toBe('one\ntwo\n');
  });
});
