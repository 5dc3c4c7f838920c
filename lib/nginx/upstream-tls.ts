import type { InstanceParts } from '../instance-parts';
import { directive, map } from './directive';
import type { Feature } from './feature';

/** What an upstream driver adds to the Nginx configuration of https upstreams, and what it needs on the instance. */
export interface UpstreamTls {
  /** Directives of the server that proxies to https upstreams, e.g. [["proxy_ssl_verify", "off"]]. */
  readonly directives: readonly (readonly string[])[];
  /**
   * Name that an upstream's certificate must be for, as Nginx reads it (`$host`); others get no request.
   * @default - upstreams aren't verified
   */
  readonly verifiedName?: string;
  /**
   * Whether the error log says why an upstream failed: its lines hold the query strings of those requests.
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
    about: 'Why a request found no upstream, where upstreams are verified.',
    apps: [
      // Nginx's error log quotes the request line, and tokens live in query strings: only the access log says what
      // goes wrong with a single request, unless the reasons matter more.
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

/** Page of a request that found no upstream. */
export function unreachablePage({ upstreamTls }: UpstreamTlsSettings): string {
  return upstreamTls.verifiedName === undefined ? 'unreachable' : '$uap_unreachable';
}

/**
 * Nginx says only in its error log whether nobody took the connection, there was no TLS, or the certificate was wrong: in
 * all of these the time of the connection stays empty, the last one where a kept connection had been tried before.
 */
function unreachableMap() {
  return map('$uap_protocol $upstream_connect_time', '$uap_unreachable', [
    ['default', 'unreachable'],
    ['~^https .*-$', 'unverified'],
  ]);
}
