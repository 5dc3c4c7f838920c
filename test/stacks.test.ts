import { App, Testing } from 'cdktf';
import {
  type CloudSpec,
  DnsRecords,
  Secret,
  SecretDelivery,
  StateBackend,
  UapStack,
  UpstreamSecurity,
  WildcardCertificate,
} from '../lib';
import { cloudA } from '../stacks/cloud-a';
import { cloudB } from '../stacks/cloud-b';
import { type Unpacked, unpack } from './cloud-init/unpack';

/** The files that a server boots with; those of which Terraform alone knows the content have their expression. */
function bootFiles(userData: unknown): Unpacked[] {
  return unpack(String(userData));
}

/** What `cdktf synth` writes for a cloud, validations included. */
function synth(spec: CloudSpec): string {
  // The output folder of cdktf.json, as the path of a local state is relative to it; nothing is written.
  const app = Testing.stubVersion(new App({ outdir: 'cdktf.out', stackTraces: false }));
  return Testing.synth(new UapStack(app, spec), true);
}

type Resources = Record<string, Record<string, Record<string, unknown>>>;

/** The synth output with the user data as a list of its files, to be read by people. */
function readable(spec: CloudSpec): Record<string, unknown> {
  const stack = JSON.parse(synth(spec));
  // Everything depends on all look-ups, which has a test of its own.
  for (const resource of Object.values(stack.resource as Resources).flatMap((byId) => Object.values(byId))) {
    resource.depends_on = (resource.depends_on as string[]).filter((dependency) => !dependency.startsWith('data.'));
  }
  for (const server of Object.values((stack.resource as Resources).openstack_compute_instance_v2 ?? {})) {
    server.user_data = bootFiles(server.user_data).map(({ path, mode }) => `${mode} ${path}`);
    // A certificate takes dozens of alike items: the first of each file shows how they are made.
    server.metadata = Object.fromEntries(
      Object.entries(server.metadata as Record<string, string>).filter(([key]) => key.endsWith('-00')),
    );
  }
  // A digest of the files, which any edit of them changes.
  for (const source of Object.values((stack.resource as Resources).terraform_data ?? {})) {
    if (source.input) source.input = '(digest)';
  }
  stack.output.outdated.value = stack.output.outdated.value.replaceAll(/"[0-9a-f]{64}"/g, '"(digest)"');
  return stack;
}

const minimal: CloudSpec = {
  name: 'minimal',
  acme: { email: 'ops@cloud.org' },
  dns: DnsRecords.designate({ zone: 'cloud.org' }),
  regions: [
    {
      region: null,
      hostname: 'proxy.cloud.org',
      publicNetwork: 'public',
      upstreamRanges: ['149.165.152.0/22'],
      image: 'debian-12',
      flavor: 'm1.small',
    },
  ],
};

