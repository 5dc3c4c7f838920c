import { failed, ok } from '../../report';
import type { ServiceType } from '../../services/openstack/session';
import type { RegionCheck } from '../context';

/** Services that some settings need, by the resources that they create. */
const services: Readonly<Record<string, ServiceType>> = {
  openstack_dns_: 'dns',
  openstack_lb_: 'load-balancer',
  openstack_keymanager_: 'key-manager',
};

/** The catalog has the region and the services that every UAP needs there. */
export const region: RegionCheck = {
  name: 'region',

  async run(context) {
    const { name } = context;
    const session = await context.session();
    const names = session.regions();
    if (name === undefined && names.length > 1 && session.defaultRegion === undefined) {
      return failed(
        `region is null, but the catalog has ${names.length}: ${names.join(', ')}`,
        `name one in the settings: region: '${names[0]}'`,
      );
    }
    const { resources } = await context.common.plan();
    const needed = new Set<ServiceType>(['compute', 'network', 'image']);
    for (const { type, region: of } of resources) {
      const prefix = Object.keys(services).find((one) => of === name && type.startsWith(one));
      if (prefix) needed.add(services[prefix] as ServiceType);
    }
    const lacking = [...needed].filter((type) => !session.has(type, name));
    if (lacking.length > 0) {
      return failed(
        `the catalog has no ${lacking.join(' and no ')} service here`,
        'choose settings that do not need it, or ask your cloud administrators',
      );
    }
    const others = (['dns', 'load-balancer', 'key-manager'] as const).filter((type) => session.has(type, name));
    return ok(['compute, network, image', ...others].join(', '));
  },
};
