import { isIPv4 } from 'node:net';
import type { Subnet } from './resources';

/** Addresses on the network that are the cloud's: gateways, name servers, APIs. */
export function ownAddresses(
  subnets: readonly Pick<Subnet, 'gateway_ip' | 'dns_nameservers'>[],
  endpointUrls: readonly string[],
): Map<string, string> {
  const found = new Map<string, string>();
  const add = (address: string, what: string) => {
    if (isIPv4(address) && !found.has(address)) found.set(address, what);
  };
  for (const { gateway_ip } of subnets) if (gateway_ip) add(gateway_ip, "the network's gateway");
  for (const url of endpointUrls) if (URL.canParse(url)) add(new URL(url).hostname, 'an API of the cloud');
  for (const address of subnets.flatMap(({ dns_nameservers }) => dns_nameservers))
    add(address, 'a name server of the network');
  return found;
}