const maximal: CloudSpec = {
  name: 'maximal',
  openstack: null,
  keystoneHostname: 'keystone.cloud.org',
  acme: {
    email: 'ops@cloud.org',
    directory: 'zerossl',
    externalAccountBinding: { keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') },
    keyType: 'P384',
    profile: 'tlsserver',
    renewalInfo: false,
    recursiveNameservers: ['149.165.152.2:53'],
  },
  dns: DnsRecords.rfc2136({
    server: 'ns1.cloud.org',
    port: 5353,
    zone: 'cloud.org',
    key: { name: 'uap', algorithm: 'hmac-sha512', secret: Secret.variable('tsig_key') },
    challengeKey: { name: 'uap-acme', secret: Secret.file('~/acme.key') },
  }),
  certificate: WildcardCertificate.acme({ revokeOnDestroy: true }),
  delivery: SecretDelivery.instanceMetadata(),
  backend: StateBackend.pg({ connStr: 'postgres://state.cloud.org/terraform' }),
  namePrefix: 'web',
  tags: ['service:uap'],
  regions: [
    {
      region: 'North',
      hostname: 'north.cloud.org',
      publicNetwork: '0b7c4a3e-52f1-4b0f-8f3c-1f1f5a1f5a1f',
      upstreamRanges: ['149.165.152.0/22', '10.0.0.0/8'],
      allowSpecialPurposeRanges: true,
      image: '0b7c4a3e-52f1-4b0f-8f3c-1f1f5a1f5a1e',
      flavor: '42aa4a3e-52f1-4b0f-8f3c-1f1f5a1f5a1d',
      keyPair: 'ops',
      adminNetworks: ['192.0.2.0/24', '2001:db8::/32'],
      deniedAddresses: ['149.165.152.10'],
      ports: { allowed: ['1024-65535'], denied: [3306] },
      httpUpstreams: false,
      clientOrigins: ['https://exosphere.app'],
      sameInstanceCors: true,
      siblingShield: 'enforce',
      abuseContact: 'abuse@cloud.org',
      blocked: ['http-149-165-152-7-8888'],
      metricsNetworks: ['192.0.2.0/24'],
      maxBodySize: 10_737_418_240,
      upstreamSecurity: UpstreamSecurity.unverifiedTls(),
      packageMirror: 'https://mirror.cloud.org/debian',
      strictEgress: true,
      recordTtl: 300,
      readinessTimeout: 0,
      certificatePollInterval: 300,
      dns: DnsRecords.manual(),
      certificate: WildcardCertificate.fromPem({
        chainFile: '~/chain.pem',
        key: Secret.file('~/key.pem'),
        passphrase: Secret.variable('key_passphrase'),
      }),
    },
    {
      region: 'South',
      hostname: 'south.cloud.org',
      publicNetwork: 'public',
      upstreamRanges: ['149.165.160.0/24'],
      image: 'debian-12',
      flavor: 'm1.small',
    },
  ],
};

describe('the synth output of', () => {
  test.each([
    ['cloud-a', cloudA],
    ['cloud-b', cloudB],
    ['a minimal region', minimal],
    ['a maximal region', maximal],
  ])('%s is as it was', (_name, spec) => {
    expect(readable(spec)).toMatchSnapshot();
  });
});

test('one more region changes nothing of those that are there', () => {
  const resources = (spec: CloudSpec) =>
    Object.entries(JSON.parse(synth(spec)).resource as Resources).flatMap(([type, ofType]) =>
      // What it waits for is no part of a plan.
      Object.entries(ofType).map(([name, { depends_on: _, ...config }]) => [`${type}.${name}`, config] as const),
    );
  const before = resources({ ...cloudA, regions: cloudA.regions.slice(0, 1) });
  const after = Object.fromEntries(resources(cloudA));
  expect(before.length).toBeGreaterThan(15);
  for (const [address, config] of before) expect(after[address]).toEqual(config);
  expect(Object.keys(after).length).toBeGreaterThan(before.length);
});

test('a certificate is renewed by the days or when the CA says so, never by both: the provider would sleep until then', () => {
  const acme = (renewalInfo: boolean) => {
    const [certificate] = Object.values(
      JSON.parse(synth({ ...minimal, acme: { email: 'ops@cloud.org', renewalInfo } })).resource.acme_certificate,
    );
    return certificate;
  };
  expect(acme(true)).toMatchObject({ use_renewal_info: true, renewal_info_max_sleep: 0, min_days_remaining: -1 });
  expect(acme(true)).not.toHaveProperty('min_days_dynamic');
  expect(acme(false)).toMatchObject({ use_renewal_info: false, min_days_dynamic: true });
  expect(acme(false)).not.toHaveProperty('min_days_remaining');
});

describe('every synth', () => {
  const outputs = [cloudA, cloudB, minimal, maximal].map((spec) => [spec.name, synth(spec)] as const);

  test.each(outputs)('of %s gives the same bytes again', (name, output) => {
    const spec = [cloudA, cloudB, minimal, maximal].find((one) => one.name === name) as CloudSpec;
    expect(synth(spec)).toBe(output);
  });

  test.each(outputs)('of %s names no path of this machine', (_name, output) => {
    expect(output).not.toContain(process.cwd());
    expect(output).not.toContain(process.env.HOME);
  });

  test.each(outputs)('of %s gives every OpenStack resource its region, or none in a cloud with one', (name, output) => {
    const stack = JSON.parse(output) as { resource: Resources; data: Resources };
    const all = [...Object.entries(stack.resource), ...Object.entries(stack.data ?? {})]
      .filter(([type]) => type.startsWith('openstack_'))
      .flatMap(([, byId]) => Object.values(byId));
    expect(all.length).toBeGreaterThan(5);
    for (const resource of all) {
      if (name === 'minimal') expect(resource).not.toHaveProperty('region');
      else expect(resource).toHaveProperty('region');
    }
  });

  test.each(outputs)('of %s has no expression that JavaScript spoilt', (_name, output) => {
    // But for the archives of files: in base85 anything may turn up.
    const archives = /[^\s"\\]{5000,}/g;
    expect(output.match(archives)).not.toBeNull();
    expect(output.replace(archives, '')).not.toMatch(/\b(undefined|NaN)\b|\[object /);
  });

  test.each(outputs)('of %s boots with no token in the user data but those of secret files', (_name, output) => {
    const servers = Object.values(
      (JSON.parse(output) as { resource: Resources }).resource.openstack_compute_instance_v2 ?? {},
    );
    expect(servers.length).toBeGreaterThan(0);
    for (const server of servers) {
      const files = bootFiles(server.user_data);
      const secrets = files.filter(({ path }) => path.startsWith('/var/lib/uap/late/'));
      expect(secrets.length).toBeGreaterThan(0);
      for (const { mode, content } of secrets) {
        expect([mode, content]).toEqual(['0600', expect.stringMatching(/^\$\{local\.\w+_late-[\w-]+\}$/)]);
      }
      for (const { content } of files.filter((file) => !secrets.includes(file))) {
        expect(content).not.toMatch(/TfToken\[|\$\{(var|data|local|openstack_|acme_)/);
      }
    }
  });
});

test.each([
  ['cloud-a', cloudA, 'dns_a_record_set'],
  ['cloud-b', cloudB, 'openstack_dns_recordset_v2'],
])('the records of %s wait until the UAP is ready', (_name, spec, type) => {
  const { resource } = JSON.parse(synth(spec)) as { resource: Resources };
  const records = Object.entries(resource[type] ?? {});
  expect(records).toHaveLength(2 * spec.regions.length);
  for (const [id, record] of records) {
    const [region] = id.split('_');
    expect(record.depends_on).toContainEqual(expect.stringMatching(`^terraform_data\\.${region}_readiness_`));
  }
});

test.each([
  ['cloud-a', cloudA],
  ['cloud-b', cloudB],
])('nothing of %s is planned before everything was found', (_name, spec) => {
  const { resource, data } = JSON.parse(synth(spec)) as { resource: Resources; data: Resources };
  const lookups = Object.entries(data).flatMap(([type, byId]) => Object.keys(byId).map((id) => `data.${type}.${id}`));
  expect(lookups.length).toBeGreaterThan(1);
  for (const one of Object.values(resource).flatMap((byId) => Object.values(byId))) {
    expect(one.depends_on).toEqual(expect.arrayContaining(lookups));
  }
});

test('what is known at apply alone, or secret, stays out of the synth output', () => {
  const variables = ['tsig_key', 'eab_hmac_key', 'key_passphrase'].map((name) => `TF_VAR_${name}`);
  for (const name of variables) process.env[name] = `planted-${name}`;
  try {
    for (const spec of [maximal, { ...maximal, certificate: WildcardCertificate.acmeOnInstance(), acme: ownCa }]) {
      expect(synth(spec)).not.toContain('planted');
    }
  } finally {
    for (const name of variables) delete process.env[name];
  }
});

const ownCa = { email: 'ops@cloud.org', directory: { url: 'https://ca.cloud.org/dir', caFile: '~/ca.pem' } };

/** A cloud with one region that has every way to get a certificate and to talk to upstreams. */
const kinds: [string, Partial<CloudSpec>][] = [
  ['acme()', {}],
  ['acmeOnInstance() with designate', { certificate: WildcardCertificate.acmeOnInstance(), acme: ownCa }],
  [
    'acmeOnInstance() with rfc2136',
    { certificate: WildcardCertificate.acmeOnInstance(), dns: maximal.dns, acme: ownCa },
  ],
  ['fromPem()', { certificate: maximal.regions[0]?.certificate }],
];

/** The expressions of the apply-time files that travel as metadata, and of those in the user data, by name. */
function travels(spec: CloudSpec) {
  const { resource, locals } = JSON.parse(synth(spec)) as { resource: Resources; locals: Record<string, string> };
  const [server] = Object.values(resource.openstack_compute_instance_v2 ?? {});
  const late = Object.entries(locals).filter(([name]) => /_late-/.test(name));
  const used = (where: unknown) =>
    Object.fromEntries(
      late
        .filter(([name]) => JSON.stringify(where).includes(`local.${name}`))
        .map(([name, expression]) => [/_late-([a-z0-9-]+)_/.exec(name)?.[1] ?? '', expression]),
    );
  return { metadata: used(server?.metadata), userData: used(server?.user_data), server };
}

const preconditions = (server?: Record<string, unknown>) =>
  (server as { lifecycle: { precondition: Record<string, string>[] } }).lifecycle.precondition;

describe.each(kinds)('with %s', (_, changes) => {
  const { metadata, userData, server } = travels({ ...minimal, ...changes });

  // Public: chains and CAs. Sealed: a PKCS#12 file with a password, a key with a passphrase. Everything else that is
  // to travel as metadata has to come here with a reason, as a plan prints the metadata of a server that goes.
  const openly: Record<string, RegExp> = {
    'certificate-p12': /^\$\{base64gzip\(acme_certificate\.[\w-]+\.certificate_p12\)\}$/,
    'certificate-chain': /^\$\{base64gzip\(file\(pathexpand\("[^"]+\.pem"\)\)\)\}$/,
    'certificate-key': /^\$\{base64gzip\(local\.[\w-]+_certificate-key_\w+\)\}$/,
    addresses: /^\$\{base64gzip\(join\("\\n", local\.[\w-]+_addresses_\w+\)\)\}$/,
    'acme-ca': /^\$\{base64gzip\(file\(pathexpand\("~\/ca\.pem"\)\)\)\}$/,
  };

  test('nothing but what is public or sealed travels as metadata', () => {
    expect(Object.keys(metadata).length).toBeGreaterThan(0);
    for (const [name, expression] of Object.entries(metadata)) {
      expect(Object.keys(openly)).toContain(name);
      expect(expression).toMatch(openly[name] as RegExp);
    }
  });

  test('what is secret is in the user data, marked sensitive, and its length is checked', () => {
    expect(Object.keys(userData)).toHaveLength(1);
    for (const expression of Object.values(userData)) expect(expression).toMatch(/^\$\{sensitive\(base64encode\(/);
    expect(preconditions(server).map(({ condition }) => condition)).toContainEqual(
      expect.stringMatching(/^\$\{\(\(length\(local\.\S+\) >= 1\) && \(length\(local\.\S+\) <= \d+\)\)\}$/),
    );
  });
});

test('a private key of your own that is not encrypted is refused', () => {
  const { server } = travels({ ...minimal, certificate: maximal.regions[0]?.certificate });
  const { condition, error_message: message } = preconditions(server)[0] ?? {};
  expect(message).toMatch(
    /^The private key \(file ~\/key\.pem\) must be .* openssl pkcs8 -topk8 -v2 aes256 -in key\.pem/,
  );
  const pattern = /^\$\{can\(regex\("(.+)", local\.[\w-]+_certificate-key_\w+\)\)\}$/.exec(condition ?? '')?.[1] ?? '';
  // The one construct of Terraform's regular expressions that JavaScript writes in another way.
  const accepted = new RegExp(pattern.replaceAll('[:space:]', '\\s'));
  const pem = (label: string) => `-----BEGIN ${label}-----\nMIIabc+/=\n-----END ${label}-----\n`;
  expect(pem('ENCRYPTED PRIVATE KEY')).toMatch(accepted);
  for (const label of ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']) expect(pem(label)).not.toMatch(accepted);
  expect(pem('ENCRYPTED PRIVATE KEY') + pem('PRIVATE KEY')).not.toMatch(accepted);
  expect(pem('PRIVATE KEY') + pem('ENCRYPTED PRIVATE KEY')).not.toMatch(accepted);
});

test('a secret refuses to become a string', () => {
  const secret = Secret.variable('tsig_key');
  expect(() => `${secret}`).toThrow("the secret environment variable TF_VAR_tsig_key can't be put into a string");
  expect(JSON.stringify({ secret })).toBe('{"secret":"(secret: environment variable TF_VAR_tsig_key)"}');
});

test('a metadata value is never longer than Nova takes, and the items never more', () => {
  const stack = JSON.parse(synth(cloudA)) as { resource: Resources };
  for (const server of Object.values(stack.resource.openstack_compute_instance_v2 ?? {})) {
    const items = Object.entries(server.metadata as Record<string, string>);
    expect(items.length).toBeLessThanOrEqual(128);
    for (const [key, value] of items) {
      const [, offset, length] = /, (\d+), (\d+)\)}$/.exec(value) ?? [];
      expect(length).toBe('255');
      expect(Number(offset)).toBe(Number(key.slice(-2)) * 255);
    }
  }
});
