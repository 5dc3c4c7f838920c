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

test('the synth output of a minimal region is unchanged', () => {
  expect(readable(minimal)).toMatchSnapshot();
});

// Another address would destroy one resource and create another. What is in them has assertions.
test.each([
  ['cloud-a', cloudA],
  ['cloud-b', cloudB],
  ['a maximal region', maximal],
])('%s keeps its resources', (_name, spec) => {
  const { resource, data, locals, output } = JSON.parse(synth(spec));
  const addresses = (blocks: Resources, prefix = '') =>
    Object.entries(blocks).flatMap(([type, byId]) => Object.keys(byId).map((id) => `${prefix}${type}.${id}`));
  expect({
    resources: addresses(resource),
    data: addresses(data, 'data.'),
    locals: Object.keys(locals),
    outputs: Object.keys(output),
  }).toMatchSnapshot();
});

describe('a cloud with every setting', () => {
  const stack = JSON.parse(synth(maximal)) as { resource: Resources; data: Resources } & Record<string, unknown>;
  /** The resources of a type in a region, in the order of the file. */
  const all = (type: string, region = '', blocks = stack.resource) =>
    Object.entries(blocks[type] ?? {})
      .filter(([id]) => id.startsWith(region))
      .map(([, resource]) => resource);
  const only = (type: string, region = '', blocks = stack.resource) => {
    const found = all(type, region, blocks);
    expect(found).toHaveLength(1);
    return found[0] as Record<string, unknown>;
  };

  test('keeps its state where the settings say, and takes its credentials from the environment', () => {
    expect(stack.terraform).toMatchObject({ backend: { pg: { conn_str: 'postgres://state.cloud.org/terraform' } } });
    expect(stack.provider).toMatchObject({ openstack: [{}] });
  });

  test('names and tags what it creates by the settings', () => {
    for (const type of ['openstack_networking_port_v2', 'openstack_compute_instance_v2']) {
      expect(all(type).map(({ name, tags }) => [name, tags])).toEqual([
        ['web-north-cloud-org', ['service:uap']],
        ['web-south-cloud-org', ['service:uap']],
      ]);
    }
  });

  test('takes ids of image, flavor and network without a lookup by name', () => {
    expect(only('openstack_compute_instance_v2', 'North')).toMatchObject({
      image_id: maximal.regions[0]?.image,
      flavor_id: maximal.regions[0]?.flavor,
      key_pair: 'ops',
    });
    expect(all('openstack_images_image_ids_v2', 'North', stack.data)).toEqual([]);
    const network = only('openstack_networking_network_v2', 'North', stack.data);
    expect(network).toMatchObject({ network_id: maximal.regions[0]?.publicNetwork });
    expect(network).not.toHaveProperty('name');
  });

  test('admits SSH from the networks of the operator, IPv4 and IPv6', () => {
    const ssh = all('openstack_networking_secgroup_rule_v2', 'North').filter(({ port_range_min: port }) => port === 22);
    expect(ssh.map(({ ethertype, remote_ip_prefix: remote }) => [ethertype, remote])).toEqual([
      ['IPv4', '192.0.2.0/24'],
      ['IPv6', '2001:db8::/32'],
    ]);
    const south = all('openstack_networking_secgroup_rule_v2', 'South');
    expect(south.filter(({ port_range_min: port }) => port === 22)).toEqual([]);
  });

  test('with strict egress, reaches upstreams on every TCP port, and else only what an instance needs', () => {
    const rules = all('openstack_networking_secgroup_rule_v2', 'North').filter((rule) => rule.direction === 'egress');
    const shown = rules.map((rule) => `${rule.protocol} ${rule.port_range_min ?? 'all'} ${rule.remote_ip_prefix}`);
    expect(shown.sort()).toEqual([
      'tcp 443 0.0.0.0/0',
      'tcp 53 0.0.0.0/0',
      'tcp 80 0.0.0.0/0',
      'tcp 80 169.254.169.254/32',
      'tcp all 10.0.0.0/8',
      'tcp all 149.165.152.0/22',
      'udp 123 0.0.0.0/0',
      'udp 53 0.0.0.0/0',
      'udp 67 0.0.0.0/0',
    ]);
  });

  test('orders the certificate as the ACME settings say', () => {
    expect(stack.provider).toMatchObject({ acme: [{ server_url: 'https://acme.zerossl.com/v2/DV90' }] });
    expect(only('acme_registration')).toMatchObject({
      email_address: 'ops@cloud.org',
      external_account_binding: { key_id: 'kid-1', hmac_base64: '${var.eab_hmac_key}' },
    });
    expect(only('acme_certificate', 'South')).toMatchObject({
      key_type: 'P384',
      profile: 'tlsserver',
      recursive_nameservers: ['149.165.152.2:53'],
      revoke_certificate_on_destroy: true,
    });
  });

  test('writes records with one key and solves challenges with another', () => {
    const update = { server: 'ns1.cloud.org', port: 5353, key_name: 'uap.', key_algorithm: 'hmac-sha512' };
    expect(stack.provider).toMatchObject({ dns: [{ update: [{ ...update, key_secret: '${var.tsig_key}' }] }] });
    const [challenge] = only('acme_certificate', 'South').dns_challenge as Record<string, unknown>[];
    expect(challenge).toMatchObject({
      provider: 'rfc2136',
      config: {
        RFC2136_NAMESERVER: 'ns1.cloud.org:5353',
        RFC2136_TSIG_KEY: 'uap-acme.',
        RFC2136_TSIG_ALGORITHM: 'hmac-sha256.',
        RFC2136_TSIG_SECRET: '${sensitive(trimspace(file(pathexpand("~/acme.key"))))}',
      },
    });
    expect(all('dns_a_record_set', 'South').map(({ zone, name, ttl }) => [zone, name, ttl])).toEqual([
      ['cloud.org.', 'south', 60],
      ['cloud.org.', '*.south', 60],
    ]);
  });

  test('with records by hand, prints their lines and creates none; without a timeout, waits for nothing', () => {
    const address = '${element(local.North_instance_addresses_34B130D6, 0)}';
    expect(stack.output).toMatchObject({
      manual_records: {
        value: [`north.cloud.org. 300 IN A ${address}`, `*.north.cloud.org. 300 IN A ${address}`],
      },
    });
    expect(all('dns_a_record_set', 'North')).toEqual([]);
    expect(all('terraform_data', 'North_readiness')).toEqual([]);
    expect(all('terraform_data', 'South_readiness')).toHaveLength(1);
  });

  test('has an example URL by the protocols that are allowed', () => {
    expect(stack.output).toMatchObject({
      example_urls: {
        value: {
          'north.cloud.org': 'https://149-165-152-7-8888.north.cloud.org/',
          'south.cloud.org': 'https://http-149-165-160-7-8888.south.cloud.org/',
        },
      },
    });
  });
});

