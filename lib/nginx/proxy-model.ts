import type { UpstreamTls } from '../strategies/upstream-security';

/** Inclusive range of TCP ports. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** How requests between sibling hosts (other users' apps) are treated, by Fetch Metadata. */
export type SiblingShield = 'off' | 'report' | 'enforce';

/** Everything the Nginx configuration of one UAP depends on; made from a region's settings, with defaults filled in. */
export interface ProxyModel {
  /** The UAP's host name, lower-case, e.g. `proxy.cloud.org`. */
  readonly hostname: string;
  /** CIDRs, IPv4, that the UAP serves. */
  readonly upstreamRanges: readonly string[];
  /** Addresses or CIDRs inside of the ranges that are refused all the same; the operator's own and other UAPs. */
  readonly deniedAddresses: readonly string[];
  /** Ports that may be asked for: everything in `allowed` that is not in `denied`. */
  readonly ports: { readonly allowed: readonly PortRange[]; readonly denied: readonly PortRange[] };
  /** Whether `http-` names are served (in the clear between UAP and instance). */
  readonly httpUpstreams: boolean;
  readonly upstreamTls: UpstreamTls;
  /** Origins, e.g. `https://exosphere.app`, of web clients that call the users' apps from a browser. */
  readonly clientOrigins: readonly string[];
  /** Whether another port of the same instance counts as a client origin. */
  readonly sameInstanceCors: boolean;
  readonly siblingShield: SiblingShield;
  /** Where abuse is reported: a mail address or URL, shown on the pages. */
  readonly abuseContact?: string;
  /** Labels (`http-198-51-100-7-8888`) and addresses that are answered with 451. */
  readonly blocked: readonly string[];
  /** Networks that may read `/metrics` and the details of `/healthz`. */
  readonly metricsNetworks: readonly string[];
  /** Greatest request body in bytes, 0 = no limit. */
  readonly maxBodySize: number;
  /**
   * Networks of a load balancer (IPv4 CIDRs) in front of the UAP: it must say with the PROXY protocol who its client
   * is, and nobody else reaches the UAP. Empty: clients come by themselves.
   */
  readonly proxyProtocolFrom: readonly string[];
}
