import { X509Certificate } from 'node:crypto';
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { connect } from 'node:tls';
import { baseParts } from '../../lib/cloud-init';
import { describeScripts, hostname, Machine } from './machine';
import { CertificateAuthority, type Issued } from './pki';

const names = [hostname, `*.${hostname}`];

describeScripts('the script certificate', () => {
  let ca: CertificateAuthority;
  let good: Issued;
  let machine: Machine;
  let port: number;

  beforeAll(() => {
    ca = CertificateAuthority.create(tmpdir());
    good = ca.issue({ names });
  });
  afterAll(() => ca.remove());

  beforeEach(async () => {
    machine = new Machine(baseParts({ hostname }));
    port = await freePort();
    machine.serve(port);
  });
  afterEach(() => machine.remove());

  const install = ({ chain, key }: { chain: string; key: string }) => {
    machine.write('/chain', chain);
    machine.write('/key', key, '0600');
    return machine.run('certificate', ['install', machine.path('/chain'), machine.path('/key')]);
  };
  const status = async () => JSON.parse((await machine.run('certificate', ['status'])).output);

  test('puts a good certificate into use: Nginx starts and serves it', async () => {
    expect(await install(good)).toEqual({ code: 0, output: expect.stringMatching(/^certificate 1 in use: proxy/) });
    expect(await served(port)).toBe(fingerprint(good.leaf));
    expect(readlinkSync(machine.path('/etc/uap/tls'))).toBe('tls.d/1');
    expect(statSync(machine.path('/etc/uap/tls.d/1')).mode & 0o777).toBe(0o700);
    expect(statSync(machine.path('/etc/uap/tls.d/1/key.pem')).mode & 0o777).toBe(0o600);
    expect(await status()).toEqual({
      hostname,
      names,
      notBefore: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      notAfter: `${new Date(new X509Certificate(good.leaf).validTo).toISOString().slice(0, 19)}Z`,
      generation: 1,
      lastRefusal: null,
    });
  });

  test('does nothing when the certificate is already in use', async () => {
    await install(good);
    machine.write('/systemctl', '');
    expect(await install(good)).toEqual({ code: 0, output: '' });
    expect(machine.read('/systemctl')).toBe('');
    expect(readdirSync(machine.path('/etc/uap/tls.d'))).toEqual(['1']);
  });

  test('reloads a running Nginx, drops no open connection, and keeps two generations', async () => {
    await install(good);
    const open = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await new Promise((resolve) => open.once('secureConnect', resolve));
    const second = ca.issue({ names, key: 'rsa' });
    const third = ca.issue({ names });
    await install(second);
    expect((await install(third)).output).toMatch(/^certificate 3 in use/);
    expect(await until(() => served(port), fingerprint(third.leaf))).toBe(fingerprint(third.leaf));
    expect(machine.read('/systemctl')).toContain('reload nginx.service');
    expect(readdirSync(machine.path('/etc/uap/tls.d')).sort()).toEqual(['2', '3']);
    expect(open.destroyed).toBe(false);
    open.destroy();
  });

  const cases: [string, () => { chain: string; key: string }, RegExp][] = [
    ['the key of another certificate', () => ({ ...ca.issue({ names }), key: good.key }), /key does not belong/],
    ['an expired leaf', () => ca.issue({ names, from: -40, until: -2 }), /the certificate expired at 20\d\d-/],
    ['a leaf of tomorrow', () => ca.issue({ names, from: 1 }), /the certificate is valid from 20\d\d-.*, and it is 20/],
    [
      'no wildcard',
      () => ca.issue({ names: [hostname] }),
      /is not for \*\.proxy\.example\.test, but for proxy\.example/,
    ],
    ['no apex', () => ca.issue({ names: [`*.${hostname}`] }), /is not for proxy\.example\.test, but for \*\.proxy/],
    ['another name', () => ca.issue({ names: ['other.test', '*.other.test'] }), /but for other\.test, \*\.other\.test/],
    ['the issuer first', () => ({ ...good, chain: ca.intermediate + good.leaf }), /the key does not belong/],
    [
      'a stranger as issuer',
      () => withOtherIssuer(good),
      /certificate 1 of the chain is not signed by the next one \(.+\)/,
    ],
    ['half a chain file', () => ({ ...good, chain: good.chain.slice(0, 300) }), /the chain holds no certificate/],
    [
      'a damaged leaf',
      () => ({ ...good, chain: good.chain.replace(/^M\S{20}/m, 'A'.repeat(21)) }),
      /not begin with a cert/,
    ],
    ['no key', () => ({ ...good, key: 'x' }), /the key is not readable/],
    ['an encrypted key', () => ({ ...good, key: encryptedKey }), /the key is not readable/],
    ['an empty chain', () => ({ ...good, chain: '' }), /the chain holds no certificate/],
  ];
  test.each(cases)('refuses %s, says so in one line and keeps the one in use', async (_, make, reason) => {
    const inUse = ca.issue({ names });
    await install(inUse);
    const { code, output } = await install(make());
    expect(code).toBe(1);
    expect(output).toMatch(reason);
    expect(output).toMatch(/^refused: .+; the one in use is valid until 20\d\d-\d\d-\d\dT.+Z\n$/);
    expect(await served(port)).toBe(fingerprint(inUse.leaf));
    expect((await status()).lastRefusal.reason).toMatch(reason);
    expect((await status()).generation).toBe(1);
  });

  test('accepts an apex that a wildcard of its parent covers', async () => {
    expect((await install(ca.issue({ names: ['*.example.test', `*.${hostname}`] }))).code).toBe(0);
  });

  test('without a certificate in use, a refusal leaves none', async () => {
    const { code, output } = await install({ chain: good.chain, key: 'x' });
    expect(code).toBe(1);
    expect(output).toMatch(/; none is in use\n$/);
    expect(() => readlinkSync(machine.path('/etc/uap/tls'))).toThrow();
  });

  test('swaps back when Nginx refuses the configuration', async () => {
    await install(good);
    machine.serve(port, 'no_such_directive on;');
    const { code, output } = await install(ca.issue({ names }));
    expect(code).toBe(1);
    expect(output).toMatch(/^refused: Nginx refuses the configuration: unknown directive "no_such_directive"/);
    expect(readlinkSync(machine.path('/etc/uap/tls'))).toBe('tls.d/1');
    expect(readdirSync(machine.path('/etc/uap/tls.d'))).toEqual(['1']);
    expect(await served(port)).toBe(fingerprint(good.leaf));
  });

  test('removes the link again when Nginx refuses the first one', async () => {
    machine.serve(port, 'no_such_directive on;');
    expect((await install(good)).code).toBe(1);
    expect(() => readlinkSync(machine.path('/etc/uap/tls'))).toThrow();
  });

  test('tries again when Nginx did not start, without a new generation', async () => {
    const blocker = createServer().listen(port, '127.0.0.1');
    const { code, output } = await install(good);
    expect([code, output]).toEqual([1, expect.stringMatching(/refused: Nginx/)]);
    await new Promise((resolve) => blocker.close(resolve));
    expect((await install(good)).code).toBe(0);
    expect(readdirSync(machine.path('/etc/uap/tls.d'))).toEqual(['1']);
    expect(await served(port)).toBe(fingerprint(good.leaf));
  });

  test('forgets the last refusal once the certificate is valid again', async () => {
    await install(good);
    await install({ ...good, key: 'x' });
    expect((await status()).lastRefusal).not.toBeNull();
    await install(good);
    expect((await status()).lastRefusal).toBeNull();
  });

  describe.each([
    [
      'an encrypted key',
      ['install', '/chain', '/key', '/passphrase'],
      (one: Issued, passphrase: string) => ({
        '/chain': one.chain,
        '/key': ca.encrypted(one, passphrase),
        '/passphrase': passphrase,
      }),
      /^refused: the passphrase does not open the key \(.+\); /,
    ],
    [
      'a PKCS#12 file',
      ['install-p12', '/p12', '/passphrase'],
      (one: Issued, passphrase: string) => ({ '/p12': ca.pkcs12(one, passphrase), '/passphrase': passphrase }),
      /^refused: the password does not open the PKCS#12 file \(.+\); /,
    ],
  ] as const)('%s', (_, [verb, ...names_], files, refusal) => {
    const passphrase = 'a pass $(phrase) of "words"';
    const put = (one: Issued, changed: Record<string, string> = {}) => {
      for (const [name, content] of Object.entries({ ...files(one, passphrase), ...changed })) {
        machine.write(name, content, '0600');
      }
      return machine.run('certificate', [verb, ...names_.map((name) => machine.path(name))]);
    };

    test.each(['ec', 'rsa'] as const)('of a certificate with an %s key is opened and served, once', async (key) => {
      const one = ca.issue({ names, key });
      expect(await put(one)).toEqual({ code: 0, output: expect.stringMatching(/^certificate 1 in use/) });
      expect(await served(port)).toBe(fingerprint(one.leaf));
      expect(machine.read('/etc/uap/tls/fullchain.pem')).toBe(one.chain);
      expect(machine.read('/etc/uap/tls/key.pem')).toBe(one.key);
      // Encrypted again with other salts, it is the same certificate.
      expect(await put(one)).toEqual({ code: 0, output: '' });
    });

    test('with another passphrase is refused in one line; the one in use stays', async () => {
      const one = ca.issue({ names });
      await put(one);
      const { code, output } = await put(ca.issue({ names }), { '/passphrase': 'another' });
      expect(code).toBe(1);
      expect(output).toMatch(refusal);
      expect(output.trim().split('\n')).toHaveLength(1);
      expect(output).not.toContain('another');
      expect(await served(port)).toBe(fingerprint(one.leaf));
    });

    test.each(names_)('is refused when %s is damaged, without a word of its content', async (name) => {
      await put(good);
      const { code, output } = await put(ca.issue({ names }), { [name]: 'damaged' });
      expect(code).toBe(1);
      expect(output).toMatch(/^refused: .+\n$/);
      expect(output).not.toContain('damaged');
      expect(await served(port)).toBe(fingerprint(good.leaf));
    });

    test('reaches no command line', async () => {
      machine.stub('openssl', '#!/bin/sh\necho "$*" >> "$UAP_ROOT/openssl"\nexec /usr/bin/openssl "$@"\n');
      await put(good);
      expect(machine.read('/openssl').split('\n').length).toBeGreaterThan(3);
      expect(machine.read('/openssl')).not.toMatch(/phrase\)|PRIVATE/);
    });
  });

  test('prints its usage', async () => {
    expect(await machine.run('certificate', ['install'])).toEqual({
      code: 2,
      output: expect.stringMatching(/^certificate install\|install-client CHAIN KEY \[PASSPHRASE\] \| install-p12 /),
    });
  });

  function withOtherIssuer(issued: Issued) {
    const other = CertificateAuthority.create(tmpdir());
    other.remove();
    return { ...issued, chain: issued.leaf + other.intermediate };
  }
});

const encryptedKey = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAh0xNQxA1zdKQICCAAw
-----END ENCRYPTED PRIVATE KEY-----
`;

function fingerprint(leaf: string): string {
  return new X509Certificate(leaf).fingerprint256;
}

/** The certificate that a new connection gets. */
function served(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** Repeats a request until the expected answer, because old workers still answer for a moment after a reload. */
async function until(ask: () => Promise<string>, expected: string): Promise<string> {
  let answer = '';
  for (let left = 40; left > 0 && answer !== expected; left--) {
    answer = await ask();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return answer;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
