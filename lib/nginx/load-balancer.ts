import { because, block, directive, location } from './directive';
import type { Feature } from './feature';
import { healthAnswer } from './health';
import { HEALTH_PORT } from './paths';
import type { Place } from './place';

export interface LoadBalancerSettings {
  /**
   * Networks (IPv4 CIDRs) of a load balancer in front of the UAP: it must say with the PROXY protocol who its client
   * is, and nobody else reaches the UAP. Empty: clients come by themselves.
   */
  readonly proxyProtocolFrom: readonly string[];
}

/** Parameters of `listen` on the ports of clients. */
export function listenParameters({ proxyProtocolFrom }: LoadBalancerSettings): string[] {
  return proxyProtocolFrom.length > 0 ? ['proxy_protocol'] : [];
}

/**
 * Behind a load balancer that passes TCP on: it says in front of each connection who its client is (PROXY protocol,
 * version 1 or 2), and only its networks are believed. `$remote_addr` then is the client everywhere: in headers, logs,
 * limits and networks of the operator's.
 */
export function loadBalancer({ proxyProtocolFrom }: LoadBalancerSettings, { address }: Place): Feature {
  if (proxyProtocolFrom.length === 0) return { about: 'Nothing: clients come by themselves.' };
  return {
    about: 'A load balancer that says with the PROXY protocol who its client is.',
    http: [
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
    ],
    // Connections from elsewhere get no answer.
    everyServer: [block('if', ['($uap_stranger)'], [directive('return', '444')])],
    // Octavia's health monitors speak TLS without a name, send no Host, and leave the PROXY protocol away where they
    // are given a port of their own.
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
