import { join } from 'node:path';
import { App, Testing } from 'cdktf';
import type { z } from 'zod';
import { cloudFromYaml, cloudsFromYaml, resolveCloud, UapStack } from '../../../lib';
import { type Family, families, type strategies } from '../../../lib/settings/strategies';
import { DnsRecords } from '../../../lib/strategies/dns-records';
import { InstanceAddress } from '../../../lib/strategies/instance-address';
import { LoadBalancer } from '../../../lib/strategies/load-balancer';
import { Secret } from '../../../lib/strategies/secret';
import { SecretDelivery } from '../../../lib/strategies/secret-delivery';
import { StateBackend } from '../../../lib/strategies/state-backend';
import { UpstreamSecurity } from '../../../lib/strategies/upstream-security';
import { WildcardCertificate } from '../../../lib/strategies/wildcard-certificate';
import { yamlValue } from '../../../scripts/cloud-schema';
import { documentedFamily, documentedOptions } from '../../../scripts/docstrings';
import { settingRows } from '../../../scripts/setting-rows';
import { cloudB } from '../../../stacks/cloud-b';
import { cloud, region } from '../specs';
import { Folder, minimal } from './files';

const folder = new Folder();
afterAll(() => folder.remove());
const example = join(__dirname, '../../../docs/examples/cloud-b.yaml');

/** A change that is given as JSON, which is YAML, in place of or besides the settings of the minimal cloud. */
function fromJson(changes: object) {
  return cloudFromYaml(
    folder.write('json.yaml', JSON.stringify({ ...JSON.parse(JSON.stringify(minimalData)), ...changes })),
  );
}
const minimalData = { ...cloud, dns: { designate: { zone: 'cloud.org' } } };

test('the example has the same settings as its counterpart in TypeScript', () => {
  expect(resolveCloud(cloudFromYaml(example))).toEqual(resolveCloud(cloudB));
});

test('the example creates the same stack as its counterpart in TypeScript', () => {
  const synth = (spec: Parameters<typeof resolveCloud>[0]) =>
    Testing.synth(new UapStack(Testing.stubVersion(new App({ stackTraces: false, outdir: 'cdktf.out' })), spec), true);
  expect(synth(cloudFromYaml(example))).toBe(synth(cloudB));
});

test('settings of two regions share what an anchor and << repeat', () => {
  const text = minimal.replace('  - region', '  - &one\n    region');
  const two = cloudFromYaml(
    folder.write('two.yaml', `${text}  - <<: *one\n    region: Two\n    hostname: two.cloud.org\n`),
  );
  expect(two.regions[1]).toEqual({ ...region, region: 'Two', hostname: 'two.cloud.org' });
});

