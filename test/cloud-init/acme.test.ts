import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { acmeParts, baseParts } from '../../lib/cloud-init';
import { mergeParts } from '../../lib/instance-parts';
import { describeScripts, hostname, Machine } from './machine';
import { CertificateAuthority } from './pki';

const options = {
  hostname,
  email: 'ops@example.test',
  directoryUrl: 'https://ca.example.test/dir',
  dnsProvider: 'rfc2136',
} as const;

const paths = (more: object) => acmeParts({ ...options, ...more }).files?.map((file) => file.path);

test('the script for OpenStack DNS is included only when needed', () => {
  expect(paths({})).not.toContain('/usr/local/lib/uap/dns-designate');
  expect(paths({ dnsProvider: 'exec' })).toContain('/usr/local/lib/uap/dns-designate');
});

test('the credentials are a secret apply-time file, a private CA one that is not; both restart the client', () => {
  const { applyTimeFiles, hooks, packages } = acmeParts(options);
  const credentials = { name: 'acme-credentials', maxLength: 1024, onChange: 'acme', secret: true };
  expect(applyTimeFiles).toEqual([credentials]);
  expect(acmeParts({ ...options, privateCa: true }).applyTimeFiles).toEqual([
    { name: 'acme-ca', maxLength: 8192, onChange: 'acme' },
    credentials,
  ]);
  expect(hooks?.[0]?.command).toEqual(['/bin/systemctl', 'restart', '--no-block', 'uap-acme.service']);
  expect(packages).toEqual(['lego']);
});

