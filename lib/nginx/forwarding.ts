import { because, directive, regexLiteral, setHeader } from './directive';
import type { Feature } from './feature';
import { type Place, portSuffix } from './place';

export interface ForwardingSettings {
  /** The UAP's host name. */
  readonly hostname: string;
}

/** Headers of RFC 9110, 7.6.1, and their relatives, which end at a proxy. Transfer-Encoding is Nginx's own business. */
const HOP_BY_HOP = ['Keep-Alive', 'Proxy-Connection', 'Proxy-Authorization', 'TE', 'Trailer', 'HTTP2-Settings'];

/** Says what the client did in ways that apps read and that only a proxy may say. */
const FORWARDED = ['Forwarded', 'X-Forwarded-Prefix', 'X-Forwarded-Scheme', 'X-Forwarded-Server', 'X-Forwarded-Ssl'];

/** Headers by which an upstream would steer Nginx: internal redirects, buffering to disk, rate. */
const STEERING = ['X-Accel-Redirect', 'X-Accel-Expires', 'X-Accel-Limit-Rate', 'X-Accel-Buffering', 'X-Accel-Charset'];

/** Silence of an app, or of its client, that ends a request. */
const TIMEOUT = '1h';

/** How requests and answers are passed on. */
export function forwarding({ hostname }: ForwardingSettings, place: Place): Feature {
  const publicHost = `$host${portSuffix(place)}`;
  return {
    about: 'How requests and answers are passed on.',
    apps: [
      directive('proxy_http_version', '1.1'),
      directive('proxy_connect_timeout', '5s'),
      directive('proxy_read_timeout', TIMEOUT),
      directive('proxy_send_timeout', TIMEOUT),
      because('Bodies stream both ways; nothing is written to the disk.', directive('proxy_buffering', 'off')),
      directive('proxy_request_buffering', 'off'),
      directive('proxy_max_temp_file_size', '0'),
      directive('proxy_buffer_size', '32k'),
      directive('proxy_buffers', '8', '32k'),
      directive('proxy_busy_buffers_size', '64k'),
      because(
        'A kept connection that the upstream closes is tried again, unless the request may have had an effect.',
        directive('proxy_next_upstream', 'error'),
      ),
      directive('proxy_socket_keepalive', 'on'),
      directive('proxy_ignore_headers', ...STEERING),
      because(
        'An app that believes it is reached by plain HTTP.',
        directive(
          'proxy_redirect',
          `~*^http://([^/?#:@]+\\.${regexLiteral(hostname)})(?::\\d+)?([/?#].*)?$`,
          `https://$1${portSuffix(place)}$2`,
        ),
      ),
    ],
    // The port is written out: a variable would be evaluated for each request.
    proxied: [
      setHeader('Host', publicHost),
      setHeader('X-Real-IP', '$remote_addr'),
      setHeader('X-Forwarded-For', '$remote_addr'),
      setHeader('X-Forwarded-Proto', 'https'),
      setHeader('X-Forwarded-Host', publicHost),
      setHeader('X-Forwarded-Port', String(place.httpsPort)),
      ...[...FORWARDED, ...HOP_BY_HOP, 'Early-Data'].map((name) => setHeader(name, '')),
    ],
  };
}
