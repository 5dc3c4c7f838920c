import { because, directive, regexLiteral, setHeader } from './directive';
import type { Feature } from './feature';
import { type Place, portSuffix } from './place';

export interface ForwardingSettings {
  /** The UAP's host name. */
  readonly hostname: string;
}

/** Hop-by-hop headers: those of RFC 9110, 7.6.1, and related ones. Nginx handles Transfer-Encoding itself. */
const HOP_BY_HOP = ['Keep-Alive', 'Proxy-Connection', 'Proxy-Authorization', 'TE', 'Trailer', 'HTTP2-Settings'];

/** Headers that apps believe and that only a proxy may set; those of the client are removed. */
const FORWARDED = ['Forwarded', 'X-Forwarded-Prefix', 'X-Forwarded-Scheme', 'X-Forwarded-Server', 'X-Forwarded-Ssl'];

/** Headers with which an upstream could control Nginx: internal redirects, buffering to disk, rate. */
const STEERING = ['X-Accel-Redirect', 'X-Accel-Expires', 'X-Accel-Limit-Rate', 'X-Accel-Buffering', 'X-Accel-Charset'];

/** Idle time of an app or client after which Nginx ends the request. */
const TIMEOUT = '1h';

/** How requests and responses are proxied. */
export function forwarding({ hostname }: ForwardingSettings, place: Place): Feature {
  const publicHost = `$host${portSuffix(place)}`;
  return {
    about: 'How requests and responses are proxied.',
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
        'Retries when the upstream closed a kept connection, unless the request may have had an effect.',
        directive('proxy_next_upstream', 'error'),
      ),
      directive('proxy_socket_keepalive', 'on'),
      directive('proxy_ignore_headers', ...STEERING),
      because(
        'Corrects redirects of apps that assume plain HTTP.',
        directive(
          'proxy_redirect',
          `~*^http://([^/?#:@]+\\.${regexLiteral(hostname)})(?::\\d+)?([/?#].*)?$`,
          `https://$1${portSuffix(place)}$2`,
        ),
      ),
    ],
    // The port is a constant: a variable would be evaluated for each request.
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
