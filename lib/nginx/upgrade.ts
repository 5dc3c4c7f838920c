import { because, directive, map, setHeader } from './directive';
import type { Feature } from './feature';

/** Silent for a day, and some: TCP keepalive finds the dead. */
const TIMEOUT = '25h';

/** Connections that stop speaking HTTP, as WebSockets do. */
export function upgrade(): Feature {
  return {
    about: 'Upgraded connections, as WebSockets.',
    http: [
      because(
        'Upgrade is passed on when the client asks for it, but not to HTTP/2 in the clear: that would be a tunnel.',
        map('$http_connection', '$uap_upgrade', [
          ['default', ''],
          ['~*(?:^|[\\s,])upgrade(?:$|[\\s,])', '$uap_upgrade_protocol'],
        ]),
      ),
      map('$http_upgrade', '$uap_upgrade_protocol', [
        ['default', '$http_upgrade'],
        ['~*h2c', ''],
      ]),
      map('$uap_upgrade', '$uap_connection', [
        ['default', 'upgrade'],
        ['', ''],
      ]),
    ],
    detour: {
      condition: ['($http_upgrade)'],
      to: {
        location: 'upgrade',
        connection: '$uap_connection',
        directives: [
          setHeader('Upgrade', '$uap_upgrade'),
          directive('proxy_read_timeout', TIMEOUT),
          directive('proxy_send_timeout', TIMEOUT),
        ],
      },
    },
  };
}
