import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Testing } from 'cdktf';
import { settingsText } from '../../cli/show/settings-text';
import { instanceParts, resolveCloud, Secret, UapStack, UpstreamSecurity, WildcardCertificate } from '../../lib';
import { CertificateAuthority } from '../cloud-init/pki';
import { cloud, lines, problems, region } from '../settings/specs';

const folder = mkdtempSync(path.join(tmpdir(), 'uap-drivers-'));
const authority = CertificateAuthority.create(folder);
const client = authority.issue({ names: [], commonName: 'uap' });
const serverOnly = authority.issue({ names: ['a.cloud.org'], usage: 'serverAuth' });
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string) => {
  const full = path.join(folder, name);
  writeFileSync(full, content);
  // Relative, as in stacks/: also what a message shows then is the same everywhere.
  return path.relative(process.cwd(), full);
};
const ca = file('ca.pem', `Some words of openssl\n${authority.root}`);
const certificate = file('client.pem', client.chain);
const keyFile = path.join(folder, 'client.key');
writeFileSync(keyFile, client.key);
const key = Secret.file(keyFile);

// Loose types, as for settings without a compiler.
const verified = (options?: object) => UpstreamSecurity.verifiedTls(options as never);
const mutual = (options?: object) => UpstreamSecurity.mutualTls(options as never);
const found = (upstreamSecurity: UpstreamSecurity) =>
  problems({}, { upstreamSecurity }).map((problem) => lines(problem).map((line) => line.replaceAll(folder, '/pki')));

const at = 'regions[0].upstreamSecurity';
const caExample = "example 'stacks/instances-ca.pem'";
const certificateExample = "example 'stacks/uap-client.pem'";
const keyExample = "example Secret.file('~/uap-client.key')";
const nameExample = "example 'instance.cloud.org'";
const bundle = file('bundle.pem', authority.root.repeat(40));
const intermediate = file('intermediate.pem', authority.intermediate);
const leaf = file('leaf.pem', client.leaf);
const both = file('both.pem', authority.root + client.key);
const broken = file('broken.pem', authority.root.replace(/\n.{8}/, '\n!!!!!!!!'));
const words = file('words.pem', 'no certificate\n');
const server = file('server.pem', serverOnly.chain);
const shown = (name: string) => (name.length <= 60 ? name : `${name.slice(0, 59)}…`);

