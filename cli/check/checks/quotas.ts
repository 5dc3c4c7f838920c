import { failed, needs, notChecked, ok } from '../../report';
import type { Session } from '../../services/openstack/session';
import type { RegionCheck, RegionContext } from '../context';
import type { PlannedResource } from '../plan';

interface Limits {
  readonly maxTotalInstances: number;
  readonly totalInstancesUsed: number;
  readonly maxTotalCores: number;
  readonly totalCoresUsed: number;
  readonly maxTotalRAMSize: number;
  readonly totalRAMUsed: number;
  readonly maxServerGroups: number;
  readonly totalServerGroupsUsed: number;
  readonly maxServerMeta: number;
}

/** Of Neutron. */
interface Quota {
  readonly limit: number;
  readonly used: number;
  readonly reserved?: number;
}

/** A quota and what of it the region's UAP needs. */
interface Need {
  readonly what: string;
  readonly needed: number;
  readonly free: number;
  readonly limit: number;
}

/** Room for what is to be created; what an earlier deployment created needs none. */
export const quotas: RegionCheck = {
  name: 'quotas',

  async run(context) {
    const session = await context.connected();
    const planned = await plannedHere(context);
    const [limits, quota, flavor, existing] = await Promise.all([
      novaLimits(session, context.name),
      neutronQuota(session, context.name),
      needs('flavor', context.flavor()),
      existingResources(session, context.name, planned),
    ]);
    const count = (type: string) => planned.filter((resource) => resource.type === type).length;
    const more = (type: string, there: number) => Math.max(0, count(type) - there);
    const instances = more('openstack_compute_instance_v2', existing.instances);
    const all: Need[] = [
      of('instances', instances, limits.maxTotalInstances, limits.totalInstancesUsed),
      of('cores', instances * flavor.vcpus, limits.maxTotalCores, limits.totalCoresUsed),
      of('MiB of memory', instances * flavor.ram, limits.maxTotalRAMSize, limits.totalRAMUsed),
      of(
        'server groups',
        count('openstack_compute_servergroup_v2'),
        limits.maxServerGroups,
        limits.totalServerGroupsUsed,
      ),
      ofNeutron('ports', more('openstack_networking_port_v2', existing.ports), quota?.port),
      ofNeutron('security groups', more('openstack_networking_secgroup_v2', existing.groups), quota?.security_group),
      ofNeutron(
        'security group rules',
        more('openstack_networking_secgroup_rule_v2', existing.rules),
        quota?.security_group_rule,
      ),
      ofNeutron('floating IPs', count('openstack_networking_floatingip_v2'), quota?.floatingip),
    ];
    const used = all.filter(({ needed }) => needed > 0);
    const lacking = used.filter(({ needed, free }) => needed > free);
    if (lacking.length > 0) {
      const texts = lacking.map(
        ({ what, needed, free, limit }) => `${needed} ${what} needed, ${free} of ${limit} free`,
      );
      return failed(
        texts.join('; '),
        `free some in project ${session.project.name}, or ask your cloud administrators for more`,
      );
    }
    if (!quota) return notChecked('Neutron does not report its quotas', 'compare "openstack quota show --usage"');
    if (used.length === 0) return ok('all resources already exist');
    return ok(
      used.map(({ what, needed, free }) => `${needed} of ${free === Infinity ? 'any' : free} ${what}`).join(', '),
    );
  },
};

/** A server may have so many metadata items; the certificate travels in them. */
export const metadataItems: RegionCheck = {
  name: 'metadata items',

  async run(context) {
    const session = await context.connected();
    const [planned, limits] = await Promise.all([plannedHere(context), novaLimits(session, context.name)]);
    const needed = Math.max(0, ...planned.map((resource) => resource.metadataItems));
    const most = limits.maxServerMeta;
    if (most >= 0 && needed > most) {
      return failed(
        `${needed} needed for each instance, ${most} allowed`,
        'ask your cloud administrators for a higher quota metadata_items',
      );
    }
    return ok(`${needed} of ${most < 0 ? 'any' : most}`);
  },
};

async function plannedHere(context: RegionContext): Promise<PlannedResource[]> {
  const { resources } = await context.common.plan();
  return resources.filter(({ region }) => region === context.name);
}

async function novaLimits(session: Session, region: string | undefined): Promise<Limits> {
  return (await session.get<{ limits: { absolute: Limits } }>('compute', region, '/limits')).limits.absolute;
}

/** Undefined if Neutron lacks the extension that reports usage. */
async function neutronQuota(session: Session, region: string | undefined): Promise<Record<string, Quota> | undefined> {
  const path = `/quotas/${session.project.id}/details`;
  return session.get<{ quota: Record<string, Quota> }>('network', region, path).then(
    ({ quota }) => quota,
    () => undefined,
  );
}

function of(what: string, needed: number, limit: number, used: number): Need {
  return { what, needed, limit, free: limit < 0 ? Infinity : Math.max(0, limit - used) };
}

function ofNeutron(what: string, needed: number, quota: Quota | undefined): Need {
  // A quota that is not reported counts as unlimited.
  return quota ? of(what, needed, quota.limit, quota.used + (quota.reserved ?? 0)) : of(what, needed, -1, 0);
}

interface Existing {
  readonly instances: number;
  readonly ports: number;
  readonly groups: number;
  readonly rules: number;
}

/** Resources that exist in the project with the names of the plan. */
async function existingResources(
  session: Session,
  region: string | undefined,
  planned: readonly PlannedResource[],
): Promise<Existing> {
  const names = (type: string) => planned.flatMap((one) => (one.type === type && one.name ? [one.name] : []));
  const own = `project_id=${session.project.id}`;
  const neutron = async <T>(kind: string, key: string, type: string): Promise<T[]> => {
    const lists = names(type).map((name) =>
      session.list<T>('network', region, `/${kind}?${own}&name=${encodeURIComponent(name)}`, key),
    );
    return (await Promise.all(lists)).flat();
  };
  const servers = names('openstack_compute_instance_v2').map((name) =>
    session.list('compute', region, `/servers?name=${encodeURIComponent(`^${name}$`)}`, 'servers'),
  );
  const [instances, ports, groups] = await Promise.all([
    Promise.all(servers).then((lists) => lists.flat()),
    neutron('ports', 'ports', 'openstack_networking_port_v2'),
    neutron<{ security_group_rules: unknown[] }>(
      'security-groups',
      'security_groups',
      'openstack_networking_secgroup_v2',
    ),
  ]);
  return {
    instances: instances.length,
    ports: ports.length,
    groups: groups.length,
    rules: groups.reduce((sum, group) => sum + group.security_group_rules.length, 0),
  };
}
