import { because, type Directive, directive, map } from './directive';
import type { Feature } from './feature';
import { type ShieldSettings, SIBLING } from './sibling-shield';

export type AccessLogSettings = ShieldSettings;

/**
 * Access log: one JSON object per line, without query strings and referers, which may hold tokens. The path is as the
 * client sent it; for proxied requests it is decoded, which avoids a regular expression.
 */
export function accessLog(settings: AccessLogSettings): Feature {
  return {
    about: 'Access log in JSON, without query strings.',
    http: [
      because(
        'Nginx reports 000 for a stream that ended before its response; JSON allows no leading zeros.',
        map('$status', '$uap_log_status', [
          ['default', '$status'],
          ['000', '0'],
          ['009', '9'],
        ]),
      ),
      map('$request_uri', '$uap_log_path', [
        ['default', ''],
        ['~^([^?]*)', '$1'],
      ]),
      logFormat('uap', '$uap_log_path', settings),
      logFormat('uap_app', '$uri', settings),
      logTo('uap'),
    ],
    proxied: [logTo('uap_app')],
  };
}

function logTo(format: string): Directive {
  return directive('access_log', '/var/log/nginx/access.log', format, 'buffer=64k', 'flush=1s');
}

const NUMBERS = new Set(['status', 'bytes_received', 'bytes_sent', 'seconds']);

function logFormat(name: string, path: string, { siblingShield }: AccessLogSettings): Directive {
  const values: Record<string, string> = {
    time: '$time_iso8601',
    client: '$remote_addr',
    method: '$request_method',
    host: '$host',
    path,
    protocol: '$server_protocol',
    tls: '$ssl_protocol',
    upstream: '$upstream_addr',
    upstream_status: '$upstream_status',
    upstream_connect_time: '$upstream_connect_time',
    upstream_header_time: '$upstream_header_time',
    status: '$uap_log_status',
    bytes_received: '$request_length',
    bytes_sent: '$bytes_sent',
    seconds: '$request_time',
    // Evaluates several headers of each request, so only when asked for.
    ...(siblingShield === 'off' ? {} : { sibling: SIBLING }),
  };
  const fields = Object.entries(values).map(([key, value]) => `"${key}":${NUMBERS.has(key) ? value : `"${value}"`}`);
  return directive('log_format', name, 'escape=json', `{${fields.join(',')}}`);
}
