import { addHeader, because, directive, location, map } from './directive';
import type { Feature } from './feature';
import { CLIENT_ORIGIN, type OriginSettings } from './origins';
import { ANSWERS, answerIf } from './own-answers';
import { include } from './paths';
import { REFUSED } from './target';

export type CorsSettings = OriginSettings;

/** CORS headers that the UAP sets for a client origin, in place of the app. */
const OURS = [
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Headers',
  'Access-Control-Max-Age',
];

/** Seconds that a browser remembers the answer to a preflight; browsers cap it. */
const MAX_AGE = 86400;

/** Lets scripts of client origins read the apps' responses, and answers their preflights. */
export function cors({ clientOrigins, sameInstanceCors }: CorsSettings): Feature {
  if (clientOrigins.length === 0 && !sameInstanceCors) return { about: 'Empty: no client origins are set.' };
  return {
    about: 'CORS for client origins.',
    http: [
      because(
        'An OPTIONS request with Access-Control-Request-Method and an Origin is a preflight (Fetch standard, 4.8).',
        map('$request_method', '$uap_preflight', [
          ['default', ''],
          ['OPTIONS', '$uap_preflight_method'],
        ]),
      ),
      map('$http_access_control_request_method', '$uap_preflight_method', [
        ['default', 'preflight'],
        ['', ''],
      ]),
      map(CLIENT_ORIGIN, '$uap_cors_credentials', [
        ['default', 'true'],
        ['', ''],
      ]),
      map(CLIENT_ORIGIN, '$uap_cors_vary', [
        ['default', 'Origin'],
        ['', ''],
      ]),
    ],
    detour: {
      condition: [`(${CLIENT_ORIGIN})`],
      to: {
        location: 'client_origin',
        checks: [REFUSED, answerIf('$uap_preflight')],
        directives: [...OURS.map((name) => directive('proxy_hide_header', name)), include('cors-headers')],
      },
    },
    apps: [preflight()],
    pageLocation: [include('cors-headers')],
    confFiles: [
      {
        name: 'cors-headers',
        about: 'CORS headers of a response to a client origin; Nginx omits empty ones.',
        directives: [
          addHeader('Access-Control-Allow-Origin', CLIENT_ORIGIN),
          addHeader('Access-Control-Allow-Credentials', '$uap_cors_credentials'),
          addHeader('Vary', '$uap_cors_vary'),
        ],
      },
    ],
  };
}

function preflight() {
  return location(
    ['=', `${ANSWERS}preflight`],
    [
      directive('internal'),
      include('own-headers'),
      include('cors-headers'),
      addHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'),
      addHeader('Access-Control-Allow-Headers', '$http_access_control_request_headers'),
      addHeader('Access-Control-Max-Age', String(MAX_AGE)),
      directive('return', '204'),
    ],
  );
}
