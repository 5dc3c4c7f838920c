import type { InstanceFile } from '../instance-parts';
import { because, block, type Directive, directive, map, printDirectives } from './directive';
import { CERTIFICATE, CERTIFICATE_KEY, confFile, UAP } from './paths';
import type { ProxyModel } from './proxy-model';

/** Files of the http context, in the order in which they are included. */
const HTTP_FILES = [
  'limits', // Sizes of hash tables count from here on, so before the first map.
  'public-port',
  'tls',
  'load-balancer',
  'log',
  'target',
  'origins',
  'requests',
  'cors-maps',
  'proxy-maps',
  'answers',
  'upstream/http',
  'servers',
];

/** The whole main file is ours: what a distribution puts there differs and is not needed. */
export function nginxConf(): InstanceFile {
  return {
    path: '/etc/nginx/nginx.conf',
    content: `# Configuration of a User Application Proxy; generated, see the files in ${UAP}.\n${printDirectives([
      directive('include', '/etc/nginx/modules-enabled/*.conf'),
      directive('user', 'www-data'),
      directive('worker_processes', 'auto'),
      because('An app request takes two connections, each a file.', directive('worker_rlimit_nofile', '131072')),
      directive('pcre_jit', 'on'),
      directive('pid', '/run/nginx.pid'),
      directive('error_log', '/var/log/nginx/error.log', 'warn'),
      block('events', [], [directive('worker_connections', '65536')]),
      block(
        'http',
        [],
        HTTP_FILES.map((name) => directive('include', `${UAP}/${name}.conf`)),
      ),
    ])}`,
  };
}

/** What `:port` a public URL has: nothing on an instance, where the port is 443. */
export function publicPortConf() {
  return confFile('public-port.conf', 'The port in public URLs, with its colon; empty for 443.', [
    map('', '$uap_port_suffix', [['default', '']]),
  ]);
}

/** Mozilla's intermediate configuration, guidelines 5.7, without DHE: that would need parameters of its own. */
export function tlsConf() {
  return confFile('tls.conf', "TLS towards clients: Mozilla's intermediate configuration.", [
    because(
      'For the server that refuses handshakes, with old Nginx.',
      map('', '$uap_no_certificate', [['default', '']]),
    ),
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
      'Mozilla leaves the order to the client; scanners want one, and all of these are good.',
      directive('ssl_prefer_server_ciphers', 'on'),
    ),
    directive('ssl_session_timeout', '1d'),
    directive('ssl_session_cache', 'shared:uap_tls:20m'),
    directive('ssl_session_tickets', 'off'),
    because('Answers without waiting for a full record.', directive('ssl_buffer_size', '16k')),
  ]);
}

/** Limits that a person never meets, also not behind the one address of a campus; and an end to slow clients. */
export function limitsConf() {
  return confFile('limits.conf', 'Limits per client, timeouts, sizes.', [
    directive('server_tokens', 'off'),
    directive('limit_conn_zone', '$binary_remote_addr', 'zone=uap_clients:10m'),
    because('Each stream of HTTP/2 counts as a connection.', directive('limit_conn', 'uap_clients', '4096')),
    directive('limit_conn_status', '429'),
    directive('client_header_timeout', '20s'),
    directive('client_body_timeout', '2m'),
    because('A paused video is a client that does not read.', directive('send_timeout', '10m')),
    directive('keepalive_timeout', '75s'),
    directive('keepalive_requests', '10000'),
    directive('reset_timedout_connection', 'on'),
    because('Cookies of many apps and their tokens.', directive('large_client_header_buffers', '8', '32k')),
    directive('client_body_buffer_size', '64k'),
    directive('client_body_temp_path', '/var/lib/nginx/body'),
    directive('proxy_temp_path', '/var/lib/nginx/proxy'),
    directive('types_hash_max_size', '2048'),
    directive('map_hash_max_size', '65536'),
    directive('map_hash_bucket_size', '256'),
    directive('server_names_hash_bucket_size', '256'),
    directive('variables_hash_max_size', '2048'),
    directive('proxy_headers_hash_max_size', '1024'),
    directive('proxy_headers_hash_bucket_size', '128'),
  ]);
}

const ACCESS_LOG = ['/var/log/nginx/access.log', 'buffer=64k', 'flush=1s'] as const;

/** The access log, in one of the formats of {@link logConf}. */
export function accessLog(format: 'uap' | 'uap_app'): Directive {
  const [file, ...options] = ACCESS_LOG;
  return directive('access_log', file, format, ...options);
}

/**
 * Access log: a JSON object a line. Neither query strings nor referers, tokens live there. The path is as it came; of a
 * request that is passed on, decoded, which takes no regular expression.
 */
export function logConf(model: ProxyModel) {
  return confFile('log.conf', 'Access log in JSON, without query strings.', [
    because(
      'Of a stream that ended before its answer Nginx says 000, which is no number in JSON.',
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
    logFormat('uap', '$uap_log_path', model),
    logFormat('uap_app', '$uri', model),
    accessLog('uap'),
  ]);
}

function logFormat(name: string, path: string, { siblingShield }: ProxyModel): Directive {
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
    // Costs a look at several headers of each request.
    ...(siblingShield === 'off' ? {} : { sibling: '$uap_sibling' }),
  };
  const numbers = new Set(['status', 'bytes_received', 'bytes_sent', 'seconds']);
  const fields = Object.entries(values).map(([key, value]) => `"${key}":${numbers.has(key) ? value : `"${value}"`}`);
  return directive('log_format', name, 'escape=json', `{${fields.join(',')}}`);
}
