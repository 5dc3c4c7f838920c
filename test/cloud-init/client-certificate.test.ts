import { readlinkSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { baseParts } from '../../lib/cloud-init';
import { describeScripts, hostname, Machine } from './machine';
import { CertificateAuthority, type Issued } from './pki';

describeScripts('the script certificate, for the client certificate towards upstreams', () => {
  let ca: CertificateAuthority;
  let server: Issued;
  let client: Issued;
  let machine: Machine;

  beforeAll(() => {
    ca = CertificateAuthority.create(tmpdir());
    server = ca.issue({ names: [hostname, `*.${hostname}`] });
    client = ca.issue({ names: [], commonName: 'uap' });
  });
  afterAll(() => ca.remove());

  beforeEach(async () => {
    machine = new Machine(baseParts({ hostname }));
    const tls = machine.path('/etc/uap/upstream-tls');
    machine.serve(
      await freePort(),
      `location / { proxy_pass https://127.0.0.1:1;
       proxy_ssl_certificate ${tls}/fullchain.pem; proxy_ssl_certificate_key ${tls}/key.pem; }`,
    );
  });
  afterEach(() => machine.remove());

  const install = (kind: 'install' | 'install-client', { chain, key }: Pick<Issued, 'chain' | 'key'>) => {
    machine.write('/chain', chain);
    machine.write('/key', key, '0600');
    return machine.run('certificate', [kind, machine.path('/chain'), machine.path('/key')]);
  };

  test('is installed before the one for clients, whose arrival then starts Nginx', async () => {
    expect(await install('install-client', client)).toEqual({
      code: 0,
      output: expect.stringMatching(/^client certificate 1 in use, until 20/),
    });
    expect(machine.read('/systemctl')).toBe('');
    expect(statSync(machine.path('/etc/uap/upstream-tls.d/1')).mode & 0o777).toBe(0o700);
    expect(statSync(machine.path('/etc/uap/upstream-tls.d/1/key.pem')).mode & 0o777).toBe(0o600);
    expect((await install('install', server)).code).toBe(0);
    expect(machine.read('/systemctl')).toContain('start nginx.service');
  });

  test('holds back the one for clients until it has arrived', async () => {
    const early = await install('install', server);
    expect(early).toEqual({ code: 1, output: expect.stringMatching(/Nginx refuses .*upstream-tls\/fullchain\.pem/) });
    expect((await install('install-client', client)).code).toBe(0);
    expect((await install('install', server)).code).toBe(0);
  });

  test('a new one is tested and makes Nginx reload; the same one does nothing', async () => {
    await install('install-client', client);
    await install('install', server);
    machine.write('/systemctl', '');
    expect(await install('install-client', client)).toEqual({ code: 0, output: '' });
    expect(machine.read('/systemctl')).toBe('');
    expect((await install('install-client', ca.issue({ names: [], commonName: 'uap' }))).code).toBe(0);
    expect(machine.read('/systemctl')).toContain('reload nginx.service');
    expect(readlinkSync(machine.path('/etc/uap/upstream-tls'))).toBe('upstream-tls.d/2');
    expect(readlinkSync(machine.path('/etc/uap/tls'))).toBe('tls.d/1');
  });

  test.each<[string, () => Pick<Issued, 'chain' | 'key'>, RegExp]>([
    ['with the key of another', () => ({ chain: client.chain, key: server.key }), /the key does not belong/],
    ['that expired', () => ca.issue({ names: [], from: -9, until: -1 }), /the certificate expired at 20/],
    ['that is damaged', () => ({ ...client, chain: client.chain.replace(/\n.{9}/, '\n!!!!!!!!!') }), /does not begin/],
  ])('one %s is refused, and the one in use stays', async (_, bad, reason) => {
    await install('install-client', client);
    await install('install', server);
    machine.write('/systemctl', '');
    const { code, output } = await install('install-client', bad());
    expect([code, output]).toEqual([1, expect.stringMatching(reason)]);
    expect(output).toMatch(/^client certificate refused: .*; the one in use is valid until 20/);
    expect(machine.read('/etc/uap/upstream-tls/fullchain.pem')).toBe(client.chain);
    expect(machine.read('/systemctl')).toBe('');
  });

  test('swaps back when Nginx refuses the configuration', async () => {
    await install('install-client', client);
    await install('install', server);
    machine.write('/nginx.conf', `${machine.read('/nginx.conf')} nonsense;`);
    const { output } = await install('install-client', ca.issue({ names: [], commonName: 'uap' }));
    expect(output).toMatch(/^client certificate refused: Nginx refuses the configuration: unknown directive/);
    expect(readlinkSync(machine.path('/etc/uap/upstream-tls'))).toBe('upstream-tls.d/1');
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
