import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { applyTimeFilesParts, baseParts } from '../../lib/cloud-init';
import { type ApplyTimeFile, mergeParts } from '../../lib/instance-parts';
import { describeScripts, hostname, Machine } from './machine';
import { encodePieces, MetadataService } from './metadata-service';
import { CertificateAuthority } from './pki';

describeScripts('the script late-files', () => {
  const files: ApplyTimeFile[] = [
    { name: 'chain', maxLength: 4000, onChange: 'certificate' },
    { name: 'key', maxLength: 4000, onChange: 'certificate' },
  ];
  let machine: Machine;
  let service: MetadataService;

  beforeEach(async () => {
    service = await MetadataService.start();
    machine = machineWith([
      'sh',
      '-c',
      'echo run >> "$UAP_ROOT/runs"; cat "$UAP_ROOT/fail" 2> /dev/null; test ! -e "$UAP_ROOT/fail"',
    ]);
  });
  afterEach(async () => {
    machine.remove();
    await service.stop();
  });

  function machineWith(command: readonly string[], all: readonly ApplyTimeFile[] = files): Machine {
    const parts = mergeParts(baseParts({ hostname }), applyTimeFilesParts(all, [{ name: 'certificate', command }]));
    const made = new Machine(parts);
    // Not the first run after the boot, which waits for the service.
    made.write('/run/uap/late-files.json', '{}');
    return made;
  }

  const tick = () => machine.run('late-files', [], { UAP_METADATA_SERVICE: service.address });
  const runs = () => machine.read('/runs').length / 'run\n'.length;
  const deliver = (name: string, content: string) => service.put(name, encodePieces(Buffer.from(content), 8));

  test('writes what arrives, only for root, and runs the hook once', async () => {
    deliver('chain', 'the chain\n');
    deliver('key', 'the key\n');
    const { code, output } = await tick();
    expect(output).toBe('apply-time file chain: 10 bytes arrived\napply-time file key: 8 bytes arrived\n');
    expect(code).toBe(0);
    expect(machine.read('/var/lib/uap/late/chain')).toBe('the chain\n');
    expect(machine.read('/var/lib/uap/late/key')).toBe('the key\n');
    expect(statSync(machine.path('/var/lib/uap/late/key')).mode & 0o777).toBe(0o600);
    expect(statSync(machine.path('/var/lib/uap/late')).mode & 0o777).toBe(0o700);
    expect(runs()).toBe(1);
    expect(await tick()).toEqual({ code: 0, output: '' });
    expect(runs()).toBe(1);
  });

  test('runs the hook again for a change of one file', async () => {
    deliver('chain', 'one');
    deliver('key', 'one');
    await tick();
    deliver('chain', 'two');
    expect((await tick()).output).toBe('apply-time file chain: 3 bytes arrived\n');
    expect(runs()).toBe(2);
  });

  test('runs the hook only when all its files have arrived', async () => {
    deliver('key', 'the key');
    service.put('chain', ['', '', '']);
    const { output } = await tick();
    expect(output).toContain('certificate waits for chain\n');
    expect((await tick()).output).toBe('');
    expect(runs()).toBe(0);
    expect(machine.read('/dev/console')).toBe('');
    deliver('chain', 'the chain');
    await tick();
    expect(runs()).toBe(1);
  });

  describe('a secret file, which cloud-init wrote,', () => {
    const withSecret: ApplyTimeFile[] = [
      { name: 'password', maxLength: 64, onChange: 'certificate', secret: true },
      { name: 'chain', maxLength: 4000, onChange: 'certificate' },
    ];
    const alone: ApplyTimeFile[] = [{ name: 'password', maxLength: 64, onChange: 'certificate', secret: true }];
    const secret = '/var/lib/uap/late/password';
    const use = (all: readonly ApplyTimeFile[]) => {
      machine.remove();
      machine = machineWith(['sh', '-c', 'echo run >> "$UAP_ROOT/runs"'], all);
    };

    test('runs its hook once, even without metadata, and is never read from metadata', async () => {
      use(alone);
      machine.write(secret, 'the password', '0600');
      service.put('password', encodePieces(Buffer.from('from the metadata'), 8));
      expect(await tick()).toEqual({ code: 0, output: '' });
      expect(runs()).toBe(1);
      expect(machine.read(secret)).toBe('the password');
      expect(statSync(machine.path('/var/lib/uap/late')).mode & 0o777).toBe(0o700);
      await tick();
      rmSync(machine.path('/run/uap/late-files.json')); // a reboot
      await tick();
      expect(runs()).toBe(1);
      expect(machine.read('/var/lib/uap/late-secrets.json')).not.toContain('the password');
    });

    test('waits for the files that come by metadata', async () => {
      use(withSecret);
      machine.write(secret, 'the password', '0600');
      expect((await tick()).output).toBe('certificate waits for chain\n');
      deliver('chain', 'one');
      await tick();
      expect(runs()).toBe(1);
      deliver('chain', 'two');
      await tick();
      expect(runs()).toBe(2);
    });

    test('written again by cloud-init: unchanged content runs nothing, new content runs the hook', async () => {
      use(alone);
      machine.write(secret, 'one', '0600');
      await tick();
      machine.write(secret, 'one', '0600');
      await tick();
      expect(runs()).toBe(1);
      machine.write(secret, 'two', '0600');
      await tick();
      expect(runs()).toBe(2);
    });

    test.each([
      ['is not there', undefined],
      ['is empty', ''],
    ])('%s: says so on the console and runs nothing', async (_, content) => {
      use(withSecret);
      deliver('chain', 'one');
      if (content !== undefined) machine.write(secret, content, '0600');
      const { code, output } = await tick();
      expect([code, runs()]).toEqual([1, 0]);
      expect(output).toContain('the secret file password is missing: cloud-init did not write it\n');
      expect(machine.read('/dev/console')).toContain('failed: the secret file password is missing');
      machine.write(secret, 'the password', '0600');
      await tick();
      expect(runs()).toBe(1);
    });
  });

  test('an empty content is a content', async () => {
    deliver('chain', '');
    deliver('key', 'k');
    await tick();
    expect(existsSync(machine.path('/var/lib/uap/late/chain'))).toBe(true);
    expect(runs()).toBe(1);
  });

  test('a hook that fails runs again at each tick until it succeeds; the failure is logged once', async () => {
    machine.write('/fail', 'first line\nno space left\n');
    deliver('chain', 'c');
    deliver('key', 'k');
    expect(await tick()).toEqual({ code: 1, output: expect.stringContaining('certificate (no space left)\n') });
    expect(await tick()).toEqual({ code: 1, output: '' });
    expect(runs()).toBe(2);
    expect(machine.read('/dev/console')).toBe('uap: failed: certificate (no space left)\r\n');
    machine.write('/fail', 'another reason\n');
    expect((await tick()).output).toBe('certificate (another reason)\n');
    rmSync(machine.path('/fail'));
    expect(await tick()).toEqual({ code: 0, output: 'certificate (another reason): over\n' });
    expect(await tick()).toEqual({ code: 0, output: '' });
    expect(runs()).toBe(4);
  });

  test('a hook that a power cut prevented runs later', async () => {
    deliver('chain', 'c');
    deliver('key', 'k');
    await tick();
    machine.write('/var/lib/uap/hooks/certificate', '');
    await tick();
    expect(runs()).toBe(2);
    expect(readdirSync(machine.path('/var/lib/uap/hooks'))).toEqual([]);
  });

  describe('keeps the existing files and runs nothing', () => {
    const content = randomBytes(900).toString('hex');
    const pieces = encodePieces(Buffer.from(content), 8);
    const swapped = pieces.map((piece, index) => (index === 1 ? (pieces[2] ?? '') : piece));
    const other = encodePieces(Buffer.from(randomBytes(600).toString('hex')), 8);
    const mixed = pieces.map((piece, index) => (index < 2 ? piece : (other[index] ?? '')));
    const cases: [string, string[], RegExp][] = [
      [
        'the end is missing, where base64 does not tell',
        [...pieces.slice(0, 4), '', ''],
        /it is incomplete \(1020 characters\)/,
      ],
      ['a piece is missing at the end', [...pieces.slice(0, 2), '', '', ''], /it is incomplete/],
      ['a piece is missing in between', [pieces[0] ?? '', '', ...pieces.slice(2)], /it is incomplete/],
      ['a piece is there twice', swapped, /it is incomplete/],
      ['pieces of two contents are mixed', mixed, /it is incomplete/],
      ['it is not base64', ['!!!!', ...pieces.slice(1)], /it is incomplete \(base64\)/],
      ['it is not gzip', [Buffer.from('plain text').toString('base64')], /it is incomplete/],
      [
        'the first piece is missing',
        encodePieces(Buffer.from(content), 8).map((piece, index) => (index === 0 ? '' : piece)),
        /is incomplete/,
      ],
      ['it is larger than announced', encodePieces(Buffer.alloc(5000), 8), /it is larger than the 4000 bytes/],
    ];
    test.each(cases)('when %s', async (_, broken, reason) => {
      deliver('chain', 'the chain');
      deliver('key', 'the key');
      await tick();
      service.put('chain', broken);
      deliver('key', 'a newer key');
      const { code, output } = await tick();
      expect(code).toBe(1);
      expect(output).toMatch(/^apply-time file chain refused: .+; the present one stays$/m);
      expect(output).toMatch(reason);
      expect(machine.read('/var/lib/uap/late/chain')).toBe('the chain');
      expect(runs()).toBe(1);
      expect(machine.read('/dev/console').split('\n')).toHaveLength(2);
      expect((await tick()).output).toBe('');
      deliver('chain', 'a newer chain');
      await tick();
      expect(machine.read('/var/lib/uap/late/chain')).toBe('a newer chain');
      expect(runs()).toBe(2);
    });
  });

  test('a failed write is logged, and repeated later', async () => {
    deliver('chain', 'c');
    deliver('key', 'k');
    mkdirSync(machine.path('/var/lib/uap/late/chain'), { recursive: true });
    const first = await tick();
    expect(first.code).toBe(1);
    expect(first.output).toMatch(/Is a directory.*; the present files stay in use/);
    expect(machine.read('/dev/console')).toMatch(/^uap: failed: .*Is a directory/);
    rmSync(machine.path('/var/lib/uap/late/chain'), { recursive: true });
    const second = await tick();
    expect([second.code, second.output]).toEqual([0, expect.stringMatching(/: over\n$/)]);
    expect(runs()).toBe(1);
  });

  describe('a metadata service that is unavailable', () => {
    beforeEach(async () => {
      deliver('chain', 'c');
      deliver('key', 'k');
      await tick();
    });

    test('is logged once, and so is its return; all files stay', async () => {
      service.answer = { status: 503, body: 'no' };
      const first = await tick();
      expect(first).toEqual({ code: 1, output: 'metadata service (status 503); the present files stay in use\n' });
      expect((await tick()).output).toBe('');
      expect(machine.read('/dev/console')).toMatch(/^uap: failed: metadata service \(status 503\).*\r\n$/);
      service.answer = undefined;
      expect(await tick()).toEqual({ code: 0, output: expect.stringMatching(/: over\n$/) });
      expect(machine.read('/var/lib/uap/late/key')).toBe('k');
      expect(runs()).toBe(1);
    });

    test.each([
      ['nothing listens', async () => service.stop(), /Connection refused/],
      ['a page of something else', async () => service.say(200, '<html>'), /metadata service \(/],
      ['another document', async () => service.say(200, '[]'), /not the metadata of an instance/],
      ['no such document', async () => service.say(404, ''), /status 404/],
    ])('%s', async (_, break_, reason) => {
      await break_();
      const { code, output } = await tick();
      expect([code, output]).toEqual([1, expect.stringMatching(reason)]);
      expect(machine.read('/var/lib/uap/late/chain')).toBe('c');
      expect(runs()).toBe(1);
    });

    test('does not keep a pending hook from running', async () => {
      service.say(500, '');
      machine.write('/var/lib/uap/hooks/certificate', '');
      await tick();
      expect(runs()).toBe(2);
    });

    test('metadata without our keys changes nothing', async () => {
      service.say(200, '{"uuid": "1"}');
      expect(await tick()).toEqual({ code: 0, output: '' });
    });
  });

  test('the first run after a boot waits for the service', async () => {
    rmSync(machine.path('/run/uap/late-files.json'));
    deliver('chain', 'c');
    deliver('key', 'k');
    service.answer = { status: 503, body: '' };
    setTimeout(() => {
      service.answer = undefined;
    }, 1000);
    expect((await tick()).code).toBe(0);
    expect(runs()).toBe(1);
  });

  test('end to end: metadata, certificate, Nginx; a wrong key is refused and the next pair is used', async () => {
    machine.remove();
    machine = machineWith([]);
    const late = (name: string) => machine.path(`/var/lib/uap/late/${name}`);
    const command = [machine.library('certificate'), 'install', late('chain'), late('key')];
    const parts = applyTimeFilesParts(files, [{ name: 'certificate', command }]);
    for (const { path, content } of parts.files ?? []) if (path.endsWith('.json')) machine.write(path, content);
    machine.stub('nginx', '#!/bin/sh\n');
    const ca = CertificateAuthority.create(tmpdir());
    const names = [hostname, `*.${hostname}`];
    const [first, second] = [ca.issue({ names }), ca.issue({ names, key: 'rsa' })];
    ca.remove();
    deliver('chain', first.chain);
    deliver('key', first.key);
    expect((await tick()).output).toContain('certificate 1 in use');
    deliver('key', second.key);
    expect((await tick()).output).toContain(
      'certificate (refused: the key does not belong to the certificate; the one in',
    );
    expect(machine.read('/etc/uap/tls/fullchain.pem')).toBe(first.chain);
    deliver('chain', second.chain);
    expect((await tick()).output).toContain('certificate 2 in use');
    expect(machine.read('/etc/uap/tls/key.pem')).toBe(second.key);
  });
});
