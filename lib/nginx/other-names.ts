import { because, directive, map } from './directive';
import type { Feature } from './feature';
import { listenOn } from './listen';
import { include } from './paths';

/**
 * Names that aren't the UAP's, addresses, and no name: no TLS handshake, no answer over plain HTTP. The first server of
 * a port is the one for names that no other server has.
 */
export function otherNames(): Feature {
  return {
    about: 'Other names than those of the UAP.',
    http: [
      because(
        'For the server that refuses handshakes, with Nginx before 1.19.4.',
        map('', '$uap_no_certificate', [['default', '']]),
      ),
    ],
    servers: [
      [
        listenOn('https-first'),
        directive('server_name', '_'),
        include('reject/tls'),
        because('The name in the handshake was ours, the one in the request is not.', directive('return', '421')),
      ],
      [listenOn('http'), directive('server_name', '_'), because('Closes the connection.', directive('return', '444'))],
    ],
    // `ssl_reject_handshake` came with 1.19.4; before, a certificate that can't be read has the same effect.
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
