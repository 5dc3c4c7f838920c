import { because, block, type Directive, directive, literal, map } from './directive';
import { healthGeo } from './health';
import { confFile, UAP } from './paths';
import type { ProxyModel } from './proxy-model';

/**
 * Answers of the UAP's own inside of an app's server, by name: the status and the page. The names are those that
 * `$uap_refusal` and `$uap_answer` can have.
 *
 * Their locations begin with two slashes: Nginx merges slashes before it looks for the location of a request, so that
 * no request finds them, and every path stays the app's own.
 */
const ANSWERS = [
  { name: 'malformed', status: 404 },
  { name: 'range', status: 403 },
  { name: 'denied', status: 403 },
  { name: 'port', status: 403 },
  { name: 'protocol', status: 403 },
  { name: 'sibling', status: 403 },
  { name: 'blocked', status: 451 },
  { name: 'loop', status: 508 },
] as const;

/** Answers a request whose target is not served, at the price of reading its name. */
export const REFUSED = block(
  'if',
  ['($uap_refusal)'],
  [directive('rewrite', '^', '//uap/answer/$uap_refusal', 'last')],
);

/** Pages for failures that Nginx itself reports; an upstream's own answers pass untouched. */
const FAILURES = [
  { status: 413, page: 'too-large' },
  { status: 429, page: 'too-many' },
  { status: 500, page: 'internal' },
  { status: 504, page: 'timeout' },
] as const;

const CORS_MAX_AGE = 86400;

export function pageErrorPages(): Directive[] {
  return [
    ...FAILURES.map(({ status, page }) => directive('error_page', status, pageUri(page))),
    directive('error_page', '502', NO_UPSTREAM),
  ];
}

/** Where a request ended that found no upstream: the Lua balancer refused it, or nobody answered. */
const NO_UPSTREAM = '//uap/no-upstream';

function noUpstream({ upstreamTls }: ProxyModel): Directive {
  const page = pageUri(upstreamTls.verifiedName ? '$uap_unreachable' : 'unreachable');
  return block(
    'location',
    ['=', NO_UPSTREAM],
    [directive('internal'), REFUSED, directive('error_page', '502', page), directive('return', '502')],
  );
}

/**
 * The page of a 502 where upstreams are verified. Nginx says only in its error log whether nobody took the connection,
 * there was no TLS, or the certificate was wrong: in all of these the time of the connection stays empty, the last one
 * where a kept connection had been tried before.
 */
function unreachableMap({ upstreamTls }: ProxyModel): Directive[] {
  if (!upstreamTls.verifiedName) return [];
  return [
    map('$uap_protocol $upstream_connect_time', '$uap_unreachable', [
      ['default', 'unreachable'],
      ['~^https .*-$', 'unverified'],
    ]),
  ];
}

export function answerLocations(model: ProxyModel): Directive[] {
  return [
    ...ANSWERS.map(({ name, status }) =>
      block(
        'location',
        ['=', `//uap/answer/${name}`],
        [directive('internal'), directive('error_page', status, pageUri(name)), directive('return', status)],
      ),
    ),
    noUpstream(model),
    preflight(),
  ];
}

function preflight(): Directive {
  const add = (name: string, value: string) => directive('add_header', name, value, 'always');
  return block(
    'location',
    ['=', '//uap/answer/preflight'],
    [
      directive('internal'),
      directive('include', `${UAP}/own-headers.conf`),
      directive('include', `${UAP}/cors-headers.conf`),
      add('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'),
      add('Access-Control-Allow-Headers', '$http_access_control_request_headers'),
      add('Access-Control-Max-Age', String(CORS_MAX_AGE)),
      directive('return', '204'),
    ],
  );
}

/** The pages: files with server-side includes, which print variables escaped for HTML. */
export function pageLocation(): Directive {
  return block(
    'location',
    ['//uap/page/'],
    [
      because(
        'The page of a request that is too large has no limit, else it would be refused itself.',
        directive('client_max_body_size', '0'),
      ),
      directive('internal'),
      directive('alias', `${UAP}/pages/`),
      block('types', [], [directive('text/html', 'html'), directive('text/plain', 'txt')]),
      directive('charset', 'utf-8'),
      directive('ssi', 'on'),
      directive('ssi_types', 'text/plain'),
      directive('ssi_last_modified', 'off'),
      directive('etag', 'off'),
      directive('include', `${UAP}/own-headers.conf`),
      directive('include', `${UAP}/cors-headers.conf`),
      directive('include', `${UAP}/page-headers.conf`),
      directive('include', `${UAP}/upstream/page.conf`),
    ],
  );
}

export function answersConf(model: ProxyModel) {
  const form = '(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})-(\\d{1,5})$';
  return confFile('answers.conf', "Values that the UAP's own answers need.", [
    because(
      'People get a page, every other client a line of text.',
      map('$http_accept', '$uap_page_type', [
        ['default', 'txt'],
        ['~*text/html', 'html'],
      ]),
    ),
    map('$host$uri', '$uap_plain_healthz', [
      ['default', ''],
      [`${literal(model.hostname)}/healthz`, '1'],
    ]),
    healthGeo(model),
    because(
      "The form's address in dots, as the label wants it.",
      map('$arg_protocol-$arg_address-$arg_port', '$uap_open_label', [
        ['default', 'form'],
        [`~^http-${form}`, 'http-$1-$2-$3-$4-$5'],
        [`~^https-${form}`, '$1-$2-$3-$4-$5'],
      ]),
    ),
    map('$uap_open_label', '$uap_open_url', [
      ['default', `https://$uap_open_label.${literal(model.hostname)}$uap_port_suffix/`],
      ['form', `https://${literal(model.hostname)}$uap_port_suffix/`],
    ]),
    ...unreachableMap(model),
  ]);
}

function pageUri(page: string): string {
  return `//uap/page/${page}.$uap_page_type`;
}
