import { addHeader, because, directive } from './directive';
import type { Feature } from './feature';

const AGENT_CLUSTER = 'Origin-Agent-Cluster';

/** Isolates apps from their siblings, which share their registrable domain. */
export function isolation(): Feature {
  return {
    about: 'Isolates apps from their siblings.',
    apps: [
      because(
        'An app must not set cookies for its siblings. Nginx misses a Domain after tabs or in a cookie without "=".',
        directive('proxy_cookie_domain', '~.*', '$host'),
      ),
    ],
    proxied: [directive('proxy_hide_header', AGENT_CLUSTER), addHeader(AGENT_CLUSTER, '?1')],
  };
}
