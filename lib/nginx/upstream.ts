import { because, block, type Directive, directive, location, map } from './directive';
import type { ConfFile, Feature } from './feature';
import { failure, pageUri } from './own-answers';
import { include, readAsset, UAP } from './paths';
import { REFUSED } from './target';
import { type UpstreamTlsSettings, unreachablePage } from './upstream-tls';

/**
 * How long an idle connection to an upstream is kept. Shorter than servers keep theirs, 5 s (Node, uvicorn, Apache) or
 * 2 s (gunicorn), so that a request seldom uses a connection that the server is closing.
 */
const KEEPALIVE_TIMEOUT = '1500ms';

/** Location of requests without an upstream: the Lua balancer refused them, or no server answered. */
const NO_UPSTREAM = '//uap/no-upstream';

const LUA = `${UAP}/lua`;

/** Connections to apps; variants with and without the Lua module, as the machine's Nginx has it. */
export function upstream(settings: UpstreamTlsSettings): Feature {
  return {
    about: 'Connections to apps.',
    http: [include('upstream/http'), ...errorTypes()],
    proxied: [include('upstream/pass')],
    apps: [
      directive('error_page', '502', NO_UPSTREAM),
      failure(504, 'timeout'),
      location(
        ['=', NO_UPSTREAM],
        [
          directive('internal'),
          REFUSED,
          directive('error_page', '502', pageUri(unreachablePage(settings))),
          directive('return', '502'),
        ],
      ),
    ],
    pages: [
      { name: 'unreachable', title: 'The app does not answer', proxyError: '$uap_unreachable_error' },
      { name: 'timeout', title: 'The app takes too long', proxyError: '$uap_timeout_error' },
    ],
    confFiles: [...withLua(), ...withoutLua()],
    files: ['target', 'init', 'connect'].map((name) => ({
      path: `${LUA}/${name}.lua`,
      content: readAsset(`lua/${name}.lua`),
    })),
  };
}

/**
 * Error types of RFC 9209 for an app without a response. Without a connection its connect time is empty; only the error
 * log has the reason (refused, no route, no TLS).
 */
function errorTypes(): Directive[] {
  const outcome = '$upstream_connect_time/$upstream_bytes_received';
  return [
    map(outcome, '$uap_unreachable_error', [
      ['default', 'connection_terminated'],
      ['~-/', 'destination_unavailable'],
      // The received bytes were no HTTP response.
      ['~[1-9]\\d*$', 'http_protocol_error'],
    ]),
    map(outcome, '$uap_timeout_error', [
      ['default', 'connection_read_timeout'],
      ['~-/', 'connection_timeout'],
    ]),
  ];
}

/** Reuses connections: a balancer looks up the peer of a host name in a table of the worker. */
function withLua(): ConfFile[] {
  return [
    {
      name: 'variants/upstream-lua/http',
      about: 'Upstreams with the Lua module.',
      directives: [
        directive('lua_package_path', `${LUA}/?.lua;;`),
        because(
          'Missing libraries of the module fail the start of Nginx, not the first request.',
          directive('init_by_lua_file', `${LUA}/init.lua`),
        ),
        because(
          'Frees memory after this number of requests; the default of 1000 frees what the next requests need.',
          directive('lua_malloc_trim', '10000'),
        ),
        pool('uap_http'),
        pool('uap_https'),
        pool('uap_https_named'),
      ],
    },
    {
      name: 'variants/upstream-lua/pass',
      about: 'To the pool for the protocol; the balancer refuses names that are not served.',
      directives: [
        because('Most names have no protocol and match here.', passIf('^[0-9]', 'https://uap_https')),
        because(
          'Its own pool, because a kept connection keeps the name of its TLS handshake.',
          passIf('^https-', 'https://uap_https_named'),
        ),
        directive('proxy_pass', 'http://uap_http'),
      ],
    },
  ];
}

function pool(name: string): Directive {
  return block(
    'upstream',
    [name],
    [
      because('A placeholder: the balancer sets the peer.', directive('server', '0.0.0.1')),
      directive('balancer_by_lua_file', `${LUA}/connect.lua`),
      directive('keepalive', '512'),
      directive('keepalive_timeout', KEEPALIVE_TIMEOUT),
      directive('keepalive_requests', '10000'),
    ],
  );
}

function passIf(host: string, to: string): Directive {
  return block('if', ['($host', '~', host, ')'], [directive('break'), directive('proxy_pass', to)]);
}

/** Serves the same, but opens a connection for each request. */
function withoutLua(): ConfFile[] {
  return [
    {
      name: 'variants/upstream-plain/http',
      about: 'Upstreams without the Lua module.',
      directives: [
        map('$uap_refusal', '$uap_pass', [
          ['default', ''],
          ['', '$uap_protocol://$uap_address:$uap_port'],
        ]),
      ],
    },
    {
      name: 'variants/upstream-plain/pass',
      about: 'To the target, if it is served.',
      directives: [REFUSED, directive('proxy_pass', '$uap_pass')],
    },
  ];
}
