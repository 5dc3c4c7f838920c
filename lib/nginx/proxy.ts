import { REFUSED } from './answers';
import { accessLog } from './base';
import { because, block, type Directive, directive, literal, map, regexLiteral } from './directive';
import { confFile, UAP } from './paths';
import type { ProxyModel } from './proxy-model';
import { hasClientOrigins } from './requests';

/** Headers of RFC 9110, 7.6.1, and their relatives, which end at a proxy. Transfer-Encoding is Nginx's own business. */
const HOP_BY_HOP = ['Keep-Alive', 'Proxy-Connection', 'Proxy-Authorization', 'TE', 'Trailer', 'HTTP2-Settings'];

/** Says what the client did in ways that apps read and that only a proxy may say. */
const FORWARDED = ['Forwarded', 'X-Forwarded-Prefix', 'X-Forwarded-Scheme', 'X-Forwarded-Server', 'X-Forwarded-Ssl'];

/** Headers by which an upstream would steer Nginx: internal redirects, buffering to disk, rate. */
const STEERING = ['X-Accel-Redirect', 'X-Accel-Expires', 'X-Accel-Limit-Rate', 'X-Accel-Buffering', 'X-Accel-Charset'];

/** CORS headers that are ours to say towards a client origin. */
const CORS_RESPONSE = [
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Headers',
  'Access-Control-Max-Age',
];

/** Response headers of the upstream that are replaced by ours. */
const HIDDEN = ['Origin-Agent-Cluster'];

/** Settings of every proxied request; the server includes them. */
export function proxyConf(model: ProxyModel) {
  const host = regexLiteral(model.hostname);
  return confFile('proxy.conf', 'How requests and answers are passed on.', [
    directive('proxy_http_version', '1.1'),
    directive('proxy_connect_timeout', '5s'),
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
      'An app must not set cookies for its siblings; Nginx finds no Domain behind tabs or in a cookie without "=".',
      directive('proxy_cookie_domain', '~.*', '$host'),
    ),
    because(
      'An app that believes it is reached by plain HTTP.',
      directive(
        'proxy_redirect',
        `~*^http://([^/?#:@]+\\.${host})(?::\\d+)?([/?#].*)?$`,
        'https://$1$uap_port_suffix$2',
      ),
    ),
    ...HIDDEN.map((name) => directive('proxy_hide_header', name)),
    directive('proxy_ssl_server_name', 'on'),
    directive('proxy_ssl_protocols', 'TLSv1.2', 'TLSv1.3'),
    ...model.upstreamTls.directives.map(([name = '', ...args]) => directive(name, ...args)),
  ]);
}

const setHeader = (name: string, value: string) => directive('proxy_set_header', name, value);

/**
 * Request headers; a location that sets one header of its own inherits none, so each includes all. The port is written
 * out: a variable would be evaluated for each request.
 */
export function proxyHeadersConf() {
  return confFile('proxy-headers.conf', 'Request headers to the upstream.', [
    setHeader('Host', '$host'),
    setHeader('X-Real-IP', '$remote_addr'),
    setHeader('X-Forwarded-For', '$remote_addr'),
    setHeader('X-Forwarded-Proto', 'https'),
    setHeader('X-Forwarded-Host', '$host'),
    setHeader('X-Forwarded-Port', '443'),
    ...[...FORWARDED, ...HOP_BY_HOP, 'Early-Data'].map((name) => setHeader(name, '')),
  ]);
}

/** Maps that the proxied locations read. */
export function proxyMapsConf(model: ProxyModel) {
  const id = literal(model.hostname);
  return confFile('proxy-maps.conf', 'Values of request headers to the upstream.', [
    because(
      'RFC 8586: this proxy adds its name.',
      map('$http_cdn_loop', '$uap_cdn_loop', [
        ['default', `$http_cdn_loop, ${id}`],
        ['', id],
      ]),
    ),
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
  ]);
}

