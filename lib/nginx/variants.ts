import type { InstanceFile } from '../instance-parts';
import { REFUSED } from './answers';
import { because, block, type Directive, directive, map } from './directive';
import { confFile, HEALTH, readAsset, UAP } from './paths';
import type { ProxyModel } from './proxy-model';

/**
 * Seconds that an idle connection to an upstream is kept. Servers close theirs after 5 s (Node, uvicorn, Apache) or
 * 2 s (gunicorn): less than that, so that a request seldom meets a connection that is being closed.
 */
const UPSTREAM_KEEPALIVE_TIMEOUT = '1500ms';

/**
 * The forms that depend on the machine's Nginx: with or without its Lua module, and by its version. All are on the
 * instance; `select-variants` links `upstream`, `listen` and `reject` to the right folders.
 */
export function variantFiles(model: ProxyModel): InstanceFile[] {
  return [...luaVariant(), ...plainVariant(), ...listenVariants(model), ...rejectVariants()];
}

/** Connections to upstreams are reused: a balancer finds the peer of a host name in a table of the worker. */
function luaVariant(): InstanceFile[] {
  const lua = `${UAP}/lua`;
  const upstream = (name: string) =>
    block(
      'upstream',
      [name],
      [
        because('A placeholder: the balancer names the peer.', directive('server', '0.0.0.1')),
        directive('balancer_by_lua_file', `${lua}/connect.lua`),
        directive('keepalive', '512'),
        directive('keepalive_timeout', UPSTREAM_KEEPALIVE_TIMEOUT),
        directive('keepalive_requests', '10000'),
      ],
    );
  return [
    confFile('variants/upstream-lua/http.conf', 'Upstreams with the Lua module.', [
      directive('lua_package_path', `${lua}/?.lua;;`),
      because(
        'What the module lacks shows when Nginx starts, not at the first request.',
        directive('init_by_lua_file', `${lua}/init.lua`),
      ),
      directive('lua_shared_dict', 'uap_answers', '100k'),
      because(
        'Gives free memory back every so many requests; its default of 1000 takes back what the next ones need.',
        directive('lua_malloc_trim', '10000'),
      ),
      upstream('uap_http'),
      upstream('uap_https'),
      upstream('uap_https_named'),
    ]),
    confFile('variants/upstream-lua/page.conf', "Counts the answers of the UAP's own; those of apps cost nothing.", [
      directive('log_by_lua_file', `${lua}/count.lua`),
    ]),
    confFile('variants/upstream-lua/metrics.conf', 'Counters for Prometheus.', [
      directive('set', '$uap_health_metrics', `${HEALTH}/metrics.txt`),
      directive('content_by_lua_file', `${lua}/metrics.lua`),
    ]),
    confFile('variants/upstream-lua/pass.conf', 'To the pool of the name; the balancer refuses what is not served.', [
      because(
        'Names without a protocol are the usual ones, and end here.',
        block('if', ['($host', '~', '^[0-9]', ')'], [directive('break'), directive('proxy_pass', 'https://uap_https')]),
      ),
      because(
        'A pool of its own: a kept connection was opened with the name in its TLS handshake.',
        block(
          'if',
          ['($host', '~', '^https-', ')'],
          [directive('break'), directive('proxy_pass', 'https://uap_https_named')],
        ),
      ),
      directive('proxy_pass', 'http://uap_http'),
    ]),
    ...['target', 'init', 'connect', 'count', 'metrics'].map((name) => ({
      path: `${lua}/${name}.lua`,
      content: readAsset(`lua/${name}.lua`),
    })),
  ];
}

/** Without the Lua module: the same answers, but each request opens a connection of its own. */
function plainVariant(): InstanceFile[] {
  return [
    confFile('variants/upstream-plain/http.conf', 'Upstreams without the Lua module.', [
      map('$uap_refusal', '$uap_pass', [
        ['default', ''],
        ['', '$uap_protocol://$uap_address:$uap_port'],
      ]),
    ]),
    confFile('variants/upstream-plain/page.conf', 'Nothing: without the Lua module nothing is counted.', []),
    confFile('variants/upstream-plain/metrics.conf', 'What Nginx tells in variables, for Prometheus.', [
      because(
        'No rewrite: that would come before the check of the client.',
        directive('alias', `${UAP}/pages/metrics.txt`),
      ),
      directive('ssi', 'on'),
      directive('ssi_types', 'text/plain'),
      directive('ssi_last_modified', 'off'),
      directive('etag', 'off'),
    ]),
    confFile('variants/upstream-plain/pass.conf', 'To the target itself, if it is served.', [
      REFUSED,
      directive('proxy_pass', '$uap_pass'),
    ]),
  ];
}

/** `http2 on` came with 1.25.1 and made the parameter of `listen` obsolete; IPv6 may be off in the kernel. */
function listenVariants({ proxyProtocolFrom }: ProxyModel): InstanceFile[] {
  const proxy = proxyProtocolFrom.length > 0 ? ['proxy_protocol'] : [];
  // Dead clients are found by TCP: probes after a minute of silence, four of them, 15 s apart.
  const once = 'so_keepalive=60s:15s:4';
  const forms = [
    { name: 'listen-http2-parameter', parameters: ['ssl', 'http2'], directives: [] },
    { name: 'listen-http2-directive', parameters: ['ssl'], directives: [directive('http2', 'on')] },
  ];
  return forms.flatMap(({ name, parameters, directives }) =>
    [
      { family: 'ipv4', hosts: [''] },
      { family: 'dual', hosts: ['', '[::]:'] },
    ].flatMap(({ family, hosts }) => {
      const listen = (port: string, ...more: string[]): Directive[] =>
        hosts.map((host) => directive('listen', `${host}${port}`, ...more, ...proxy));
      const folder = `variants/${name}-${family}`;
      return [
        confFile(`${folder}/https-first.conf`, 'The first server sets the options of the sockets.', [
          ...listen('443', ...parameters, once),
          ...directives,
        ]),
        confFile(`${folder}/https.conf`, 'TLS.', [...listen('443', ...parameters), ...directives]),
        confFile(`${folder}/http.conf`, 'Plain HTTP.', listen('80')),
      ];
    }),
  );
}

/** `ssl_reject_handshake` came with 1.19.4; before, a certificate that can't be read has the same effect. */
function rejectVariants(): InstanceFile[] {
  return [
    confFile('variants/reject-handshake/tls.conf', 'Refuses the TLS handshake.', [
      directive('ssl_reject_handshake', 'on'),
    ]),
    confFile('variants/reject-certificate/tls.conf', 'Refuses the TLS handshake, for Nginx before 1.19.4.', [
      directive('ssl_certificate', 'data:$uap_no_certificate'),
      directive('ssl_certificate_key', 'data:$uap_no_certificate'),
    ]),
  ];
}
