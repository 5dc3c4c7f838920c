import { because, directive, literal, map, regexLiteral } from './directive';
import { confFile } from './paths';
import type { ProxyModel } from './proxy-model';

/** Months of HTTP Strict Transport Security, in seconds: two years, as hstspreload.org asks at least one. */
const HSTS_MAX_AGE = 63072000;

/**
 * Requests that are answered here whatever their target is: loops, CORS preflights of client origins, and requests
 * between sibling hosts. `$uap_answer` names the answer, empty for a request that goes on.
 */
export function requestsConf(model: ProxyModel) {
  const sibling = model.siblingShield === 'enforce' ? '$uap_sibling' : '';
  // What nobody asked for costs no request anything.
  const next = hasClientOrigins(model) ? '$uap_answer_preflight' : sibling;
  return confFile('requests.conf', 'Requests that are answered here: loops, preflights, requests between siblings.', [
    because(
      'RFC 8586: a request that carries our name has been here before.',
      map('$http_cdn_loop', '$uap_answer', [
        ['default', next],
        ['', next],
        [`~*(?:^|[\\s,])${regexLiteral(model.hostname)}(?:$|[\\s,;])`, 'loop'],
      ]),
    ),
    map('$request_method', '$uap_answer_preflight', [
      ['default', sibling],
      ['OPTIONS', '$uap_preflight'],
    ]),
    because(
      'An OPTIONS request is a preflight with both of these headers (Fetch standard, 4.8).',
      map('$http_access_control_request_method', '$uap_preflight', [
        ['default', '$uap_preflight_origin'],
        ['', sibling],
      ]),
    ),
    map('$uap_client_origin', '$uap_preflight_origin', [
      ['default', 'preflight'],
      ['', sibling],
    ]),
    because(
      'Fetch Metadata: sent by the browser, and out of reach of scripts.',
      map('$http_sec_fetch_site', '$uap_sibling', [
        ['default', ''],
        ['', '$uap_sibling_upgrade'],
        ['same-site', '$uap_sibling_mode'],
        ['cross-site', '$uap_sibling_mode'],
      ]),
    ),
    because(
      'Chromium sends none of it with a WebSocket, but Origin, as all browsers do.',
      map('$http_upgrade', '$uap_sibling_upgrade', [
        ['default', '$uap_sibling_browser'],
        ['', ''],
      ]),
    ),
    map('$http_origin', '$uap_sibling_browser', [
      ['default', '$uap_sibling_origin'],
      ['', ''],
    ]),
    map('$http_sec_fetch_mode', '$uap_sibling_mode', [
      ['default', ''],
      ['cors', '$uap_sibling_origin'],
      ['no-cors', '$uap_sibling_origin'],
      ['websocket', '$uap_sibling_origin'],
    ]),
    map('$uap_client_origin$uap_same_instance_origin', '$uap_sibling_origin', [
      ['default', ''],
      ['', 'sibling'],
    ]),
  ]);
}

/** Whether there are origins whose scripts may read an app's answers. */
export function hasClientOrigins({ clientOrigins, sameInstanceCors }: ProxyModel): boolean {
  return clientOrigins.length > 0 || sameInstanceCors;
}

/** Which origins count as clients of the app that is asked for. */
export function originsConf(model: ProxyModel) {
  const origins = model.clientOrigins.map((origin): [string, string] => [literal(origin), '$http_origin']);
  const sibling = '(?:https?-)?\\k<instance>-\\d+';
  return confFile('origins.conf', "Origins whose scripts may read an app's answers.", [
    map('$http_origin', '$uap_client_origin', [
      ['default', model.sameInstanceCors ? '$uap_same_instance_origin' : ''],
      ['', ''],
      ...origins,
    ]),
    because(
      'Another port of the same instance.',
      map('$uap_instance$uap_port_suffix/$http_origin', '$uap_same_instance_origin', [
        ['default', ''],
        [
          `~^(?<instance>[\\d-]+)(?<port>(?::\\d+)?)/https://${sibling}\\.${regexLiteral(model.hostname)}\\k<port>$`,
          '$http_origin',
        ],
      ]),
    ),
  ]);
}

/** CORS headers of any answer to a client origin; Nginx leaves empty ones out. */
export function corsHeadersConf() {
  const add = (name: string, value: string) => directive('add_header', name, value, 'always');
  return confFile('cors-headers.conf', 'CORS headers of an answer to a client origin.', [
    add('Access-Control-Allow-Origin', '$uap_client_origin'),
    add('Access-Control-Allow-Credentials', '$uap_cors_credentials'),
    add('Vary', '$uap_cors_vary'),
  ]);
}

/** Values of {@link corsHeadersConf}: none where the origin is no client. */
export function corsMapsConf() {
  return confFile('cors-maps.conf', 'Values of CORS headers.', [
    map('$uap_client_origin', '$uap_cors_credentials', [
      ['default', 'true'],
      ['', ''],
    ]),
    map('$uap_client_origin', '$uap_cors_vary', [
      ['default', 'Origin'],
      ['', ''],
    ]),
  ]);
}

/** Headers of every answer that is the UAP's own. */
export function ownHeadersConf() {
  const add = (name: string, value: string) => directive('add_header', name, value, 'always');
  return confFile('own-headers.conf', "Headers of the UAP's own answers.", [
    add('Strict-Transport-Security', `max-age=${HSTS_MAX_AGE}`),
    add('X-Content-Type-Options', 'nosniff'),
    add('Referrer-Policy', 'no-referrer'),
    add('Cache-Control', 'no-store'),
  ]);
}
