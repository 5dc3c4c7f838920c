import { because, directive } from './directive';
import type { Feature } from './feature';
import { CERTIFICATE, CERTIFICATE_KEY } from './paths';

/** Mozilla's intermediate configuration, guidelines 5.7, without DHE, which would need its own parameters. */
export function tls(): Feature {
  return {
    about: "TLS towards clients: Mozilla's intermediate configuration.",
    http: [
      directive('ssl_certificate', CERTIFICATE),
      directive('ssl_certificate_key', CERTIFICATE_KEY),
      directive('ssl_protocols', 'TLSv1.2', 'TLSv1.3'),
      directive(
        'ssl_ciphers',
        [
          'ECDHE-ECDSA-AES128-GCM-SHA256',
          'ECDHE-RSA-AES128-GCM-SHA256',
          'ECDHE-ECDSA-AES256-GCM-SHA384',
          'ECDHE-RSA-AES256-GCM-SHA384',
          'ECDHE-ECDSA-CHACHA20-POLY1305',
          'ECDHE-RSA-CHACHA20-POLY1305',
        ].join(':'),
      ),
      directive('ssl_ecdh_curve', 'X25519:prime256v1:secp384r1'),
      because(
        'Mozilla leaves the order to the client; scanners expect one, and all of these ciphers are strong.',
        directive('ssl_prefer_server_ciphers', 'on'),
      ),
      directive('ssl_session_timeout', '1d'),
      directive('ssl_session_cache', 'shared:uap_tls:20m'),
      directive('ssl_session_tickets', 'off'),
      because('Sends short responses without waiting for a full record.', directive('ssl_buffer_size', '16k')),
    ],
  };
}
