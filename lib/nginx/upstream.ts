import { because, block, type Directive, directive, location, map } from './directive';
import type { ConfFile, Feature } from './feature';
import { failure, pageUri } from './own-answers';
import { include, readAsset, UAP } from './paths';
import { REFUSED } from './target';
import { type UpstreamTlsSettings, unreachablePage } from './upstream-tls';

/**
 * Seconds that an idle connection to an upstream is kept. Servers close theirs after 5 s (Node, uvicorn, Apache) or
 * 2 s (gunicorn): less than that, so that a request seldom meets a connection that is being closed.
 */
const KEEPALIVE_TIMEOUT = '1500ms';

/** Where a request ended that found no upstream: the Lua balancer refused it, or nobody answered. */
const NO_UPSTREAM = '//uap/no-upstream';

const LUA = `${UAP}/lua`;

/** Connections to apps; their form depends on whether the machine's Nginx has the Lua module. */
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
 * Error types of RFC 9209 for an app without an answer. Without a connection the time of it is empty; why there is none
 * (refused, no route, no TLS) stands in the error log only.
 */
function errorTypes(): Directive[] {
  const outcome = '$upstream_connect_time/$upstream_bytes_received';
  return [
    map(outcome, '$uap_unreachable_error', [
      ['default', 'connection_terminated'],
      ['~-/', 'destination_unavailable'],
      // What came was no answer in HTTP.
      ['~[1-9]\\d*$', 'http_protocol_error'],
    ]),
    map(outcome, '$uap_timeout_error', [
      ['default', 'connection_read_timeout'],
      ['~-/', 'connection_timeout'],
    ]),
  ];
}

/** Connections are reused: a balancer finds the peer of a host name in a table of the worker. */
function withLua(): ConfFile[] {
  return [
    {
      name: 'variants/upstream-lua/http',
      about: 'Upstreams with the Lua module.',
      directives: [
        directive('lua_package_path', `${LUA}/?.lua;;`),
        because(
          'What the module lacks shows when Nginx starts, not at the first request.',
          directive('init_by_lua_file', `${LUA}/init.lua`),
        ),
        because(
          'Gives free memory back every so many requests; its default of 1000 takes back what the next ones need.',
          directive('lua_malloc_trim', '10000'),
        ),
        pool('uap_http'),
        pool('uap_https'),
        pool('uap_https_named'),
      ],
    },
    {
      name: 'variants/upstream-lua/pass',
      about: 'To the pool of the name; the balancer refuses what is not served.',
      directives: [
        because('Names without a protocol are the usual ones, and end here.', passIf('^[0-9]', 'https://uap_https')),
        because(
          'A pool of its own: a kept connection was opened with the name in its TLS handshake.',
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
      because('A placeholder: the balancer names the peer.', directive('server', '0.0.0.1')),
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

/** The same answers, but each request opens a connection of its own. */
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
      about: 'To the target itself, if it is served.',
      directives: [REFUSED, directive('proxy_pass', '$uap_pass')],
    },
  ];
}
