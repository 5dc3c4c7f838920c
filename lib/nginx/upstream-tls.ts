import type { InstanceParts } from '../instance-parts';
import { directive, map } from './directive';
import type { Feature } from './feature';

/** Nginx directives for https upstreams, and the files that they need on the instance. */
export interface UpstreamTls {
  /** Directives of the server that proxies to https upstreams, e.g. [["proxy_ssl_verify", "off"]]. */
  readonly directives: readonly (readonly string[])[];
  /**
   * Name that an upstream's certificate must be valid for, as a value of Nginx, e.g. `$host`; others get no request.
   * @default - upstreams aren't verified
   */
  readonly verifiedName?: string;
  /**
   * Whether the error log says why an upstream failed; its lines include the query strings of those requests.
   * @default false
   */
  readonly logsReasons?: boolean;
  /** Its files, hooks and apply-time files on the instance. */
  readonly parts: InstanceParts;
}

export interface UpstreamTlsSettings {
  readonly upstreamTls: UpstreamTls;
}

/** TLS towards the apps. */
export function upstreamTls({ upstreamTls }: UpstreamTlsSettings): Feature {
  const { directives, verifiedName, logsReasons } = upstreamTls;
  return {
    about: 'Which page a request without an upstream gets.',
    apps: [
      // Nginx's error log quotes the request line, whose query string may hold tokens: failures of single requests are
      // only in the access log, unless the reasons matter more.
      directive('error_log', '/var/log/nginx/error.log', logsReasons ? 'error' : 'alert'),
      directive('proxy_ssl_server_name', 'on'),
      directive('proxy_ssl_protocols', 'TLSv1.2', 'TLSv1.3'),
      ...directives.map(([name = '', ...args]) => directive(name, ...args)),
    ],
    ...(verifiedName !== undefined && {
      http: [unreachableMap()],
      pages: [
        {
          name: 'unverified',
          title: 'The app does not answer, or is not verified',
          proxyError: 'destination_unavailable',
        },
      ],
    }),
  };
}

/** Page of a request without an upstream. */
export function unreachablePage({ upstreamTls }: UpstreamTlsSettings): string {
  return upstreamTls.verifiedName === undefined ? 'unreachable' : '$uap_unreachable';
}

/**
 * Only Nginx's error log distinguishes a refused connection, missing TLS and a wrong certificate. In all of them the
 * connect time stays empty: the last one, if a kept connection was tried before.
 */
function unreachableMap() {
  return map('$uap_protocol $upstream_connect_time', '$uap_unreachable', [
    ['default', 'unreachable'],
    ['~^https .*-$', 'unverified'],
  ]);
}
