import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Testing } from 'cdktf';
import { type CloudSpec, cloudFromYaml, UapStack } from '../lib';

const folder = join(__dirname, '../examples');
const files = readdirSync(folder).filter((name) => name !== 'README.md');

/** The settings that a file has; undefined for a file with code for others. */
function settings(name: string): CloudSpec | undefined {
  if (name.endsWith('.yaml')) return cloudFromYaml(join(folder, name));
  return Object.values(require(join(folder, name)) as Record<string, CloudSpec>).find((one) => one.regions);
}

function synth(name: string) {
  const app = Testing.stubVersion(new App({ outdir: 'cdktf.out', stackTraces: false }));
  return JSON.parse(Testing.synth(new UapStack(app, settings(name) as CloudSpec), true));
}

/** How many resources of each type a stack has. */
const counts = (resources: Record<string, object>) =>
  Object.fromEntries(Object.entries(resources).map(([type, byId]) => [type, Object.keys(byId).length]));

const expected: Record<string, { resources: object; backend: string; variables: string[]; providers: string[] }> = {
  'shared-network.yaml': {
    resources: { acme_certificate: 1, openstack_networking_port_v2: 1, openstack_dns_recordset_v2: 2 },
    backend: 'local',
    variables: [],
    providers: ['acme', 'openstack'],
  },
  'floating-ips.yaml': {
    resources: { acme_certificate: 1, openstack_networking_floatingip_v2: 1, openstack_dns_recordset_v2: 2 },
    backend: 's3',
    variables: [],
    providers: ['acme', 'openstack'],
  },
  'own-dns-server.ts': {
    resources: { openstack_networking_port_v2: 2, dns_a_record_set: 4 },
    backend: 'local',
    variables: [],
    providers: ['dns', 'openstack'],
  },
  'corporate-certificate.yaml': {
    resources: { openstack_networking_port_v2: 1 },
    backend: 'local',
    variables: ['uap_key_passphrase'],
    providers: ['openstack'],
  },
  'load-balanced.ts': {
    resources: { acme_certificate: 1, openstack_compute_instance_v2: 3, openstack_lb_loadbalancer_v2: 1 },
    backend: 'pg',
    variables: ['tsig_key'],
    providers: ['acme', 'dns', 'openstack'],
  },
  'cloudflare.ts': {
    resources: { acme_certificate: 1, cloudflare_dns_record: 2 },
    backend: 'local',
    variables: ['cloudflare_token'],
    providers: ['acme', 'cloudflare', 'openstack'],
  },
};

test('every file with settings is tested here and listed in the README of the folder', () => {
  expect(Object.keys(expected).sort()).toEqual(files.filter((name) => settings(name)).sort());
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(files.filter((name) => !readme.includes(`(${name})`))).toEqual([]);
});

test.each(Object.entries(expected))('%s creates the resources in its comment', (name, { resources, ...rest }) => {
  const stack = synth(name);
  expect(counts(stack.resource)).toMatchObject(resources);
  expect({
    backend: Object.keys(stack.terraform.backend).join(),
    variables: Object.keys(stack.variable ?? {}),
    providers: Object.keys(stack.provider).sort(),
  }).toEqual(rest);
  expect(settings(name)?.name).toBe(name.replace(/\.\w+$/, ''));
});

test('examples know the public API of the package only', () => {
  const imports = files
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/from '([^']+)'/g)].map(([, from]) => from),
    );
  expect([...new Set(imports)].sort()).toEqual(['../lib', './cloudflare-records', 'cdktf', 'constructs']);
});

describe('a DnsRecords of one’s own', () => {
  const { resource, provider, terraform } = synth('cloudflare.ts');

  test('publishes the address of the UAP under both names, once it answers', () => {
    const records = Object.values(resource.cloudflare_dns_record) as Record<string, unknown>[];
    expect(records.map(({ name, type, ttl, zone_id }) => [name, type, ttl, zone_id])).toEqual([
      ['proxy.cloud.org', 'A', 60, '023e105f4ecef8ad9ca31a8372d0c353'],
      ['*.proxy.cloud.org', 'A', 60, '023e105f4ecef8ad9ca31a8372d0c353'],
    ]);
    for (const { content, depends_on } of records) {
      expect(content).toMatch(/^\$\{element\(local\..*addresses.*, 0\)\}$/);
      expect(depends_on).toContainEqual(expect.stringMatching(/^terraform_data\..*readiness/));
    }
  });

  test('solves the challenge with the same token, which is a sensitive variable', () => {
    const [certificate] = Object.values(resource.acme_certificate) as { dns_challenge: unknown[] }[];
    expect(certificate?.dns_challenge).toEqual([
      { provider: 'cloudflare', config: { CF_DNS_API_TOKEN: '${var.cloudflare_token}' } },
    ]);
    expect(provider.cloudflare).toEqual([{ api_token: '${var.cloudflare_token}' }]);
    expect(terraform.required_providers.cloudflare).toEqual({ source: 'cloudflare/cloudflare', version: '~> 5.0' });
  });
});
