import type { ProxyModel } from '../nginx/proxy-model';
import type { UpstreamTls } from '../strategies/upstream-security';
import type { ResolvedRegion } from './region';

/**
 * What the Nginx configuration of a region's UAP depends on.
 * @example proxyModel(region, region.upstreamSecurity.render())
 */
export function proxyModel(region: ResolvedRegion, upstreamTls: UpstreamTls): ProxyModel {
  return {
    hostname: region.hostname,
    upstreamRanges: region.upstreamRanges.map(String),
    deniedAddresses: region.deniedAddresses.map(String),
    ports: region.ports,
    httpUpstreams: region.httpUpstreams,
    upstreamTls,
    clientOrigins: region.clientOrigins,
    sameInstanceCors: region.sameInstanceCors,
    siblingShield: region.siblingShield,
    abuseContact: region.abuseContact,
    blocked: region.blocked,
    metricsNetworks: region.metricsNetworks.map(String),
    maxBodySize: region.maxBodySize,
    proxyProtocolFrom: region.loadBalancer.sourceRanges,
  };
}
