import { IpNetwork } from '../../../lib/ip-network';
import { type Finding, failed, needs, notChecked, ok, warning } from '../../report';
import { ownAddresses } from '../../services/openstack/own-addresses';
import type { RegionCheck } from '../context';

/** The network is one that users' instances are on, and the UAP's instance may be. */
export const network: RegionCheck = {
  name: 'network',

  async run(context) {
    const session = await context.connected();
    const found = await context.network();
    const label = `"${found.name}"`;
    if (found.status !== 'ACTIVE' || found.admin_state_up === false) {
      return failed(
        `${label} is ${found.admin_state_up === false ? 'down' : found.status}`,
        'ask your cloud administrators',
      );
    }
    if (found.shared) return ok(`${label} is shared with all projects`);
    const own = found.project_id === session.project.id;
    if (found['router:external']) {
      if (own || session.roles.includes('admin')) return ok(`${label} is external: floating IPs come from it`);
      return failed(
        `${label} is external and not shared: Nova lets only admins attach an instance to it`,
        'ask your cloud administrators to share it with your project, or deploy with the credentials of an admin',
      );
    }
    return warning(
      `${label} is not shared: instances of other projects are not on it`,
      "right only if users' addresses are routed to it; else name the network that all projects share",
    );
  },
};

/** The ranges are the network's own, and the cloud's own addresses in them are refused. */
export const ranges: RegionCheck = {
  name: 'ranges',

  async run(context) {
    const { upstreamRanges, deniedAddresses } = context.region;
    const session = await context.connected();
    const subnets = (await context.subnets()).filter(({ ip_version }) => ip_version === 4);
    const external = (await needs('network', context.network()))['router:external'];
    if (subnets.length === 0) {
      const todo = 'compare upstreamRanges with the documentation of your cloud';
      return external
        ? notChecked('the subnets of an external network are shown only to its owner', todo)
        : failed('the network has no IPv4 subnet that this project can see', 'ask your cloud administrators');
    }
    const own = subnets.map(({ cidr }) => IpNetwork.parse(cidr));
    const result: Finding[] = [];
    const cidrs = subnets.map(({ cidr }) => cidr).join(', ');
    for (const range of upstreamRanges) {
      if (own.some((subnet) => subnet.contains(range))) continue;
      const wider = own.some((subnet) => range.contains(subnet));
      const what = wider ? 'is wider than the subnets of the network' : 'is on no subnet of the network';
      result.push(
        warning(`${range} ${what} (${cidrs})`, 'right only if the rest is routed there: check upstreamRanges'),
      );
    }
    for (const subnet of own) {
      if (upstreamRanges.some((range) => range.contains(subnet) || subnet.contains(range))) continue;
      result.push(warning(`the subnet ${subnet} is not in upstreamRanges`, 'add it, or its apps are not served'));
    }
    for (const [address, what] of ownAddresses(subnets, session.endpointUrls(context.name))) {
      const holdsIt = (network: IpNetwork) => network.contains(IpNetwork.parse(address));
      if (!upstreamRanges.some(holdsIt) || deniedAddresses.some(holdsIt)) continue;
      result.push(
        warning(
          `${address} in upstreamRanges is ${what}: users could reach it from the UAP's address`,
          `deniedAddresses: ['${address}']`,
        ),
      );
    }
    return result.length > 0 ? result : ok(`${upstreamRanges.join(', ')} as on the network (${cidrs})`);
  },
};
