import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  convertCompilerOptionsFromJson,
  createCompilerHost,
  createProgram,
  flattenDiagnosticMessageText,
  getPreEmitDiagnostics,
} from 'typescript';
import { withCloud } from '../../cli/init/index-file';
import type { RegionAnswer, Settings } from '../../cli/init/settings';
import { constantOf, sourceOf } from '../../cli/init/source';
import { type CloudSpec, resolveCloud } from '../../lib';

const root = join(__dirname, '../..');

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

const library = '../lib';
const folder = mkdtempSync(join(tmpdir(), 'uap-init-'));
const files = variants.map(({ name }) => join(folder, 'stacks', `${name}.ts`));

beforeAll(() => {
  mkdirSync(join(folder, 'stacks'));
  symlinkSync(join(root, 'lib'), join(folder, 'lib'));
  let index: string | undefined;
  for (const [position, settings] of variants.entries()) {
    writeFileSync(files[position] as string, sourceOf(settings, library));
    const listed = withCloud(index, settings.name, constantOf(settings.name), library);
    index = (listed as { text: string }).text;
  }
  writeFileSync(join(folder, 'stacks/index.ts'), index as string);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the files are as the formatter and the linter of the repository want them', () => {
  for (const file of [...files, join(folder, 'stacks/index.ts')]) {
    const text = readFileSync(file, 'utf8');
    // On its standard input, as if it were in stacks/: the file itself is outside of the repository.
    const args = ['check', '--write', '--error-on-warnings', `--stdin-file-path=stacks/${basename(file)}`];
    expect(
      execFileSync(join(root, 'node_modules/.bin/biome'), args, { cwd: root, input: text, encoding: 'utf8' }),
    ).toBe(text);
  }
}, 60_000);

test('the files have the types of the settings', () => {
  const { options } = convertCompilerOptionsFromJson(require('../../tsconfig.json').compilerOptions, root);
  const host = createCompilerHost(options);
  const { fileExists, readFile } = host;
  // For the compiler they are in stacks/ of the repository.
  const actual = (file: string) =>
    dirname(file) === join(root, 'stacks') ? join(folder, 'stacks', basename(file)) : file;
  host.fileExists = (file) => fileExists(actual(file));
  host.readFile = (file) => readFile(actual(file));
  const program = createProgram([join(root, 'stacks/index.ts')], { ...options, noEmit: true }, host);
  expect(program.getSourceFiles().filter(({ fileName }) => dirname(fileName) === join(root, 'stacks')).length).toBe(
    variants.length + 1,
  );
  const texts = getPreEmitDiagnostics(program).map(({ messageText }) =>
    flattenDiagnosticMessageText(messageText, '\n'),
  );
  expect(texts).toEqual([]);
}, 300_000);

test('the settings are right, and say what was answered', () => {
  const { clouds } = require(join(folder, 'stacks/index.ts')) as { clouds: readonly CloudSpec[] };
  const [least, everything, pem, onInstance, other] = clouds.map((cloud) => resolveCloud(cloud));
  expect(least).toMatchObject({
    name: 'least',
    openstack: 'least',
    acme,
    regions: [{ region: null, hostname: 'proxy.cloud.org', image: 'debian-13', allowSpecialPurposeRanges: false }],
  });
  expect(least?.dns.description).toBe('designate (zone cloud.org)');
  expect(everything).toMatchObject({
    openstack: "it's",
    keystoneHostname: 'keystone.cloud.org',
    acme: { directory: { caFile: '/etc/ssl/certs/cloud-ca.pem' }, externalAccountBinding: { keyId: 'kid-1' } },
    regions: [
      { keyPair: 'ops "of" the cloud\'s', deniedAddresses: ['10.0.0.1', '10.0.0.2'], allowSpecialPurposeRanges: true },
      { upstreamRanges: manyRanges },
    ],
  });
  const cases = { rfc2136: (options: unknown) => options, designate: () => undefined, manual: () => 'manual' };
  expect(everything?.dns.match<unknown>(cases)).toMatchObject({
    server: 'ns1.cloud.org',
    key: { name: 'uap', algorithm: 'hmac-sha512', secret: { source: 'file ~/tsig.key' } },
    challengeKey: { name: 'uap-acme', secret: { source: 'file /etc/uap/acme.key' } },
  });
  expect([pem?.openstack, pem?.certificate.description]).toEqual([undefined, 'PEM file /etc/uap/chain.pem']);
  expect(pem?.dns.match<unknown>(cases)).toBe('manual');
  expect(onInstance?.certificate.description).toBe('ACME client on the instance');
  expect(other?.certificate.description).toBe('acme provider (challenge by cloudflare)');
});