// Each factory with every option, and with none besides those that it needs.
const tsig = { name: 'uap', secret: { file: '~/tsig.key' } };
const tsigKey = { name: 'uap', secret: Secret.file('~/tsig.key') };
const variable = { variable: 'a' };
const factories: [string, keyof typeof strategies, unknown, unknown][] = [
  [
    'rfc2136',
    'dns',
    { rfc2136: { server: 'ns1', zone: 'cloud.org', key: tsig } },
    DnsRecords.rfc2136({ server: 'ns1', zone: 'cloud.org', key: tsigKey }),
  ],
  [
    'rfc2136',
    'dns',
    {
      rfc2136: {
        server: 'ns1',
        port: 5353,
        zone: 'cloud.org',
        key: tsig,
        challengeKey: { ...tsig, algorithm: 'hmac-sha512' },
      },
    },
    DnsRecords.rfc2136({
      server: 'ns1',
      port: 5353,
      zone: 'cloud.org',
      key: tsigKey,
      challengeKey: { ...tsigKey, algorithm: 'hmac-sha512' },
    }),
  ],
  [
    'designate',
    'dns',
    { designate: { zone: 'cloud.org', openstack: 'other' } },
    DnsRecords.designate({ zone: 'cloud.org', openstack: 'other' }),
  ],
  ['manual', 'dns', 'manual', DnsRecords.manual()],
  ['manual', 'dns', { manual: null }, DnsRecords.manual()],
  ['acme', 'certificate', 'acme', WildcardCertificate.acme()],
  [
    'acme',
    'certificate',
    {
      acme: {
        challenge: { provider: 'exec', config: { A: 'text', manual: 'manual', B: variable } },
        revokeOnDestroy: true,
      },
    },
    WildcardCertificate.acme({
      revokeOnDestroy: true,
      challenge: { provider: 'exec', config: { A: 'text', manual: 'manual', B: Secret.variable('a') } },
    }),
  ],
  ['acmeOnInstance', 'certificate', 'acmeOnInstance', WildcardCertificate.acmeOnInstance()],
  [
    'fromPem',
    'certificate',
    { fromPem: { chainFile: '~/chain.pem', key: { file: '~/key.pem' }, passphrase: variable } },
    WildcardCertificate.fromPem({
      chainFile: '~/chain.pem',
      key: Secret.file('~/key.pem'),
      passphrase: Secret.variable('a'),
    }),
  ],
  ['instanceMetadata', 'delivery', 'instanceMetadata', SecretDelivery.instanceMetadata()],
  ['userData', 'delivery', 'userData', SecretDelivery.userData()],
  ['barbican', 'delivery', 'barbican', SecretDelivery.barbican()],
  ['publicPort', 'address', 'publicPort', InstanceAddress.publicPort()],
  [
    'floatingIp',
    'address',
    { floatingIp: { pool: 'public', network: 'uap' } },
    InstanceAddress.floatingIp({ pool: 'public', network: 'uap' }),
  ],
  ['none', 'loadBalancer', 'none', LoadBalancer.none()],
  [
    'octavia',
    'loadBalancer',
    { octavia: { sourceRanges: ['10.0.0.0/24'], flavor: 'large', provider: 'ovn' } },
    LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'], flavor: 'large', provider: 'ovn' }),
  ],
  ['unverifiedTls', 'upstreamSecurity', 'unverifiedTls', UpstreamSecurity.unverifiedTls()],
  [
    'verifiedTls',
    'upstreamSecurity',
    { verifiedTls: { ca: 'ca.pem', name: 'x.org' } },
    UpstreamSecurity.verifiedTls({ ca: 'ca.pem', name: 'x.org' }),
  ],
  [
    'mutualTls',
    'upstreamSecurity',
    { mutualTls: { ca: 'ca.pem', certificate: 'c.pem', key: { file: '~/k' } } },
    UpstreamSecurity.mutualTls({ ca: 'ca.pem', certificate: 'c.pem', key: Secret.file('~/k') }),
  ],
  ['local', 'backend', 'local', StateBackend.local()],
  ['local', 'backend', { local: 'x.tfstate' }, StateBackend.local('x.tfstate')],
  [
    's3',
    'backend',
    { s3: { bucket: 'b', key: 'k', endpoints: { s3: 'https://s3' } } },
    StateBackend.s3({ bucket: 'b', key: 'k', endpoints: { s3: 'https://s3' } }),
  ],
  ['http', 'backend', { http: { address: 'https://git' } }, StateBackend.http({ address: 'https://git' })],
  ['pg', 'backend', { pg: { connStr: 'postgres://db/uap' } }, StateBackend.pg({ connStr: 'postgres://db/uap' })],
];

test.each(factories)('%s: %s is written as %j', (_, family, written, made) => {
  const ofRegion = ['address', 'loadBalancer', 'upstreamSecurity'].includes(family);
  const changes = ofRegion ? { regions: [{ ...region, [family]: written }] } : { [family]: written };
  const spec = fromJson(changes);
  const read = (ofRegion ? spec.regions[0] : spec)?.[family as never];
  // toEqual finds nothing wrong with two functions, which the backends keep.
  expect(backendText(read)).toEqual(backendText(made));
});

