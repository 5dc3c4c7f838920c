import { because, directive, map } from './directive';
import type { Feature } from './feature';
import { listenOn } from './listen';
import { include } from './paths';

/**
 * Refuses names outside the UAP, addresses, and requests without a name: no TLS handshake, no response over plain HTTP.
 * Nginx sends names that no server has to the first server of a port.
 */
export function otherNames(): Feature {
  return {
    about: 'Refuses names outside the UAP.',
    http: [
      because(
        'An unreadable certificate, to refuse handshakes with Nginx before 1.19.4.',
        map('', '$uap_no_certificate', [['default', '']]),
      ),
    ],
    servers: [
      [
        listenOn('https-first'),
        directive('server_name', '_'),
        include('reject/tls'),
        because(
          'The name in the handshake belongs to the UAP, the name in the request does not.',
          directive('return', '421'),
        ),
      ],
      [listenOn('http'), directive('server_name', '_'), because('Closes the connection.', directive('return', '444'))],
    ],
    // `ssl_reject_handshake` needs 1.19.4; before, an unreadable certificate has the same effect.
    confFiles: [
      {
        name: 'variants/reject-handshake/tls',
        about: 'Refuses the TLS handshake.',
        directives: [directive('ssl_reject_handshake', 'on')],
      },
      {
        name: 'variants/reject-certificate/tls',
        about: 'Refuses the TLS handshake, for Nginx before 1.19.4.',
        directives: [
          directive('ssl_certificate', 'data:$uap_no_certificate'),
          directive('ssl_certificate_key', 'data:$uap_no_certificate'),
        ],
      },
    ],
  };
}
