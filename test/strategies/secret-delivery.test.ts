import { App, Testing } from 'cdktf';
import { type CloudSpec, DnsRecords, Secret, SecretDelivery, UapStack, WildcardCertificate } from '../../lib';
import { instanceUserData } from '../../lib/instance/files';
import { resolveCloud } from '../../lib/settings';
import { unpack } from '../cloud-init/unpack';

const region = {
  region: 'North',
  hostname: 'proxy.cloud.org',
  publicNetwork: 'public',
  upstreamRanges: ['149.165.152.0/22'],
  image: 'debian-12',
  flavor: 'm1.small',
};
const certificates = {
  acme: WildcardCertificate.acme(),
  acmeOnInstance: WildcardCertificate.acmeOnInstance(),
  fromPem: WildcardCertificate.fromPem({
    chainFile: '~/chain.pem',
    key: Secret.file('~/key.pem'),
    passphrase: Secret.variable('key_passphrase'),
  }),
};

function cloud(delivery: SecretDelivery, certificate: keyof typeof certificates = 'acme'): CloudSpec {
  return {
    name: 'my-cloud',
    acme: { email: 'ops@cloud.org' },
    dns: DnsRecords.designate({ zone: 'cloud.org' }),
    certificate: certificates[certificate],
    delivery,
    regions: [region],
  };
}

type Resource = Record<string, unknown> & {
  lifecycle?: { precondition?: { condition: string; error_message: string }[]; create_before_destroy?: boolean };
};

function synth(spec: CloudSpec) {
  const app = Testing.stubVersion(new App({ outdir: 'cdktf.out', stackTraces: false }));
  const stack = JSON.parse(Testing.synth(new UapStack(app, spec), true));
  const all = (type: string): Resource[] => Object.values(stack.resource[type] ?? {});
  const server = all('openstack_compute_instance_v2')[0] as Resource;
  const preconditions = (server.lifecycle?.precondition ?? []).map((each) => each.error_message);
  return { stack, all, server, preconditions, files: unpack(String(server.user_data)) };
}

const manifest = (files: ReturnType<typeof unpack>) =>
  JSON.parse(files.find(({ path }) => path === '/etc/uap/late-files.json')?.content ?? '{}');
const late = (files: ReturnType<typeof unpack>) =>
  files.filter(({ path }) => path.startsWith('/var/lib/uap/late/')).map(({ path, mode }) => `${mode} ${path}`);

describe('instance metadata', () => {
  const { server, all, files } = synth(cloud(SecretDelivery.instanceMetadata()));

  test('delivers the certificate in pieces, and creates no other resource', () => {
    expect(Object.keys(server.metadata as object)).toHaveLength(65 + 2);
    expect(server).not.toHaveProperty('config_drive');
    expect(all('openstack_keymanager_secret_v1')).toEqual([]);
    expect(late(files)).toEqual(['0600 /var/lib/uap/late/certificate-password']);
  });
});

describe('user data', () => {
  test.each([
    ['acme', ['addresses', 'certificate-p12', 'certificate-password']],
    ['fromPem', ['addresses', 'certificate-chain', 'certificate-key', 'certificate-passphrase']],
    ['acmeOnInstance', ['acme-credentials', 'addresses']],
  ] as const)('brings everything of %s, for root alone, on a config drive', (certificate, names) => {
    const { server, files, all } = synth(cloud(SecretDelivery.userData(), certificate));
    expect(late(files)).toEqual(names.map((name) => `0600 /var/lib/uap/late/${name}`));
    expect(server.metadata).toEqual({});
    expect(server.config_drive).toBe(true);
    expect(all('openstack_keymanager_secret_v1')).toEqual([]);
  });

  test('needs no metadata service: every file is secret', () => {
    const { files } = manifest(synth(cloud(SecretDelivery.userData())).files);
    expect(files).toEqual([
      { name: 'addresses', onChange: 'addresses', secret: true },
      { name: 'certificate-p12', onChange: 'certificate', secret: true },
      { name: 'certificate-password', onChange: 'certificate', secret: true },
    ]);
  });

  test('reserves room for a certificate, and refuses a larger one before apply', () => {
    const spec = cloud(SecretDelivery.userData());
    const resolved = resolveCloud(spec);
    expect(instanceUserData(resolved, resolved.regions[0] as (typeof resolved.regions)[0]).bytes).toBeLessThan(65_535);
    expect(synth(spec).preconditions).toContain('The secret file certificate-p12 must have 1 to 6144 bytes.');
  });

  test('states the effect of a renewal', () => {
    expect(SecretDelivery.userData().description).toMatch(/new instance/);
  });
});

describe('Barbican', () => {
  const { server, all, files, stack, preconditions } = synth(cloud(SecretDelivery.barbican()));
  const secret = all('openstack_keymanager_secret_v1').find(({ name }) => String(name).endsWith('certificate-p12'));
  const [credential] = all('openstack_identity_application_credential_v3');

  test('holds the certificate; the metadata has only its id, which changes in place', () => {
    expect(server.metadata).toEqual({
      'uap-addresses-ref': expect.any(String),
      'uap-certificate-p12-ref': expect.stringMatching(
        /^\$\{openstack_keymanager_secret_v1\.\w+barbican_certificate-p12\w+\.id\}$/,
      ),
    });
    expect(secret).toMatchObject({ payload_content_type: 'text/plain', secret_type: 'opaque', region: 'North' });
    expect(secret?.payload).toMatch(/^\$\{local\.\w+late-certificate-p12\w+\}$/);
    expect(JSON.stringify(stack.locals)).toMatch(/base64gzip\(acme_certificate\.\w+[\w-]*\.certificate_p12\)/);
  });

  test('creates the new secret before it deletes the old one', () => {
    expect(secret?.lifecycle?.create_before_destroy).toBe(true);
  });

  test("the instance's credential reads payloads and does nothing else", () => {
    expect(credential?.access_rules).toEqual([
      { service: 'key-manager', method: 'GET', path: '/v1/secrets/*/payload' },
    ]);
    expect(credential).not.toHaveProperty('unrestricted');
  });

  test('password and credential travel in the user data', () => {
    expect(late(files)).toEqual([
      '0600 /var/lib/uap/late/barbican-credentials',
      '0600 /var/lib/uap/late/certificate-password',
    ]);
    expect(manifest(files)).toMatchObject({ credentials: 'barbican-credentials' });
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/usr/local/lib/uap/barbican.py', '/usr/local/lib/uap/openstack.py']),
    );
  });

  test('a payload too large for Barbican is refused before apply', () => {
    expect(preconditions).toContain('The file certificate-p12 is too large for Barbican, which takes 20000 bytes.');
  });

  test('goes with ACME on the instance by Designate: two credentials, and one copy of the script that both need', () => {
    const both = synth(cloud(SecretDelivery.barbican(), 'acmeOnInstance'));
    expect(both.all('openstack_identity_application_credential_v3')).toHaveLength(2);
    expect(both.files.filter(({ path }) => path.endsWith('/openstack.py'))).toHaveLength(1);
  });
});