test('the text reads well', () => {
  expect(
    sourceOf(variants[0] as Settings, 'cdktf-openstack-uap'),
  ).toBe(`import { type CloudSpec, DnsRecords } from 'cdktf-openstack-uap';

// Written by: uap init least. Every setting there is: uap show least, docs/settings.md.
export const least: CloudSpec = {
  name: 'least', // of the stack: cdktf deploy least
  // The credentials are in the entry of that name of clouds.yaml.
  acme: {
    email: 'ops@cloud.org', // of the account with the CA
  },
  dns: DnsRecords.designate({ zone: 'cloud.org' }), // publishes the records and answers the ACME challenge
  // The certificate is Terraform's acme provider's: a daily cdktf deploy renews it when it is time.
  regions: [
    {
      region: null, // the cloud has only one
      hostname: 'proxy.cloud.org', // users' apps get names one label below it
      publicNetwork: 'public', // users' instances and the UAP have their addresses there
      upstreamRanges: ['149.165.152.0/22'], // those addresses: the UAP connects to nothing else
      image: 'debian-13',
      flavor: 'm1.small',
    },
  ],
};
`);
});

test.each([
  ['my-cloud', 'myCloud'],
  ['cloud-2-b', 'cloud2B'],
  ['default', 'defaultCloud'],
  ['clouds', 'cloudsCloud'],
  ['a-', 'a'],
])('the constant of %s is %s', (name, constant) => expect(constantOf(name)).toBe(constant));

describe('the list of clouds', () => {
  const index = `import type { CloudSpec } from '../lib';
import { cloudA } from './cloud-a';
import { cloudC } from './cloud-c';

/** The clouds. */
export const clouds: readonly CloudSpec[] = [cloudA, cloudC];
`;
  const add = (text: string, name = 'cloud-b') => withCloud(text, name, constantOf(name), library);

  test('gets an import in its place and an element', () => {
    expect(add(index)).toEqual({
      text: `import type { CloudSpec } from '../lib';
import { cloudA } from './cloud-a';
import { cloudB } from './cloud-b';
import { cloudC } from './cloud-c';

/** The clouds. */
export const clouds: readonly CloudSpec[] = [cloudA, cloudC, cloudB];
`,
    });
  });

  test('does not change when it has the cloud', () => {
    expect(add(index, 'cloud-c')).toEqual({ text: index });
  });

  test('as this repository has it is known', () => {
    const ours = readFileSync(join(root, 'stacks/index.ts'), 'utf8');
    expect(add(ours, 'my-cloud')).toEqual({
      text: ours
        .replace("from './cloud-b';\n", "from './cloud-b';\nimport { myCloud } from './my-cloud';\n")
        .replace('cloudB, ...cloudsFromYaml(__dirname)];', 'cloudB, myCloud, ...cloudsFromYaml(__dirname)];'),
    });
    expect(ours).toContain('...cloudsFromYaml(__dirname)];');
  });

  test('with an element a line keeps that form', () => {
    const lines = index.replace('[cloudA, cloudC]', '[\n  cloudA,\n  cloudC,\n]');
    expect(add(lines)).toMatchObject({ text: expect.stringContaining('[\n  cloudA,\n  cloudC,\n  cloudB,\n];') });
  });

  test.each([
    ['computed', index.replace('[cloudA, cloudC]', '[cloudA].concat(cloudC)').replace('[cloudA]', '[...all]')],
    ['with comments', index.replace('[cloudA, cloudC]', '[\n  cloudA, // the first\n]')],
    ['of another name', index.replace('const clouds', 'const mine')],
    ['without imports', 'export const clouds = [];\n'],
  ])('that is %s is left alone, and the two lines are told', (_, text) => {
    expect(add(text)).toEqual({ byHand: ["import { cloudB } from './cloud-b';", 'cloudB'] });
  });
});
