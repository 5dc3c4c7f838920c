import { App, Aspects, type IAspect, Testing } from 'cdktf';
import type { IConstruct } from 'constructs';
import { DnsRecords, OpenstackProvider, UapStack } from '../lib';
import { ComputeInstanceV2 } from '../lib/terraform/providers/openstack';
import { cloud } from './settings/specs';

// CDKTF users expect that Aspects visit every resource, and that L1 bindings can be reached and overridden.

function stack(change: (stack: UapStack) => void = () => {}) {
  const made = new UapStack(Testing.stubVersion(new App({ stackTraces: false })), {
    ...cloud,
    dns: DnsRecords.designate({ zone: 'cloud.org' }),
    tags: ['service:uap'],
  });
  change(made);
  return JSON.parse(Testing.synth(made, true));
}
const only = <T>(resources: Record<string, T>): T => Object.values(resources)[0] as T;

/** Adds a tag to every resource that can have tags. */
class Tagged implements IAspect {
  readonly seen: string[] = [];

  visit(node: IConstruct): void {
    const resource = node as IConstruct & { tags?: string[]; tagsInput?: string[]; terraformResourceType?: string };
    if (!resource.terraformResourceType) return;
    this.seen.push(resource.terraformResourceType);
    if ('tagsInput' in resource) resource.tags = [...(resource.tagsInput ?? []), 'team:it'];
  }
}

test('an Aspect tags every resource that can have tags, in addition to the tags of the settings', () => {
  const aspect = new Tagged();
  const { resource } = stack((made) => Aspects.of(made).add(aspect));
  for (const type of [
    'openstack_compute_instance_v2',
    'openstack_networking_port_v2',
    'openstack_networking_secgroup_v2',
  ]) {
    expect(only<{ tags: string[] }>(resource[type]).tags).toEqual(['service:uap', 'team:it']);
  }
  // An Aspect visits every created resource.
  expect([...new Set(aspect.seen)].filter((type) => resource[type]).sort()).toEqual(Object.keys(resource).sort());
});

test('a property of the server that this package does not set can be set', () => {
  const { resource } = stack(({ proxies }) => {
    const server = proxies[0]?.instance.server;
    if (server) server.availabilityZone = 'nova';
  });
  expect(only<{ availability_zone: string }>(resource.openstack_compute_instance_v2).availability_zone).toBe('nova');
});

test('an override adds arguments that the bindings lack, and removes others', () => {
  const { resource } = stack(({ proxies }) => {
    proxies[0]?.instance.server.addOverride('scheduler_hints', [{ group: 'g' }]);
    proxies[0]?.instance.port?.addOverride('port_security_enabled', true);
    proxies[0]?.securityGroup.group.addOverride('description', undefined);
  });
  expect(only<object>(resource.openstack_compute_instance_v2)).toMatchObject({ scheduler_hints: [{ group: 'g' }] });
  expect(only<object>(resource.openstack_networking_port_v2)).toMatchObject({ port_security_enabled: true });
  expect(only<object>(resource.openstack_networking_secgroup_v2)).not.toHaveProperty('description');
});

test('the L1 of a construct is its child "Resource"', () => {
  stack(({ proxies }) => {
    const [proxy] = proxies;
    expect(proxy?.instance.node.findChild('Resource')).toBe(proxy?.instance.server);
    expect(proxy?.instance.server).toBeInstanceOf(ComputeInstanceV2);
    expect(proxy?.securityGroup.node.findChild('Resource')).toBe(proxy?.securityGroup.group);
  });
});

test('a resource of a user may stand beside the proxies, on the same provider', () => {
  const { resource, provider } = stack((made) => {
    expect(made.node.findChild('openstack')).toBeInstanceOf(OpenstackProvider);
    new ComputeInstanceV2(made, 'bastion', {
      name: 'bastion',
      flavorName: 'm1.tiny',
      imageName: 'debian-12',
      network: [{ name: 'public' }],
    });
  });
  expect(Object.keys(resource.openstack_compute_instance_v2)).toContain('bastion');
  expect(provider.openstack).toHaveLength(1);
});
