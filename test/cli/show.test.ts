import { App } from './app';

const app = new App();
afterAll(() => app.remove());

test('shows every setting, its default, and where it comes from', async () => {
  const { stderr, stdout } = await app.run('show', 'large');
  expect(stderr).toBe('');
  expect(stdout).toMatchInlineSnapshot(`
    "large
      name                                 large
      openstack                            large  (default)
      keystoneHostname                     none
      acme.email                           ops@cloud.org
      acme.directory                       letsencrypt  (default)
      acme.externalAccountBinding.keyId    kid-1
      acme.externalAccountBinding.hmacKey  (secret: environment variable TF_VAR_eab_hmac_key)
      acme.keyType                         P256  (default)
      acme.profile                         none
      acme.renewalInfo                     true  (default)
      acme.recursiveNameservers            none
      dns                                  rfc2136 (zone cloud.org at ns1.cloud.org)
                                           secret from environment variable TF_VAR_tsig_key
      certificate                          acme provider  (default)
      delivery                             instance metadata  (default)
      backend                              local (terraform.<cloud>.tfstate)  (default)
      namePrefix                           uap  (default)
      tags                                 none  (default)

    regions[0]
      region                               One
      hostname                             one.cloud.org
      publicNetwork                        public
      upstreamRanges                       149.165.152.0/22
      allowSpecialPurposeRanges            false  (default)
      image                                debian-13
      generation                           1  (default)
      flavor                               m1.small
      instances                            1  (default)
      address                              port on the public network  (default)
      loadBalancer                         none  (default)
      drain                                60 s  (default)
      keyPair                              none
      adminNetworks                        none  (default)
      deniedAddresses                      none  (default)
      ports.allowed                        443, 8000-8999
      ports.denied                         1, 7, 9, 11, 13, 15, 17, 19-23, 25, 37, 42-43, 53, 69, 77, 79, 87, 95
                                           101-104, 109-111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161
                                           179, 389, 427, 465, 512-515, 526, 530-532, 540, 548, 554, 556, 563
                                           587, 601, 636, 989-990, 993, 995, 1719-1720, 1723, 2049, 3659, 4045
                                           4190, 5060-5061, 6000, 6566, 6665-6669, 6679, 6697, 10080  (default)
      httpUpstreams                        true  (default)
      clientOrigins                        none  (default)
      sameInstanceCors                     false  (default)
      siblingShield                        off  (default)
      abuseContact                         none
      blocked                              none  (default)
      metricsNetworks                      none  (default)
      maxBodySize                          0 bytes  (default)
      upstreamSecurity                     TLS without verification  (default)
      packageMirror                        none
      strictEgress                         false  (default)
      recordTtl                            60 s  (default)
      readinessTimeout                     900 s  (default)
      certificatePollInterval              60 s  (default)
      dns                                  rfc2136 (zone cloud.org at ns1.cloud.org)  (the cloud's)
      certificate                          acme provider  (default)
      delivery                             instance metadata  (default)

    regions[1]
      region                               Two
      hostname                             two.cloud.org
      publicNetwork                        public
      upstreamRanges                       149.165.152.0/22
      allowSpecialPurposeRanges            false  (default)
      image                                debian-13
      generation                           1  (default)
      flavor                               m1.small
      instances                            1  (default)
      address                              port on the public network  (default)
      loadBalancer                         none  (default)
      drain                                60 s  (default)
      keyPair                              none
      adminNetworks                        none  (default)
      deniedAddresses                      none  (default)
      ports.allowed                        1-65535  (default)
      ports.denied                         1, 7, 9, 11, 13, 15, 17, 19-23, 25, 37, 42-43, 53, 69, 77, 79, 87, 95
                                           101-104, 109-111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161
                                           179, 389, 427, 465, 512-515, 526, 530-532, 540, 548, 554, 556, 563
                                           587, 601, 636, 989-990, 993, 995, 1719-1720, 1723, 2049, 3659, 4045
                                           4190, 5060-5061, 6000, 6566, 6665-6669, 6679, 6697, 10080  (default)
      httpUpstreams                        true  (default)
      clientOrigins                        https://exosphere.app
      sameInstanceCors                     false  (default)
      siblingShield                        off  (default)
      abuseContact                         none
      blocked                              none  (default)
      metricsNetworks                      none  (default)
      maxBodySize                          0 bytes  (default)
      upstreamSecurity                     TLS without verification  (default)
      packageMirror                        none
      strictEgress                         false  (default)
      recordTtl                            60 s  (default)
      readinessTimeout                     900 s  (default)
      certificatePollInterval              60 s  (default)
      dns                                  rfc2136 (zone cloud.org at ns1.cloud.org)  (the cloud's)
      certificate                          acme provider  (default)
      delivery                             instance metadata  (default)
    "
  `);
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
