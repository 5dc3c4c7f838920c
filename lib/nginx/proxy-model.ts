import type { AccessLogSettings } from './access-log';
import type { CorsSettings } from './cors';
import type { LimitSettings } from './limits';
import type { LoadBalancerSettings } from './load-balancer';
import type { MetricsSettings } from './metrics';
import type { PageSettings } from './own-pages';
import type { ShieldSettings } from './sibling-shield';
import type { TargetSettings } from './target';
import type { UpstreamTlsSettings } from './upstream-tls';

/** Input of the Nginx configuration of one UAP: the settings that its features read. */
export type ProxyModel = AccessLogSettings &
  CorsSettings &
  LimitSettings &
  LoadBalancerSettings &
  MetricsSettings &
  PageSettings &
  ShieldSettings &
  TargetSettings &
  UpstreamTlsSettings;
