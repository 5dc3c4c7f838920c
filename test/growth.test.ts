import { App, Testing } from 'cdktf';
import {
  type CloudSpec,
  DnsRecords,
  InstanceAddress,
  LoadBalancer,
  type RegionSpec,
  Secret,
  UapStack,
  WildcardCertificate,
} from '../lib';

type Resource = Record<string, unknown> & {
  depends_on?: string[];
  lifecycle?: Record<string, unknown>;
  provisioner?: { 'local-exec': { environment: Record<string, string> } }[];
};
type Synth = { resource: Record<string, Record<string, Resource>>; output: Record<string, { value: unknown }> };

function synth(changes: Partial<RegionSpec>): Synth {
  const spec: CloudSpec = {
    name: 'cloud',
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
        ...changes,
      },
    ],
  };
  const app = Testing.stubVersion(new App({ outdir: 'cdktf.out', stackTraces: false }));
  return JSON.parse(Testing.synth(new UapStack(app, spec), true));
}

const addresses = ({ resource }: Synth) =>
  Object.entries(resource).flatMap(([type, byId]) => Object.keys(byId).map((id) => `${type}.${id}`));

/** The resources of a type whose id contains a text, in the order of their ids. */
function all({ resource }: Synth, type: string, id = ''): [string, Resource][] {
  return Object.entries(resource[type] ?? {})
    .filter(([key]) => key.includes(id))
    .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
}

function only(stack: Synth, type: string, id = ''): Resource {
  const found = all(stack, type, id);
  expect(found).toHaveLength(1);
  return found[0]?.[1] as Resource;
}

/** The dependencies of a resource, without the lookups, on which all resources depend. */
const waitsFor = (resource: Resource) => (resource.depends_on ?? []).filter((one) => !one.startsWith('data.'));

const floatingIp = InstanceAddress.floatingIp({ pool: 'public', network: 'uap' });
const octavia = LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] });
const server = 'openstack_compute_instance_v2';

describe('several instances', () => {
  const [one, two, three] = [1, 2, 3].map((instances) => synth({ instances })) as [Synth, Synth, Synth];

  test('leave the resources of the first one where they are', () => {
    expect(addresses(two)).toEqual(expect.arrayContaining(addresses(one)));
    expect(addresses(three)).toEqual(expect.arrayContaining(addresses(two)));
  });

  test('change nothing of the first one that would replace it', () => {
    const fixed = (stack: Synth) => {
      const [[, first]] = all(stack, server) as [[string, Resource]];
      // In place, ignored, or nothing but Terraform's own.
      const { metadata, depends_on, scheduler_hints, stop_before_destroy, ...rest } = first;
      return rest;
    };
    expect(fixed(two)).toEqual(fixed(one));
    expect(fixed(one).lifecycle).toMatchObject({ ignore_changes: ['image_id', 'user_data', 'scheduler_hints'] });
  });

  test('have a port each, and the same user data, security group and certificate', () => {
    expect(all(three, 'openstack_networking_port_v2')).toHaveLength(3);
    expect(new Set(all(three, server).map(([, { user_data }]) => user_data)).size).toBe(1);
    expect(all(three, 'acme_certificate')).toHaveLength(1);
    expect(all(three, 'openstack_networking_secgroup_v2')).toHaveLength(1);
    expect(all(three, server).map(([, { name }]) => name)).toEqual([
      'uap-proxy-cloud-org',
      'uap-proxy-cloud-org-2',
      'uap-proxy-cloud-org-3',
    ]);
  });

  /** Which instance an id belongs to: `region_instance-2_…`, `region_readiness-2_…`. */
  const number = (id: string) => /^region_\w+?-(\d+)_/.exec(id)?.[1] ?? '1';

  test('do not wait for each other, so that each can be replaced separately', () => {
    for (const [id, resource] of [...all(three, server), ...all(three, 'terraform_data')]) {
      const others = all(three, server).filter(([other]) => number(other) !== number(id));
      expect(others).toHaveLength(2);
      for (const [other] of others) expect(JSON.stringify(resource)).not.toContain(`${server}.${other}`);
    }
  });

  test('are on different hosts if possible; a single one has no group', () => {
    expect(only(two, 'openstack_compute_servergroup_v2').policies).toEqual(['soft-anti-affinity']);
    for (const [, { scheduler_hints }] of all(two, server)) expect(scheduler_hints).toHaveLength(1);
    expect(all(one, 'openstack_compute_servergroup_v2')).toEqual([]);
  });

  test('are all in the records, which wait for each of them', () => {
    const records = all(two, 'openstack_dns_recordset_v2');
    expect(records).toHaveLength(2);
    for (const [, record] of records) {
      expect(record.records).toMatch(
        /^\$\{concat\(local\.\w+_instance_addresses_\w+, local\.[\w-]+_instance-2_addresses_\w+\)\}$/,
      );
      expect(waitsFor(record)).toEqual(all(two, 'terraform_data', 'readiness').map(([id]) => `terraform_data.${id}`));
    }
  });

  test('each know the addresses of all', () => {
    for (const [, { metadata }] of all(two, server)) {
      expect((metadata as Record<string, string>)['uap-addresses-00']).toMatch(/late-addresses/);
    }
  });

  test('are lines of their own where records are made by hand', () => {
    const fromPem = WildcardCertificate.fromPem({
      chainFile: '/chain.pem',
      key: Secret.file('/key.pem'),
      passphrase: Secret.variable('passphrase'),
    });
    const { output } = synth({ instances: 2, dns: DnsRecords.manual(), certificate: fromPem });
    expect(output.manual_records?.value).toHaveLength(4);
    expect(new Set(output.manual_records?.value as string[]).size).toBe(4);
  });
});