test('it runs at each boot and twice a day, catches up on missed runs, and not on all instances at once', () => {
  const { files = [], units = [] } = acmeParts(options);
  const text = (name: string) => files.find(({ path }) => path === `/etc/systemd/system/${name}`)?.content ?? '';
  expect(units.map(({ name }) => name)).toEqual(['uap-acme.service', 'uap-acme.timer']);
  expect(text('uap-acme.service')).toContain('\nWantedBy=multi-user.target\n');
  const timer = text('uap-acme.timer');
  for (const line of ['OnCalendar=*-*-* 00,12:00:00', 'Persistent=true', 'RandomizedDelaySec=6h']) {
    expect(timer).toContain(`\n${line}\n`);
  }
  if (!existsSync('/usr/bin/systemd-analyze')) return;
  const next = execFileSync('systemd-analyze', ['calendar', '--iterations=2', '*-*-* 00,12:00:00'], {
    encoding: 'utf8',
  });
  const times = [...next.matchAll(/(?:Next elapse|Iter(?:ation|\.) #2): \w+ (\S+ \S+)/g)].map(([, time]) =>
    Date.parse(`${time}Z`),
  );
  expect(((times[1] ?? 0) - (times[0] ?? 0)) / 3_600_000).toBe(12);
});

/** Obtains the files that the test put into /next, or fails as the test requests. */
const lego = (root: string) => `#!/bin/sh
UAP_ROOT=${root}
case "$*" in *--help*) cat "$UAP_ROOT/help" 2> /dev/null; exit 0 ;; esac
echo "$*" >> "$UAP_ROOT/lego"
env > "$UAP_ROOT/lego-environment"
if [ -e "$UAP_ROOT/lego-fails" ]; then cat "$UAP_ROOT/lego-fails"; exit 1; fi
while [ "$1" != --path ]; do shift; done
mkdir -p "$2/certificates" "$2/accounts/ca/ops"
touch "$2/accounts/ca/ops/account.json"
cp "$UAP_ROOT/next.crt" "$2/certificates/${hostname}.crt"
cp "$UAP_ROOT/next.key" "$2/certificates/${hostname}.key"
`;

describeScripts('the script acme', () => {
  const credentials = 'RFC2136_TSIG_SECRET=a $(b) "c" == \'d\'\n# comment\nRFC2136_NAMESERVER=192.0.2.1:53\n';
  let ca: CertificateAuthority;
  let machine: Machine;
  const calls = () => machine.read('/lego').split('\n').filter(Boolean);
  const run = () => machine.run('acme', [], { UAP_ONCE: '1' });
  const next = (from: number, until: number, names = [hostname, `*.${hostname}`]) => {
    const { chain, key } = ca.issue({ names, from, until });
    machine.write('/next.crt', chain);
    machine.write('/next.key', key);
    return chain;
  };
  const make = (more: object = {}) => {
    const made = new Machine(mergeParts(baseParts({ hostname }), acmeParts({ ...options, ...more })));
    made.stub('lego', lego(made.root));
    made.stub('nginx', '#!/bin/sh\n');
    made.write('/var/lib/uap/late/acme-credentials', credentials, '0600');
    return made;
  };

  beforeAll(() => {
    ca = CertificateAuthority.create(tmpdir());
  });
  afterAll(() => ca.remove());
  beforeEach(() => {
    machine = make();
  });
  afterEach(() => machine.remove());

  test('obtains one certificate for both names and puts it into use', async () => {
    const chain = next(-1, 89);
    expect(await run()).toEqual({ code: 0, output: expect.stringContaining('certificate 1 in use') });
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toMatch(
      /^--accept-tos --path \S+ --email ops@example\.test --server https:\/\/ca\.example\.test\/dir --key-type ec256 --dns rfc2136 --domains proxy\.example\.test --domains \*\.proxy\.example\.test run$/,
    );
    expect(machine.read('/etc/uap/tls/fullchain.pem')).toBe(chain);
    expect(statSync(machine.path('/var/lib/uap/acme')).mode & 0o777).toBe(0o700);
  });

  test('credentials reach the client unchanged, and never in its arguments', async () => {
    next(-1, 89);
    await run();
    const environment = machine.read('/lego-environment');
    expect(environment).toContain('RFC2136_TSIG_SECRET=a $(b) "c" == \'d\'\n');
    expect(environment).toContain('RFC2136_NAMESERVER=192.0.2.1:53\n');
    expect(environment).toContain('RFC2136_SEQUENCE_INTERVAL=1\n');
    expect(machine.read('/lego')).not.toContain('$(b)');
  });

  test('a private CA is the only one that the client trusts; the script waits for it, and starts again with another one', async () => {
    machine.remove();
    machine = make({ privateCa: true });
    next(-1, 89);
    expect(await run()).toEqual({ code: 0, output: 'waiting for the CA of https://ca.example.test/dir\n' });
    expect(calls()).toEqual([]);
    machine.write('/var/lib/uap/late/acme-ca', 'PEM');
    machine.write('/lego-fails', 'no\n');
    expect((await run()).code).toBe(1);
    machine.write('/var/lib/uap/late/acme-ca', 'another PEM');
    rmSync(machine.path('/lego-fails'));
    expect((await run()).output).toContain('certificate 1 in use');
    expect(machine.read('/lego-environment')).toContain(
      `LEGO_CA_CERTIFICATES=${machine.path('/var/lib/uap/late/acme-ca')}\n`,
    );
  });

  test('without credentials it waits', async () => {
    rmSync(machine.path('/var/lib/uap/late/acme-credentials'));
    expect(await run()).toEqual({ code: 0, output: 'waiting for the DNS credentials\n' });
    expect(calls()).toEqual([]);
  });

  test.each([
    ['90 days, 31 left', -59, 31, false],
    ['90 days, 29 left', -61, 29, true],
    ['64 days, 22 left', -42, 22, false],
    ['64 days, 21 left', -43, 21, true],
    ['45 days, 16 left', -29, 16, false],
    ['45 days, 14 left', -31, 14, true],
    ['6 days, 2.1 left', -3.9, 2.1, false],
    ['6 days, 1.9 left', -4.1, 1.9, true],
    ['expired', -10, -1, true],
  ])('a certificate of %s', async (_, from, until, renewed) => {
    next(from, until);
    await run();
    const chain = next(-1, 89);
    rmSync(machine.path('/var/lib/uap/acme/failures.json'));
    expect((await run()).code).toBe(0);
    expect(calls()).toHaveLength(renewed ? 2 : 1);
    if (!renewed) return;
    expect(calls()[1]).toMatch(/ renew --days 36500$/);
    expect(machine.read('/etc/uap/tls/fullchain.pem')).toBe(chain);
  });

  test('options of newer clients are used where the client knows them', async () => {
    machine.remove();
    machine = make({ profile: 'shortlived', dnsResolvers: ['192.0.2.1:53'], checkPropagation: false, keyType: '4096' });
    next(-61, 29);
    expect((await run()).output).toContain('this lego does not support profiles');
    machine.write('/help', '--no-random-sleep\n--profile value\n');
    await run();
    const [first, second] = calls();
    expect(first).toMatch(/ --key-type rsa4096 .*--dns\.resolvers 192\.0\.2\.1:53 --dns\.disable-cp .* run$/);
    expect(second).toMatch(/ renew --days 36500 --no-random-sleep --profile shortlived$/);
  });

  test('a failure keeps the certificate in use, and is logged with its reason', async () => {
    const chain = next(-61, 29);
    await run();
    machine.write('/lego-fails', '2026/11/22 10:43:46 [INFO] trying\n2026/11/22 10:43:47 acme: error: 403 :: CAA\n');
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toMatch(/^no certificate: acme: error: 403 :: CAA; next try in \d+ s$/m);
    expect(machine.read('/dev/console')).toBe('uap: failed: acme (acme: error: 403 :: CAA)\r\n');
    expect(machine.read('/etc/uap/tls/fullchain.pem')).toBe(chain);
  });

  test('tries five times in the first hour, then less and less often; new credentials reset this', async () => {
    machine.write('/lego-fails', 'no\n');
    const pauses: number[] = [];
    for (let failures = 0; failures < 9; failures++) {
      const { output } = await run();
      pauses.push(Number(/next try in (\d+) s/.exec(output)?.[1]));
      const state = JSON.parse(machine.read('/var/lib/uap/acme/failures.json'));
      expect(state.count).toBe(failures + 1);
      machine.write('/var/lib/uap/acme/failures.json', JSON.stringify({ ...state, last: 0 }));
    }
    const rounded = pauses.map((pause) => Math.round(pause / 60));
    expect(rounded).toEqual([1, 2, 5, 15, 60, 120, 360, 360, 360]);
    machine.write('/var/lib/uap/late/acme-credentials', 'RFC2136_NAMESERVER=192.0.2.2:53\n', '0600');
    await run();
    expect(JSON.parse(machine.read('/var/lib/uap/acme/failures.json')).count).toBe(1);
  });

  test('waits out the pause, even when it is restarted', async () => {
    machine.write('/lego-fails', 'no\n');
    await run();
    const second = run();
    const outcome = await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 1500, 'waits'))]);
    expect(outcome).toBe('waits');
    expect(calls()).toHaveLength(1);
    machine.kill();
    await second;
  });

  test('registers again when the CA forgot the account', async () => {
    next(-61, 29);
    await run();
    machine.write('/lego-fails', 'acme: error: 400 :: urn:ietf:params:acme:error:accountDoesNotExist\n');
    await run();
    rmSync(machine.path('/lego-fails'));
    rmSync(machine.path('/var/lib/uap/acme/failures.json'));
    next(-1, 89);
    expect((await run()).code).toBe(0);
    expect(calls()[2]).toMatch(/ run$/);
  });

  test('a certificate that was refused is not obtained a second time', async () => {
    next(-1, 89, ['other.test']);
    expect((await run()).output).toMatch(/no certificate: refused: the certificate is not for proxy\.example\.test/);
    rmSync(machine.path('/var/lib/uap/acme/failures.json'));
    await run();
    expect(calls()).toHaveLength(1);
  });

  test('another directory gets a certificate of its own', async () => {
    next(-1, 89);
    await run();
    const settings = machine.read('/etc/uap/acme.json').replace('ca.example.test', 'real-ca.example.test');
    machine.write('/etc/uap/acme.json', settings);
    await run();
    expect(calls()[1]).toMatch(/--server https:\/\/real-ca\.example\.test\/dir .* run$/);
    expect(readdirSync(machine.path('/var/lib/uap/acme'))).toHaveLength(3);
    expect(existsSync(machine.path('/etc/uap/tls/key.pem'))).toBe(true);
  });
});
