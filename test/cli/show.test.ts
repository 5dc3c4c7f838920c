import { settingRows } from '../../scripts/setting-rows';
import { App } from './app';

const app = new App();
afterAll(() => app.remove());

test('shows every setting, its default, and where it comes from', async () => {
  const { stderr, stdout } = await app.run('show', 'large');
  expect(stderr).toBe('');
  // Columns are padded to the longest name.
  const lines = stdout.split('\n').map((line) => line.replace(/(?<=\S) {2,}/g, ' | '));
  const section = (title: string) => {
    const start = lines.indexOf(title);
    return lines.slice(start + 1, lines.indexOf('', start));
  };
  const names = (title: string) => section(title).flatMap((line) => /^ {2}([\w.]+) \| /.exec(line)?.[1] ?? []);
  const defined = settingRows(['regions', 0]).map(([name]) => name);
  // Of `ports` only what is in it.
  expect(names('regions[0]')).toEqual(defined.filter((name) => name !== 'ports'));
  expect(names('regions[1]')).toEqual(names('regions[0]'));
  expect(section('large')).toEqual(
    expect.arrayContaining([
      '  openstack | large | (default)',
      '  keystoneHostname | none',
      '  acme.directory | letsencrypt | (default)',
      '  acme.externalAccountBinding.keyId | kid-1',
      '  acme.externalAccountBinding.hmacKey | (secret: environment variable TF_VAR_eab_hmac_key)',
      '  dns | rfc2136 (zone cloud.org at ns1.cloud.org)',
      expect.stringMatching(/^ +secret from environment variable TF_VAR_tsig_key$/),
      '  backend | local (terraform.<cloud>.tfstate) | (default)',
      '  tags | none | (default)',
    ]),
  );
  expect(section('regions[0]')).toEqual(
    expect.arrayContaining([
      '  upstreamRanges | 149.165.152.0/22',
      '  address | port on the public network | (default)',
      '  drain | 60 s | (default)',
      '  keyPair | none',
      '  adminNetworks | none | (default)',
      '  ports.allowed | 443, 8000-8999',
      "  dns | rfc2136 (zone cloud.org at ns1.cloud.org) | (the cloud's)",
      '  certificate | acme provider | (default)',
    ]),
  );
  expect(section('regions[1]')).toEqual(
    expect.arrayContaining(['  ports.allowed | 1-65535 | (default)', '  clientOrigins | https://exosphere.app']),
  );
});

test('null for the OS_* variables is shown as such', async () => {
  expect((await app.run('show', 'small')).stdout).toMatch(/^ {2}openstack +none$/m);
});

test('as JSON, with the words of the settings', async () => {
  const { stdout } = await app.run('show', 'large', '--json');
  const shown = JSON.parse(stdout);
  expect(Object.keys(shown).slice(0, 2)).toEqual(['name', 'openstack']);
  expect(shown.dns).toEqual({
    strategy: 'rfc2136 (zone cloud.org at ns1.cloud.org)',
    secrets: ['environment variable TF_VAR_tsig_key'],
  });
  expect(shown.acme.externalAccountBinding.hmacKey).toBe('(secret: environment variable TF_VAR_eab_hmac_key)');
  expect(shown.regions[0].ports.allowed).toEqual([443, '8000-8999']);
  expect(shown.regions[1]).toMatchObject({
    hostname: 'two.cloud.org',
    recordTtl: 60,
    siblingShield: 'off',
  });
});