describe('a floating IP', () => {
  const stack = synth({ address: floatingIp, instances: 2 });

  test('exists for each instance, which has no port on the public network', () => {
    expect(all(stack, 'openstack_networking_floatingip_v2')).toHaveLength(2);
    expect(all(stack, 'openstack_networking_port_v2')).toEqual([]);
    for (const [, { network, security_groups }] of all(stack, server)) {
      expect(network).toEqual([{ uuid: expect.stringContaining('network-uap') }]);
      expect(security_groups).toHaveLength(1);
    }
  });

  test('moves to a new instance that serves, then the old one drains and is shut down', () => {
    const [, instance] = all(stack, server)[0] as [string, Resource];
    expect(instance).toMatchObject({ stop_before_destroy: true, lifecycle: { create_before_destroy: true } });
    const [id] = all(stack, server)[0] as [string, Resource];
    const [[console]] = all(stack, 'terraform_data', 'console') as [[string, Resource]];
    const [[association, move]] = all(stack, 'openstack_networking_floatingip_associate_v2') as [[string, Resource]];
    const [[readiness, ready]] = all(stack, 'terraform_data', 'readiness') as [[string, Resource]];
    const [[, drain]] = all(stack, 'terraform_data', 'drain') as [[string, Resource]];
    expect(stack.resource.terraform_data?.[console]?.triggers_replace).toEqual({ instance: `\${${server}.${id}.id}` });
    expect(waitsFor(move)).toEqual([`terraform_data.${console}`]);
    expect(waitsFor(ready)).toEqual([
      `openstack_networking_floatingip_associate_v2.${association}`,
      expect.stringContaining('terraform_data.region_delivered'),
    ]);
    expect(waitsFor(drain)).toContain(`terraform_data.${readiness}`);
    expect(drain.triggers_replace).toEqual({ instance: `\${${server}.${id}.id}` });
  });

  test('is what the instance must not proxy to', () => {
    const locals = (stack as unknown as { locals: Record<string, unknown> }).locals;
    const [value] = Object.entries(locals).flatMap(([name, text]) => (/^region_addresses/.test(name) ? [text] : []));
    expect(JSON.stringify(value)).toMatch(/floatingip_v2\.region_address_\w+\.address/);
  });

  test('uses a token that is not in the synth output', () => {
    const environments = all(stack, 'terraform_data').map(
      ([, { provisioner }]) => provisioner?.[0]?.['local-exec'].environment,
    );
    const tokens = environments.flatMap((environment) => environment?.UAP_TOKEN ?? []);
    expect(tokens.length).toBeGreaterThan(0);
    for (const token of tokens) {
      expect(token).toMatch(/^\$\{nonsensitive\(data\.openstack_identity_auth_scope_v3\.[\w-]+\.token_id\)\}$/);
    }
  });
});

