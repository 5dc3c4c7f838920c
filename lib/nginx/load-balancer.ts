import { because, block, type Directive, directive } from './directive';
import { confFile } from './paths';
import type { ProxyModel } from './proxy-model';

/**
 * Behind a load balancer that passes TCP on: it says in front of each connection who its client is (PROXY protocol,
 * version 1 or 2), and that is believed of its networks alone. `$remote_addr` then is the client everywhere: in headers,
 * logs, limits and networks of the operator's.
 */
export function loadBalancerConf({ proxyProtocolFrom }: ProxyModel) {
  if (proxyProtocolFrom.length === 0) {
    return confFile('load-balancer.conf', 'Nothing: clients come by themselves.', []);
  }
  return confFile('load-balancer.conf', 'A load balancer that says with the PROXY protocol who its client is.', [
    ...proxyProtocolFrom.map((network) => directive('set_real_ip_from', network)),
    directive('real_ip_header', 'proxy_protocol'),
    because(
      'By the address that the connection comes from, whatever it says.',
      block(
        'geo',
        ['$realip_remote_addr', '$uap_stranger'],
        [directive('default', '1'), ...proxyProtocolFrom.map((network) => directive(network, '0'))],
      ),
    ),
  ]);
}

/** Goes into each server: who isn't the load balancer gets no answer. */
export function refuseStrangers({ proxyProtocolFrom }: ProxyModel): Directive[] {
  if (proxyProtocolFrom.length === 0) return [];
  return [block('if', ['($uap_stranger)'], [directive('return', '444')])];
}