/** Statuses that only {@link proxyLocations} use, to jump to a named location: that leaves the request target as it came. */
const THROUGH_CDN = '590';
const UPGRADE = '591';
const CLIENT_ORIGIN = '592';

/** Goes with {@link proxyLocations} into the server. */
export function proxyErrorPages(model: ProxyModel): Directive[] {
  return [
    directive('error_page', THROUGH_CDN, '=', '@through_cdn'),
    directive('error_page', UPGRADE, '=', '@upgrade'),
    ...(hasClientOrigins(model) ? [directive('error_page', CLIENT_ORIGIN, '=', '@client_origin')] : []),
  ];
}

/** Where a request of an app goes on, or is answered. */
const FROM_CDN = block('if', ['($http_cdn_loop', '!=', '', ')'], [directive('return', THROUGH_CDN)]);
const ANSWERED = block('if', ['($uap_answer)'], [directive('rewrite', '^', '//uap/answer/$uap_answer', 'last')]);
const SIBLING = block('if', ['($uap_sibling)'], [directive('rewrite', '^', '//uap/answer/$uap_sibling', 'last')]);
const UPGRADED = block('if', ['($http_upgrade)'], [directive('return', UPGRADE)]);
const OF_CLIENT_ORIGIN = block('if', ['($uap_client_origin)'], [directive('return', CLIENT_ORIGIN)]);

/**
 * The locations of an app: most requests, those that came through a CDN or proxy that says so, upgraded connections, and
 * requests of client origins. The first one looks at no more than what tells these apart: each variable costs. What is
 * not served is refused where the upstream is chosen.
 */
export function proxyLocations(model: ProxyModel): Directive[] {
  const clientOrigin = hasClientOrigins(model) ? [OF_CLIENT_ORIGIN] : [];
  const sibling = model.siblingShield === 'enforce' ? [SIBLING] : [];
  return [
    block(
      'location',
      ['/'],
      [
        FROM_CDN,
        ...clientOrigin,
        ...sibling,
        UPGRADED,
        ...pass({ timeout: '1h', connection: '', cdnLoop: literal(model.hostname) }),
      ],
    ),
    block(
      'location',
      ['@through_cdn'],
      [
        REFUSED,
        ANSWERED,
        UPGRADED,
        ...clientOrigin,
        ...pass({ timeout: '1h', connection: '', cdnLoop: '$uap_cdn_loop' }),
      ],
    ),
    because(
      'Silent for a day, and some: TCP keepalive finds the dead.',
      block(
        'location',
        ['@upgrade'],
        [
          setHeader('Upgrade', '$uap_upgrade'),
          ...pass({ timeout: '25h', connection: '$uap_connection', cdnLoop: '$uap_cdn_loop' }),
        ],
      ),
    ),
    ...(hasClientOrigins(model) ? [clientOriginLocation()] : []),
  ];
}

/** Preflights are of client origins alone. */
function clientOriginLocation(): Directive {
  return block(
    'location',
    ['@client_origin'],
    [
      REFUSED,
      ANSWERED,
      UPGRADED,
      ...[...CORS_RESPONSE, ...HIDDEN].map((name) => directive('proxy_hide_header', name)),
      directive('include', `${UAP}/cors-headers.conf`),
      ...pass({ timeout: '1h', connection: '', cdnLoop: '$uap_cdn_loop' }),
    ],
  );
}

interface Pass {
  readonly timeout: string;
  readonly connection: string;
  readonly cdnLoop: string;
}

function pass({ timeout, connection, cdnLoop }: Pass): Directive[] {
  return [
    accessLog('uap_app'),
    directive('include', `${UAP}/proxy-headers.conf`),
    setHeader('CDN-Loop', cdnLoop),
    setHeader('Connection', connection),
    directive('proxy_read_timeout', timeout),
    directive('proxy_send_timeout', timeout),
    directive('add_header', 'Origin-Agent-Cluster', '?1', 'always'),
    directive('include', `${UAP}/upstream/pass.conf`),
  ];
}