describe('Octavia', () => {
  const stack = synth({ loadBalancer: octavia, instances: 2 });

  test('passes TCP on with the PROXY protocol and keeps idle connections for a day', () => {
    const listeners = all(stack, 'openstack_lb_listener_v2').map(([, one]) => [one.protocol_port, one.protocol]);
    expect(listeners.sort()).toEqual([
      [443, 'TCP'],
      [80, 'TCP'],
    ]);
    for (const [, pool] of all(stack, 'openstack_lb_pool_v2')) expect(pool.protocol).toBe('PROXY');
    for (const [, listener] of all(stack, 'openstack_lb_listener_v2')) {
      expect(listener.timeout_client_data).toBeGreaterThan(24 * 3600 * 1000);
      expect(listener.timeout_member_data).toBeGreaterThan(24 * 3600 * 1000);
    }
  });

  test('asks for /healthz by the name of the UAP, and knows within 15 s that an instance is dead', () => {
    for (const [, monitor] of all(stack, 'openstack_lb_monitor_v2')) {
      expect(monitor).toMatchObject({
        type: 'HTTP',
        http_version: '1.1',
        domain_name: 'proxy.cloud.org',
        url_path: '/healthz',
        expected_codes: '200',
      });
      const { delay, timeout, max_retries_down: down } = monitor as Record<string, number>;
      expect((delay ?? 99) * (down ?? 99) + (timeout ?? 99)).toBeLessThan(15);
    }
  });

  test('is the only client that reaches the instances', () => {
    const rules = (loadBalancer?: LoadBalancer) =>
      all(synth({ loadBalancer }), 'openstack_networking_secgroup_rule_v2')
        .filter(([, { direction, protocol }]) => direction === 'ingress' && protocol === 'tcp')
        .map(([, { port_range_min: port, remote_ip_prefix: remote }]) => `${port} ${remote}`)
        .sort();
    expect(rules(octavia)).toEqual(['443 10.0.0.0/24', '80 10.0.0.0/24', '8081 10.0.0.0/24']);
    expect(rules()).toEqual(['443 0.0.0.0/0', '443 ::/0', '80 0.0.0.0/0', '80 ::/0']);
  });

  test('adds new instances once they are ready, before the old ones drain', () => {
    const members = all(stack, 'openstack_lb_members_v2');
    expect(members.map(([, { member }]) => (member as object[]).length)).toEqual([2, 2]);
    const serve = all(stack, 'terraform_data', 'console').map(([id]) => `terraform_data.${id}`);
    expect(serve).toHaveLength(2);
    expect(members.some(([, one]) => serve.every((ready) => waitsFor(one).includes(ready)))).toBe(true);
    const [[id, readiness]] = all(stack, 'terraform_data', 'readiness') as [[string, Resource]];
    expect(waitsFor(readiness).sort()).toEqual(members.map(([member]) => `openstack_lb_members_v2.${member}`).sort());
    for (const [, drain] of all(stack, 'terraform_data', 'drain'))
      expect(waitsFor(drain)).toEqual([`terraform_data.${id}`]);
    for (const [, { lifecycle }] of all(stack, server))
      expect(lifecycle).toMatchObject({ create_before_destroy: true });
  });

  test('has its own address in the records, or a floating IP', () => {
    expect(only(stack, 'openstack_dns_recordset_v2', 'apex').records).toEqual([
      expect.stringMatching(/^\$\{openstack_lb_loadbalancer_v2\.[\w-]+\.vip_address\}$/),
    ]);
    const behind = synth({ loadBalancer: octavia, address: floatingIp });
    expect(only(behind, 'openstack_dns_recordset_v2', 'apex').records).toEqual([
      expect.stringMatching(/^\$\{openstack_networking_floatingip_v2\.region_public-address_\w+\.address\}$/),
    ]);
  });
});

test('a region with defaults has none of these resources', () => {
  const types = Object.keys(synth({}).resource);
  expect(types.filter((type) => /lb_|floatingip|servergroup/.test(type))).toEqual([]);
  expect(all(synth({}), 'terraform_data').map(([id]) => id)).toEqual(
    ['files', 'source', 'delivered', 'readiness'].map((name) => expect.stringMatching(`^region_${name}_`)),
  );
});