describe('the ACME client on the instance', () => {
  const stack = JSON.parse(synth(cloudB));

  test('needs no provider but that of OpenStack', () => {
    expect(stack.provider).toEqual({ openstack: [{ cloud: 'cloud-b' }] });
  });

  test('has a credential that may only read zones, and read and write record sets', () => {
    const credentials: { access_rules: Record<string, string>[] }[] = Object.values(
      stack.resource.openstack_identity_application_credential_v3,
    );
    expect(credentials).toHaveLength(1);
    const rules = credentials[0]?.access_rules.map(({ service, method, path }) => `${service} ${method} ${path}`);
    expect(rules).toEqual([
      'dns GET /v2/zones',
      'dns GET /v2/zones/*/recordsets',
      'dns GET /v2/zones/*/recordsets/*',
      'dns POST /v2/zones/*/recordsets',
      'dns PUT /v2/zones/*/recordsets/*',
      'dns DELETE /v2/zones/*/recordsets/*',
    ]);
  });

  test("finds Keystone by its region's public endpoint, whatever the order of the catalog", () => {
    const [url] = Object.entries(stack.locals).flatMap(([id, text]) => (id.includes('_keystone-url_') ? [text] : []));
    expect(url).toMatch(/^\$\{sort\(flatten\(\[for service in .+\.service_catalog : .+\]\)\)\[0\]\}$/);
    expect(url).toContain('endpoint.interface == "public" && endpoint.region_id == "RegionOne"');
    expect(url).toContain('service.type == "identity"');
  });
});

test('each region of a cloud has a security group, a port, a server and a certificate of its own', () => {
  const { resource } = JSON.parse(synth(cloudA)) as { resource: Resources };
  for (const type of ['networking_secgroup_v2', 'networking_port_v2', 'compute_instance_v2']) {
    const regions = Object.values(resource[`openstack_${type}`] ?? {}).map(({ region }) => region);
    expect(regions).toEqual(['RegionOne', 'RegionTwo']);
  }
  const certificates = Object.values(resource.acme_certificate ?? {}).map((certificate) => certificate.common_name);
  expect(certificates).toEqual(cloudA.regions.map(({ hostname }) => hostname));
  expect(Object.keys(resource.acme_registration ?? {})).toHaveLength(1);
});

test('one more region changes nothing of the existing ones', () => {
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

  test.each(outputs)('of %s has no expression that JavaScript corrupted', (_name, output) => {
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

test('secrets and values known only at apply stay out of the synth output', () => {
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

  test('only public or encrypted data travels as metadata', () => {
    expect(Object.keys(metadata).length).toBeGreaterThan(0);
    for (const [name, expression] of Object.entries(metadata)) {
      expect(Object.keys(openly)).toContain(name);
      expect(expression).toMatch(openly[name] as RegExp);
    }
  });

  test('secrets are in the user data, marked sensitive, and their length is checked', () => {
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
  expect(() => `${secret}`).toThrow("the secret environment variable TF_VAR_tsig_key can't be part of a string");
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
