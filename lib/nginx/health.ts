import { because, block, type Directive, directive, literal, location, map } from './directive';
import type { Feature } from './feature';
import type { MetricsSettings } from './metrics';
import { HEALTH, include } from './paths';

export interface HealthSettings extends MetricsSettings {
  /** The UAP's host name. */
  readonly hostname: string;
}

/** `/healthz`: `ok` for everybody, what is wrong for the networks that may read the metrics. Over plain HTTP as well. */
export function health({ hostname, metricsNetworks }: HealthSettings): Feature {
  return {
    about: "The UAP's health.",
    http: [
      map('$host$uri', '$uap_plain_healthz', [
        ['default', ''],
        [`${literal(hostname)}/healthz`, '1'],
      ]),
      because(
        'What a client may see of it.',
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
    // Until the instance's scripts know more.
    files: [{ path: `${HEALTH}/details.txt`, content: 'ok\n' }],
  };
}

/** What everybody gets. */
export function healthAnswer(): Directive[] {
  return [directive('default_type', 'text/plain'), unlessExpired(), directive('return', '200', 'ok')];
}

/**
 * While the certificate in use has expired, /healthz answers 503: a load balancer then sends users to instances that have
 * a newer one, and monitors see it. Everything else is served as before, so an instance alone loses nothing by it.
 */
function unlessExpired(): Directive {
  return because(
    'A file that the instance keeps, so that nothing is reloaded.',
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

/** `metrics` is included by the metrics of an Nginx without Lua. */
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
