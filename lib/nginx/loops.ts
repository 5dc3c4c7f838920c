import { because, literal, map, regexLiteral, setHeader } from './directive';
import type { Feature } from './feature';
import { answerIf, answerLocation } from './own-answers';
import { REFUSED } from './target';

export interface LoopSettings {
  /** The UAP's host name. */
  readonly hostname: string;
}

/** `CDN-Loop` (RFC 8586): the UAP adds its name, and refuses a request that already carries it. */
export function loops({ hostname }: LoopSettings): Feature {
  const name = literal(hostname);
  return {
    about: 'CDN-Loop (RFC 8586): the UAP adds its name, and refuses a request that already carries it.',
    http: [
      map('$http_cdn_loop', '$uap_cdn_loop', [
        ['default', `$http_cdn_loop, ${name}`],
        ['', name],
      ]),
      because(
        'A request that carries our name already passed this proxy.',
        map('$http_cdn_loop', '$uap_loop', [
          ['default', ''],
          [`~*(?:^|[\\s,])${regexLiteral(hostname)}(?:$|[\\s,;])`, 'loop'],
        ]),
      ),
    ],
    ordinary: [setHeader('CDN-Loop', name)],
    detour: {
      condition: ['($http_cdn_loop', '!=', '', ')'],
      to: { location: 'through_cdn', checks: [REFUSED, answerIf('$uap_loop')] },
    },
    detoured: [setHeader('CDN-Loop', '$uap_cdn_loop')],
    apps: [answerLocation('loop', 508)],
    pages: [{ name: 'loop', title: 'Request loop detected', proxyError: 'proxy_loop_detected' }],
  };
}
