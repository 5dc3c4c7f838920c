import { because, directive, map, setHeader } from './directive';
import type { Feature } from './feature';

/** Allows a day of silence; TCP keepalive detects dead connections earlier. */
const TIMEOUT = '25h';

/** Connections that leave HTTP, e.g. WebSockets. */
export function upgrade(): Feature {
  return {
    about: 'Upgraded connections, e.g. WebSockets.',
    http: [
      because(
        'Forwards Upgrade on request, but not to cleartext HTTP/2, which would be a tunnel past these rules.',
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
