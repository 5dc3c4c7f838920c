import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { RegionAnswer, Settings } from '../../cli/init/settings';
import { settingsYaml } from '../../cli/init/yaml';
import { cloudsFromYaml, resolveCloud } from '../../lib';

const region: RegionAnswer = {
  region: null,
  hostname: 'proxy.cloud.org',
  publicNetwork: 'public',
  upstreamRanges: ['149.165.152.0/22'],
  deniedAddresses: [],
  image: 'debian-13',
  flavor: 'm1.small',
};
const acme = { email: 'ops@cloud.org', directory: 'letsencrypt' };
const rfc2136 = { kind: 'rfc2136', server: 'ns1.cloud.org', zone: 'cloud.org' } as const;
const manyRanges = Array.from({ length: 12 }, (_, index) => `149.165.${index * 4}.0/22`);

const variants: readonly Settings[] = [
  {
    name: 'least',
    openstack: 'least',
    acme,
    dns: { kind: 'designate', zone: 'cloud.org' },
    certificate: { kind: 'acme' },
    regions: [region],
  },
  {
    name: 'everything-there-is',
    openstack: "it's",
    keystoneHostname: 'keystone.cloud.org',
    acme: {
      email: 'ops@cloud.org',
      directory: { url: 'https://acme.cloud.org/directory', caFile: '/etc/ssl/certs/cloud-ca.pem' },
      accountKeyId: 'kid-1',
      recursiveNameservers: ['192.0.2.53:53'],
    },
    dns: {
      ...rfc2136,
      key: { name: 'uap', file: '~/tsig.key', algorithm: 'hmac-sha512' },
      challengeKey: { name: 'uap-acme', file: '/etc/uap/acme.key' },
    },
    certificate: { kind: 'acme' },
    regions: [
      {
        ...region,
        region: 'One',
        upstreamRanges: ['10.0.0.0/16'],
        specialPurpose: '10.0.0.0/16 in 10.0.0.0/8 (private use, RFC 1918)',
        deniedAddresses: ['10.0.0.1', '10.0.0.2'],
        imageAbout: 'Debian 13',
        flavorAbout: '1 vCPU',
        keyPair: 'ops "of" the cloud\'s',
        adminNetworks: ['192.0.2.0/24'],
        packageMirror: 'https://mirror.cloud.org/debian',
      },
      { ...region, region: 'Two', hostname: 'proxy-two.cloud.org', upstreamRanges: manyRanges },
    ],
  },
  {
    name: 'pem',
    openstack: null,
    dns: { kind: 'manual' },
    certificate: { kind: 'fromPem', chainFile: '/etc/uap/chain.pem', keyFile: '~/key.pem' },
    regions: [region],
  },
  {
    name: 'on-instance',
    openstack: 'x',
    acme,
    dns: { kind: 'designate', zone: 'cloud.org' },
    certificate: { kind: 'acmeOnInstance' },
    regions: [region],
  },
  {
    name: 'other-dns',
    openstack: 'x',
    acme: { ...acme, directory: 'letsencrypt-staging' },
    dns: { kind: 'manual' },
    certificate: { kind: 'acme', challenge: { provider: 'cloudflare', variables: ['CF_DNS_API_TOKEN'] } },
    regions: [region],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'uap-init-'));
const schema = '../schemas/cloud.schema.json';
const texts = variants.map((settings) => settingsYaml(settings, schema));

beforeAll(() => {
  for (const [index, { name }] of variants.entries())
    writeFileSync(join(folder, `${name}.yaml`), texts[index] as string);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the first line names the schema, by which the file is right', () => {
  const cloudSchema = z.fromJSONSchema(
    JSON.parse(readFileSync(join(__dirname, '../..', 'schemas/cloud.schema.json'), 'utf8')),
  );
  for (const text of texts) {
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/schemas\/cloud\.schema\.json\n/);
    expect(cloudSchema.safeParse(parseDocument(text).toJS()).error).toBeUndefined();
  }
});