function backendText(made: unknown): unknown {
  if (!StateBackend.isStateBackend(made)) return made;
  const stack = new UapStack(Testing.stubVersion(new App({ stackTraces: false })), { ...cloud, backend: made });
  return JSON.parse(Testing.synth(stack)).terraform.backend;
}

test('every factory of the tables is tried above, but for those of Secret, which are in them', () => {
  const { Secret: _, ...others } = families;
  const all = Object.values(others).flatMap((family) => Object.keys(family));
  expect([...new Set(factories.map(([name]) => name))].sort()).toEqual(all.sort());
});

test.each(Object.entries(families).filter(([name]) => name !== 'StateBackend'))(
  'the options of %s are needed where they are in TypeScript',
  (className, family: Family) => {
    const options = documentedOptions(className);
    for (const { name, parameters } of documentedFamily(className).factories) {
      const { argument } = family[name.split('.')[1] ?? ''] ?? {};
      const shape = (argument?._zod.def as { shape?: Record<string, z.ZodType> } | undefined)?.shape;
      for (const option of options.filter(({ of }) => of === parameters[0]?.type)) {
        expect({ [option.name]: shape?.[option.name]?.safeParse(undefined).success }).toEqual({
          [option.name]: option.optional,
        });
      }
    }
  },
);

// What is shown as examples, in both forms.
const examples = [
  { section: 'cloud', rows: settingRows([]) },
  { section: 'region', rows: settingRows(['regions', 0]) },
].flatMap(({ section, rows }) =>
  rows
    .map(([name = '', , , example = '']) => ({ section, name, source: example.slice(1, -1) }))
    .filter(({ name, source }) => !name.includes('.') && !source.includes('…')),
);

test.each(examples)('the example of $section: $name is the same setting in YAML', ({ section, name, source }) => {
  const data = yamlValue(source);
  const ofCloud = section === 'cloud';
  const spec = ofCloud ? fromJson({ [name]: data }) : fromJson({ regions: [{ ...region, [name]: data }] });
  const read = ofCloud ? spec[name as keyof typeof spec] : spec.regions[0]?.[name as keyof typeof region];
  const classes = {
    DnsRecords,
    InstanceAddress,
    LoadBalancer,
    Secret,
    SecretDelivery,
    StateBackend,
    UpstreamSecurity,
    WildcardCertificate,
  };
  const written = new Function(...Object.keys(classes), `return ${source}`)(...Object.values(classes));
  expect(backendText(read)).toEqual(backendText(written));
});

describe('a folder', () => {
  const clouds = new Folder();
  afterAll(() => clouds.remove());

  test('without YAML has no clouds', () => {
    clouds.write('index.ts', '');
    clouds.write('.hidden.yaml', ': no');
    expect(cloudsFromYaml(clouds.path)).toEqual([]);
  });

  test('has the clouds of its .yaml and .yml files, in the order of their names', () => {
    clouds.write('b.yml', minimal);
    clouds.write('a.yaml', minimal.replace('cloud-a', 'cloud-z'));
    expect(cloudsFromYaml(clouds.path).map(({ name }) => name)).toEqual(['cloud-z', 'cloud-a']);
  });

  test('refuses the same cloud twice', () => {
    const file = clouds.write('c.yaml', minimal);
    expect(() => cloudsFromYaml(clouds.path)).toThrow(
      `there is a cloud "cloud-a" in ${clouds.path}/b.yml and in ${file}; give each cloud its own name`,
    );
  });

  test('reports the mistakes of all its files together', () => {
    clouds.write('c.yaml', 'a:\n\tb: 1\na: 2');
    clouds.write('d.yaml', '- x');
    expect(() => cloudsFromYaml(clouds.path)).toThrow(/^3 problems in the settings of .*c\.yaml and .*d\.yaml\n/);
  });
});

test('an app refuses two clouds with the same name', () => {
  const app = new App();
  new UapStack(app, cloudB);
  expect(() => new UapStack(app, cloudFromYaml(example))).toThrow(
    'there is a cloud "cloud-b" in the TypeScript of the app and in docs/examples/cloud-b.yaml; give each cloud its own name',
  );
});