// biome-ignore format: one case a line
test.each<[string, UpstreamSecurity, string[][]]>([
  ['no options', verified(), [[`${at}.ca`, 'is missing', caExample]]],
  ['no certificate and no key', mutual({}), [[`${at}.certificate`, 'is missing', certificateExample], [`${at}.key`, 'is missing', keyExample]]],
  ['a misspelt option', mutual({ CA: ca, certificate, key }), [[`${at}.CA`, 'is not an option', 'write ca']]],
  ['an option of another driver', verified({ ca, certificate }), [[`${at}.certificate`, 'is not an option; options are ca, name', certificateExample]]],
  ['a CA that is not there', verified({ ca: 'no/ca.pem' }), [[`${at}.ca: "no/ca.pem"`, 'does not exist in the folder that this command runs in', caExample]]],
  ['a CA that is not there, by its full path', verified({ ca: '/no/ca.pem' }), [[`${at}.ca: "/no/ca.pem"`, 'does not exist', caExample]]],
  ['a folder as CA', verified({ ca: '/' }), [[`${at}.ca: "/"`, 'is not a file', caExample]]],
  ['no path as CA', verified({ ca: 7 }), [[`${at}.ca: 7`, 'is not allowed; allowed: the path of a PEM file', caExample]]],
  ['the text of a CA', verified({ ca: authority.root }), [[`${at}.ca`, 'is a PEM text; allowed: the path of a PEM file', caExample]]],
  ['a CA that is no PEM', verified({ ca: words }), [[`${at}.ca: "${shown(words)}"`, 'holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)', caExample]]],
  ['a CA that is damaged', verified({ ca: broken }), [[`${at}.ca: "${shown(broken)}"`, "holds a certificate that can't be read, number 1 of 1", caExample]]],
  ['a CA with a private key', verified({ ca: both }), [[`${at}.ca: "${shown(both)}"`, 'also holds a private key, which would not stay secret; leave only the certificates in it', caExample]]],
  ['an instance as CA', verified({ ca: leaf }), [[`${at}.ca: "${shown(leaf)}"`, 'holds a certificate that is not of a CA (CN=uap); allowed: only certificates of CAs', caExample]]],
  ['an intermediate as CA', verified({ ca: intermediate }), [[`${at}.ca: "${shown(intermediate)}"`, 'holds no root certificate; add that of its issuer, CN=root', caExample]]],
  ['a bundle as CA', verified({ ca: bundle }), [[`${at}.ca: "${shown(bundle)}"`, `is ${authority.root.length * 40} bytes, at most 16384 are allowed; only the CA of the instances is needed`, caExample]]],
  ['a wildcard as name', verified({ ca, name: '*.cloud.org' }), [[`${at}.name: "*.cloud.org"`, 'is a wildcard, the name below it is needed', "write 'cloud.org'"]]],
  ['an address as name', verified({ ca, name: '192.0.2.1' }), [[`${at}.name: "192.0.2.1"`, 'is an address, a host name is needed', nameExample]]],
  ['a name without a CA', mutual({ name: 'a.cloud.org', certificate, key }), [[`${at}.ca`, 'is missing: name is only checked in certificates that a CA signed', caExample]]],
  ['a certificate for servers alone', mutual({ certificate: server, key }), [[`${at}.certificate: "${shown(server)}"`, 'begins with a certificate that is not for TLS clients; allowed: extended key usage clientAuth', certificateExample]]],
  ['a key as a text', mutual({ certificate, key: client.key }), [[`${at}.key`, 'is not a secret; allowed: Secret.file(…) or Secret.variable(…)', keyExample]]],
  ['a key that is not there', mutual({ certificate, key: Secret.file('~/no.key') }), [[`${at}.key: (secret: file ~/no.key)`, 'does not exist', keyExample]]],
])('%s is reported', (_name, driver, expected) => {
  expect(found(driver)).toEqual(expected.map((problem) => problem.map((line) => line.replaceAll(folder, '/pki'))));
});

test('no message repeats a key', () => {
  expect(
    JSON.stringify([found(mutual({ certificate, key: client.key })), found(verified({ ca: both }))]),
  ).not.toContain(client.key.split('\n')[1]);
});

test.each([
  ['verified', verified({ ca }), 'verified TLS (CA CA.PEM)'],
  ['for one name', verified({ ca, name: 'a.cloud.org' }), 'verified TLS (CA CA.PEM, all as a.cloud.org)'],
  ['mutual', mutual({ ca, certificate, key }), 'mutual TLS (CA CA.PEM; client certificate CLIENT.PEM)'],
  [
    'mutual, not verified',
    mutual({ certificate, key: Secret.variable('uap_key') }),
    'mutual TLS (instances not verified; client certificate CLIENT.PEM)',
  ],
])('uap show tells what is %s', (_name, upstreamSecurity, text) => {
  const spec = { ...cloud, regions: [{ ...region, upstreamSecurity }] };
  expect(found(upstreamSecurity)).toEqual([]);
  const shownText = settingsText(spec, resolveCloud(spec)).replace(ca, 'CA.PEM').replace(certificate, 'CLIENT.PEM');
  expect(shownText).toMatch(new RegExp(`upstreamSecurity +${text.replace(/[().]/g, '\\$&')}$`, 'm'));
  expect(/secret from .*/.exec(shownText)?.[0].replaceAll(folder, '')).toBe(
    text.startsWith('verified')
      ? undefined
      : text.includes('not verified')
        ? 'secret from environment variable TF_VAR_uap_key'
        : 'secret from file /client.key',
  );
});