test('the settings are valid, and contain the answers', () => {
  const clouds = new Map(cloudsFromYaml(folder).map((cloud) => [cloud.name, resolveCloud(cloud)]));
  const [least, everything, pem, onInstance, other] = variants.map(({ name }) => clouds.get(name));
  expect(least).toMatchObject({
    name: 'least',
    openstack: 'least',
    acme,
    regions: [{ region: null, hostname: 'proxy.cloud.org', image: 'debian-13', allowSpecialPurposeRanges: false }],
  });
  expect(least?.dns.description).toBe('designate (zone cloud.org)');
  expect(JSON.parse(JSON.stringify(everything))).toMatchObject({
    openstack: "it's",
    keystoneHostname: 'keystone.cloud.org',
    acme: { directory: { caFile: '/etc/ssl/certs/cloud-ca.pem' }, externalAccountBinding: { keyId: 'kid-1' } },
    regions: [
      { keyPair: 'ops "of" the cloud\'s', deniedAddresses: ['10.0.0.1', '10.0.0.2'], allowSpecialPurposeRanges: true },
      { upstreamRanges: manyRanges },
    ],
  });
  const cases = {
    rfc2136: (options: unknown) => options,
    designate: () => undefined,
    manual: () => 'manual',
    other: () => 'other',
  };
  expect(everything?.dns.visit<unknown>(cases)).toMatchObject({
    server: 'ns1.cloud.org',
    key: { name: 'uap', algorithm: 'hmac-sha512', secret: { source: 'file ~/tsig.key' } },
    challengeKey: { name: 'uap-acme', secret: { source: 'file /etc/uap/acme.key' } },
  });
  expect([pem?.openstack, pem?.certificate.description]).toEqual([undefined, 'PEM file /etc/uap/chain.pem']);
  expect(pem?.dns.visit<unknown>(cases)).toBe('manual');
  expect(onInstance?.certificate.description).toBe('ACME client on the instance');
  expect(other?.certificate.description).toBe('acme provider (challenge by cloudflare)');
});

test('no line is longer than the formatter of the repository allows, but for comments', () => {
  for (const text of texts) {
    for (const line of text.split('\n')) expect(line.replace(/ #.*/, '').length).toBeLessThanOrEqual(120);
  }
});

test('every setting has a comment, but for those that name themselves', () => {
  const bare = texts.flatMap((text) => text.split('\n').filter((line) => /^ *(- )?\w+: [^#]*$/.test(line)));
  expect([...new Set(bare.map((line) => /\w+/.exec(line)?.[0]))].sort()).toEqual([
    'algorithm',
    'flavor',
    'image',
    'keyId',
    'zone',
  ]);
});

test('the text reads well', () => {
  const [least = ''] = texts;
  expect(least).toBe(`# yaml-language-server: $schema=../schemas/cloud.schema.json
# Written by: uap init least. All settings: uap show least, docs/settings.md.

name: least # name of the stack: cdktf deploy least; also the entry of clouds.yaml
acme:
  email: ops@cloud.org # of the ACME account
# Publishes the records and the ACME challenge in OpenStack's DNS.
dns:
  designate:
    zone: cloud.org
certificate: acme # Terraform's acme provider orders it, and a daily cdktf deploy renews it
regions:
  - region: null # the cloud has only one
    hostname: proxy.cloud.org # users' apps get names one label below it
    publicNetwork: public # users' instances and the UAP have addresses on it
    upstreamRanges: [149.165.152.0/22] # addresses of users' instances: the UAP connects to no other address
    image: debian-13
    flavor: m1.small
`);
});

test('secrets are references, and a long list has an element a line', () => {
  expect(texts[1]).toContain(`
    key:
      name: uap # as configured on the server
      algorithm: hmac-sha512
      secret:
        file: ~/tsig.key # base64, nothing else in the file
`);
  expect(texts[1]).toContain(`
    # addresses of users' instances: the UAP connects to no other address
    upstreamRanges:
      - 149.165.0.0/22
      - 149.165.4.0/22
`);
});
