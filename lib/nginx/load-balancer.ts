import { because, block, directive, location } from './directive';
import type { Feature } from './feature';
import { healthAnswer } from './health';
import { HEALTH_PORT } from './paths';
import type { Place } from './place';

export interface LoadBalancerSettings {
  /**
   * Networks (IPv4 CIDRs) of a load balancer in front of the UAP. It must pass the client's address with the PROXY
   * protocol; other connections get no response. Empty: clients connect directly.
   */
  readonly proxyProtocolFrom: readonly string[];
}

/** Parameters of `listen` on the client ports. */
export function listenParameters({ proxyProtocolFrom }: LoadBalancerSettings): string[] {
  return proxyProtocolFrom.length > 0 ? ['proxy_protocol'] : [];
}

/**
 * Behind a TCP load balancer that sends the client's address with the PROXY protocol, version 1 or 2; only its networks
 * are trusted. `$remote_addr` then is the client in headers, logs, limits and the operator's networks.
 */
export function loadBalancer({ proxyProtocolFrom }: LoadBalancerSettings, { address }: Place): Feature {
  if (proxyProtocolFrom.length === 0) return { about: 'Empty: clients connect directly.' };
  return {
    about: 'A load balancer that passes the address of its client with the PROXY protocol.',
    http: [
      ...proxyProtocolFrom.map((network) => directive('set_real_ip_from', network)),
      directive('real_ip_header', 'proxy_protocol'),
      because(
        'By the source address of the connection, not the address in the PROXY protocol.',
        block(
          'geo',
          ['$realip_remote_addr', '$uap_stranger'],
          [directive('default', '1'), ...proxyProtocolFrom.map((network) => directive(network, '0'))],
        ),
      ),
    ],
    // Connections from other addresses get no response.
    everyServer: [block('if', ['($uap_stranger)'], [directive('return', '444')])],
    // Octavia's health monitors use TLS without SNI, send no Host, and omit the PROXY protocol on a port of their own.
    servers: [
      [
        directive('listen', address ? `${address}:${HEALTH_PORT}` : HEALTH_PORT),
        directive('access_log', 'off'),
        location(['=', '/healthz'], healthAnswer()),
        location(['/'], [directive('return', '404')]),
      ],
    ],
  };
}
