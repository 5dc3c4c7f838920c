import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { acmeParts, applyTimeFilesParts, baseParts } from '../../lib/cloud-init';
import { mergeParts } from '../../lib/instance-parts';
import { describeScripts, hostname, Machine } from './machine';
import { encodePieces, MetadataService } from './metadata-service';
import { CertificateAuthority, type Issued } from './pki';

const names = [hostname, `*.${hostname}`];

describeScripts('the content of /healthz and /metrics', () => {
  let ca: CertificateAuthority;
  let good: Issued;
  let machine: Machine;
  let service: MetadataService;

  beforeAll(() => {
    ca = CertificateAuthority.create(tmpdir());
    good = ca.issue({ names });
  });
  afterAll(() => ca.remove());

  beforeEach(async () => {
    service = await MetadataService.start();
    const files = ['chain', 'key'].map((name) => ({ name, maxLength: 4000, onChange: 'certificate' }));
    const make = (command: readonly string[]) =>
      new Machine(mergeParts(baseParts({ hostname }), applyTimeFilesParts(files, [{ name: 'certificate', command }])));
    machine = make([]);
    const late = ['chain', 'key'].map((name) => machine.path(`/var/lib/uap/late/${name}`));
    const command = [machine.library('certificate'), 'install', ...late];
    const manifest = applyTimeFilesParts(files, [{ name: 'certificate', command }]).files?.find(({ path }) =>
      path.endsWith('.json'),
    );
    machine.write('/etc/uap/late-files.json', manifest?.content ?? '');
    machine.write('/run/uap/late-files.json', '{}');
    machine.stub('nginx', '#!/bin/sh\n');
    await look(good);
  });
  afterEach(async () => {
    machine.remove();
    await service.stop();
  });

  /** Runs the timer's work after a delivery. */
  const look = (material?: { chain: string; key: string }) => {
    if (material) {
      service.put('chain', encodePieces(Buffer.from(material.chain), 21));
      service.put('key', encodePieces(Buffer.from(material.key), 21));
    }
    return machine.run('late-files', [], { UAP_METADATA_SERVICE: service.address });
  };
  const details = () => machine.read('/var/lib/uap/health/details.txt').trim().split('\n');
  const problems = () =>
    [
      ...machine.read('/var/lib/uap/health/metrics.txt').matchAll(/^uap_certificate_problem\{reason="(\w+)"\} 1$/gm),
    ].map(([, reason]) => reason);
  const expired = () => existsSync(machine.path('/var/lib/uap/health/expired'));

  test('a good certificate: its end, the time of the last check, and no problem', () => {
    const metrics = machine.read('/var/lib/uap/health/metrics.txt');
    expect(metrics.match(/^# TYPE \w+ gauge$/gm)).toHaveLength(3);
    expect(metrics.match(/^uap_certificate_problem\{reason="\w+"\} 0$/gm)).toHaveLength(4);
    const value = (name: string) => Number(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'm').exec(metrics)?.[1]);
    const days = (seconds: number) => (seconds * 1000 - Date.now()) / 86_400_000;
    expect(days(value('uap_certificate_not_after_timestamp_seconds'))).toBeCloseTo(30, 0);
    expect(days(value('uap_certificate_checked_timestamp_seconds'))).toBeCloseTo(0, 2);
    expect(details()).toEqual(['ok', expect.stringMatching(/^server certificate 1: valid until 20\d\d-/)]);
    expect(expired()).toBe(false);
  });

  const wrong: [string, () => { chain: string; key: string }, string][] = [
    ['a key of another certificate', () => ({ ...ca.issue({ names }), key: good.key }), 'the key does not belong'],
    ['an expired one', () => ca.issue({ names, from: -40, until: -2 }), 'the certificate expired at'],
    ['one of tomorrow, or a clock of yesterday', () => ca.issue({ names, from: 1 }), 'the certificate is valid from'],
    ['one for other names', () => ca.issue({ names: ['other.test'] }), 'the certificate is not for'],
    ['half a chain', () => ({ ...ca.issue({ names }), chain: good.chain.slice(0, 300) }), 'holds no certificate'],
  ];
  test.each(wrong)(
    '%s is refused: the old one stays, and log, metrics and details say so',
    async (_, material, why) => {
      const { output } = await look(material());
      expect(output).toContain(why);
      expect(machine.read('/etc/uap/tls/fullchain.pem')).toBe(good.chain);
      expect(problems()).toEqual(['refused']);
      expect([details()[0], details().at(-1)]).toEqual(['ok', expect.stringContaining(why)]);
      await look(good);
      expect(problems()).toEqual([]);
    },
  );

  test('a delivery that is cut short', async () => {
    service.put('chain', encodePieces(Buffer.from(ca.issue({ names }).chain), 21).slice(0, 2));
    expect((await look()).output).toContain('apply-time file chain refused: it is incomplete');
    expect(problems()).toEqual(['delivery']);
    expect(details().at(-1)).toMatch(/^delivery: apply-time file chain refused: it is incomplete/);
    await look(good);
    expect(problems()).toEqual([]);
  });

  test('a metadata service that is unavailable', async () => {
    service.say(503, '');
    await look();
    expect(problems()).toEqual(['delivery']);
    expect(details()).toContain('delivery: metadata service (status 503); the present files stay in use');
    service.answer = undefined;
    await look();
    expect(problems()).toEqual([]);
  });

  test('one that expires while it is in use, as with a clock that runs ahead: reported until a newer one arrives', async () => {
    const seconds = 20;
    const end = Date.now() + seconds * 1000;
    await look(ca.issue({ names, until: seconds / 86_400 }));
    expect([details()[0], expired(), problems()]).toEqual(['ok', false, []]);
    await new Promise((resolve) => setTimeout(resolve, end - Date.now() + 1000));
    expect((await look()).output).toMatch(/^the server certificate in use expired at 20\d\d-/);
    expect([details()[0], expired(), problems()]).toEqual(['expired', true, ['expired']]);
    expect(machine.read('/dev/console')).toContain('uap: failed: the server certificate in use expired at');
    expect((await look()).output).toBe('');
    await look(good);
    expect([details()[0], expired(), problems()]).toEqual(['ok', false, []]);
  }, 60_000);

  test('an ACME client that fails, until it succeeds', async () => {
    const options = {
      hostname,
      email: 'ops@example.test',
      directoryUrl: 'https://ca.test/',
      dnsProvider: 'rfc2136',
    } as const;
    for (const { path, content, mode } of acmeParts(options).files ?? []) machine.write(path, content, mode);
    machine.write('/var/lib/uap/late/acme-credentials', 'A=b\n', '0600');
    machine.stub('lego', '#!/bin/sh\necho "acme: error: 403 :: CAA forbids"; exit 1\n');
    await machine.run('acme', [], { UAP_ONCE: '1' });
    expect(problems()).toEqual(['renewal']);
    expect(details().at(-1)).toBe('renewal: the ACME client failed 1 times: acme: error: 403 :: CAA forbids');
    const next = ca.issue({ names });
    machine.write('/next.crt', next.chain);
    machine.write('/next.key', next.key);
    machine.stub(
      'lego',
      `#!/bin/sh\nwhile [ "$1" != --path ]; do shift; done; mkdir -p "$2/certificates" "$2/accounts/ca/ops"
       touch "$2/accounts/ca/ops/account.json"
       for kind in crt key; do cp ${machine.root}/next.$kind "$2/certificates/${hostname}.$kind"; done\n`,
    );
    rmSync(machine.path('/var/lib/uap/acme/failures.json'));
    await machine.run('acme', [], { UAP_ONCE: '1' });
    expect(problems()).toEqual([]);
  });
});
