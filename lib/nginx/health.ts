import { because, block, type Directive, directive } from './directive';
import { refuseStrangers } from './load-balancer';
import { HEALTH, HEALTH_PORT, UAP } from './paths';
import type { ProxyModel } from './proxy-model';

/**
 * While the certificate in use has expired, /healthz answers 503: a load balancer then sends users to instances that have
 * a newer one, and monitors see it. Everything else is served as before, so an instance alone loses nothing by it.
 */
const unlessExpired = (): Directive =>
  because(
    'A file that the instance keeps, so that nothing is reloaded.',
    block('if', ['(-f', `${HEALTH}/expired)`], [directive('return', '503')]),
  );

/** `/healthz`: `ok` for everybody, what is wrong for the networks that may read the metrics. */
export function healthzLocation(own: Directive): Directive {
  return block(
    'location',
    ['=', '/healthz'],
    [
      own,
      directive('default_type', 'text/plain'),
      directive('error_page', '503', '//uap/health/$uap_health'),
      unlessExpired(),
      block('if', ['($uap_health', '=', 'details)'], [directive('rewrite', '^', '//uap/health/details', 'last')]),
      directive('return', '200', 'ok'),
    ],
  );
}

export function healthzPages(own: Directive): Directive[] {
  const internal = (name: string, directives: readonly Directive[]) =>
    block(
      'location',
      ['=', `//uap/health/${name}`],
      [directive('internal'), own, directive('default_type', 'text/plain'), ...directives],
    );
  return [
    internal('details', [directive('alias', `${HEALTH}/details.txt`)]),
    internal('expired', [directive('return', '503', 'expired')]),
    internal('metrics', [directive('alias', `${HEALTH}/metrics.txt`)]),
  ];
}

/** `/metrics`, for the operator's networks alone. */
export function metricsLocation({ metricsNetworks }: ProxyModel, own: Directive): Directive {
  return block(
    'location',
    ['=', '/metrics'],
    [
      own,
      ...metricsNetworks.map((network) => directive('allow', network)),
      directive('deny', 'all'),
      directive('default_type', 'text/plain'),
      directive('include', `${UAP}/upstream/metrics.conf`),
    ],
  );
}

/** What a client may see of the health. */
export function healthGeo({ metricsNetworks }: ProxyModel): Directive {
  return block(
    'geo',
    ['$uap_health'],
    [directive('default', 'expired'), ...metricsNetworks.map((network) => directive(network, 'details'))],
  );
}

/** What everybody gets. */
const answer = (): Directive[] => [
  directive('default_type', 'text/plain'),
  unlessExpired(),
  directive('return', '200', 'ok'),
];

/** Over plain HTTP. */
export function plainHealthz(): Directive {
  return block('location', ['=', '//uap/healthz'], [directive('internal'), ...answer()]);
}

/**
 * For health monitors of a load balancer: Octavia's speak TLS without a name, send no Host, and leave the PROXY protocol
 * away where they are told a port of their own.
 */
export function monitor(model: ProxyModel): Directive[] {
  if (model.proxyProtocolFrom.length === 0) return [];
  return [
    block(
      'server',
      [],
      [
        directive('listen', HEALTH_PORT),
        directive('access_log', 'off'),
        ...refuseStrangers(model),
        block('location', ['=', '/healthz'], answer()),
        block('location', ['/'], [directive('return', '404')]),
      ],
    ),
  ];
}

/** What /healthz and /metrics say until the instance's scripts know more. */
export function healthFiles() {
  return [
    { path: `${HEALTH}/details.txt`, content: 'ok\n' },
    { path: `${HEALTH}/metrics.txt`, content: '' },
  ];
}
