import { randomBytes } from 'node:crypto';
import { ok, warning } from '../../report';
import { Lookup } from '../../services/dns-lookup';
import type { RegionCheck } from '../context';

/** The zone is delegated, and nothing else has the names of the UAP. */
export const names: RegionCheck = {
  name: 'names',

  async run(context) {
    const { common, region } = context;
    const { hostname, dns: strategy } = region;
    const dns = await Lookup.at(common.cloud.acme?.recursiveNameservers, common.timeout);
    const below = `uap-check-${randomBytes(4).toString('hex')}.${hostname}`;
    const [delegated, ...found] = await Promise.all([
      strategy.zone === undefined ? true : dns.isZone(strategy.zone),
      dns.addresses(hostname),
      dns.addresses(below),
    ]);
    if (!delegated) {
      return warning(
        `the zone ${strategy.zone} is unknown to ${dns.servers}: a CA would not find the challenge`,
        `check the NS records of ${strategy.zone} in the zone above it`,
      );
    }
    const there = [...new Set(found.flat())];
    if (there.length === 0) return ok(`${hostname} and the names below it are free`);
    const own = await uapAddresses(context);
    if (there.every((address) => own.includes(address)))
      return ok(`${hostname} is the deployed UAP (${there.join(', ')})`);
    return warning(
      `${hostname} or *.${hostname} already has the address ${there.join(', ')}`,
      'remove the record, or choose another host name: a deployment would replace it or fail',
    );
  },
};

/** Addresses of the ports that a deployment created. */
async function uapAddresses(context: Parameters<RegionCheck['run']>[0]): Promise<string[]> {
  const [session, plan] = await Promise.all([context.connected(), context.common.plan()]);
  const ports = plan.resources.filter(
    ({ type, region }) => type === 'openstack_networking_port_v2' && region === context.name,
  );
  const found = await Promise.all(
    ports.map(({ name = '' }) =>
      session.list<{ fixed_ips: { ip_address: string }[] }>(
        'network',
        context.name,
        `/ports?name=${encodeURIComponent(name)}`,
        'ports',
      ),
    ),
  );
  return found.flat().flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address));
}