test('the CA is a file on the instance, only its PEM blocks; no path of this machine appears', () => {
  const resolved = resolveCloud({ ...cloud, regions: [{ ...region, upstreamSecurity: verified({ ca }) }] });
  const { files, applyTimeFiles } = instanceParts(resolved, resolved.regions[0] as never);
  expect(files.find((one) => one.path === '/etc/uap/upstream-ca.pem')?.content).toBe(authority.root);
  expect(applyTimeFiles.map(({ name }) => name)).toEqual(['addresses', 'certificate-p12', 'certificate-password']);
  for (const { content } of files) {
    expect(content).not.toContain(path.basename(folder));
    expect(content).not.toContain(`${homedir()}/`);
  }
});

describe('mutual TLS in a stack', () => {
  const spec = {
    ...cloud,
    regions: [{ ...region, upstreamSecurity: mutual({ ca, certificate, key: Secret.variable('uap_key') }) }],
  };
  const output = Testing.synth(new UapStack(Testing.stubVersion(new App({ stackTraces: false })), spec), true);
  const stack = JSON.parse(output);
  const [server] = Object.values(stack.resource.openstack_compute_instance_v2) as {
    user_data: string;
    metadata: Record<string, string>;
  }[];

  test('the certificate travels as metadata, the key in the user data, and one hook gets both', () => {
    expect(Object.keys(server?.metadata ?? {})).toContain('uap-upstream-certificate-00');
    expect(Object.keys(server?.metadata ?? {}).filter((name) => name.includes('upstream-key'))).toEqual([]);
    expect(server?.user_data).toContain('/var/lib/uap/late/upstream-key');
    expect(output).toContain('var.uap_key');
    const resolved = resolveCloud(spec);
    const parts = instanceParts(resolved, resolved.regions[0] as never);
    expect(parts.hooks.map(({ name }) => name)).toEqual(['addresses', 'upstream-certificate', 'certificate']);
    expect(parts.applyTimeFiles.filter(({ onChange }) => onChange === 'upstream-certificate')).toEqual([
      { name: 'upstream-certificate', maxLength: 6000, onChange: 'upstream-certificate' },
      { name: 'upstream-key', maxLength: 1900, onChange: 'upstream-certificate', secret: true },
    ]);
  });

  test('Terraform compresses the certificate, line for line', () => {
    const [, local = ''] =
      Object.entries<string>(stack.locals).find(([name]) => name.includes('late-upstream-certificate')) ?? [];
    // A Terraform string in quotes reads \n as JSON does.
    const [, text = ''] = /^\$\{base64gzip\((".*")\)\}$/.exec(local) ?? [];
    expect(JSON.parse(text)).toBe(client.chain);
  });

  test('the output does not contain the key', () => {
    process.env.TF_VAR_uap_key = client.key;
    const again = Testing.synth(new UapStack(Testing.stubVersion(new App({ stackTraces: false })), spec), true);
    delete process.env.TF_VAR_uap_key;
    expect(again).toBe(output);
    expect(output).not.toContain(client.key.split('\n')[1]);
    expect(output).not.toContain(path.basename(folder));
  });

  test('all items of metadata fit, also with an ACME client on the instance that trusts a private CA', () => {
    const fits = { ...spec, certificate: WildcardCertificate.acmeOnInstance() };
    for (const one of [
      spec,
      { ...fits, acme: { email: 'ops@cloud.org', directory: { url: 'https://ca.cloud.org/', caFile: '/ca.pem' } } },
    ]) {
      const text = Testing.synth(new UapStack(Testing.stubVersion(new App({ stackTraces: false })), one), true);
      const [only] = Object.values(JSON.parse(text).resource.openstack_compute_instance_v2) as { metadata: object }[];
      expect(Object.keys(only?.metadata ?? {}).length).toBeLessThanOrEqual(128);
    }
  });
});
