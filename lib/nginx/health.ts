import { because, block, type Directive, directive, literal, location, map } from './directive';
import type { Feature } from './feature';
import type { MetricsSettings } from './metrics';
import { HEALTH, include } from './paths';

export interface HealthSettings extends MetricsSettings {
  /** The UAP's host name. */
  readonly hostname: string;
}

/** `/healthz`, over plain HTTP too: `ok` for every client, details for the networks that may read the metrics. */
export function health({ hostname, metricsNetworks }: HealthSettings): Feature {
  return {
    about: "The UAP's health.",
    http: [
      map('$host$uri', '$uap_plain_healthz', [
        ['default', ''],
        [`${literal(hostname)}/healthz`, '1'],
      ]),
      because(
        'Which clients see details.',
        block(
          'geo',
          ['$uap_health'],
          [directive('default', 'expired'), ...metricsNetworks.map((network) => directive(String(network), 'details'))],
        ),
      ),
    ],
    uap: [healthz(), ...healthPages()],
    plain: [
      block('if', ['($uap_plain_healthz)'], [directive('rewrite', '^', '//uap/healthz', 'last')]),
      location(['=', '//uap/healthz'], [directive('internal'), ...healthAnswer()]),
    ],
    // Served until the instance's scripts write it.
    files: [{ path: `${HEALTH}/details.txt`, content: 'ok\n' }],
  };
}

/** The response for every client. */
export function healthAnswer(): Directive[] {
  return [directive('default_type', 'text/plain'), unlessExpired(), directive('return', '200', 'ok')];
}

/**
 * While the certificate in use is expired, /healthz answers 503: a load balancer then prefers instances with a newer
 * certificate, and monitors notice. Other requests are served as before, so a single instance stays usable.
 */
function unlessExpired(): Directive {
  return because(
    'The instance creates and removes this file, so that no reload is needed.',
    block('if', ['(-f', `${HEALTH}/expired)`], [directive('return', '503')]),
  );
}

function healthz(): Directive {
  return location(
    ['=', '/healthz'],
    [
      include('own-headers'),
      directive('default_type', 'text/plain'),
      directive('error_page', '503', '//uap/health/$uap_health'),
      unlessExpired(),
      block('if', ['($uap_health', '=', 'details)'], [directive('rewrite', '^', '//uap/health/details', 'last')]),
      directive('return', '200', 'ok'),
    ],
  );
}

/** Without Lua, the page of the metrics includes `metrics`. */
function healthPages(): Directive[] {
  const internal = (name: string, content: Directive) =>
    location(
      ['=', `//uap/health/${name}`],
      [directive('internal'), include('own-headers'), directive('default_type', 'text/plain'), content],
    );
  return [
    internal('details', directive('alias', `${HEALTH}/details.txt`)),
    internal('expired', directive('return', '503', 'expired')),
    internal('metrics', directive('alias', `${HEALTH}/metrics.txt`)),
  ];
}
