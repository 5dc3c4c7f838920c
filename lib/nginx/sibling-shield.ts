import { because, map } from './directive';
import type { Feature } from './feature';
import { CLIENT_ORIGIN, SAME_INSTANCE_ORIGIN } from './origins';
import { answerLocation } from './own-answers';

/** How requests between sibling hosts (other users' apps) are treated, by Fetch Metadata. */
export type SiblingShield = 'off' | 'report' | 'enforce';

export interface ShieldSettings {
  readonly siblingShield: SiblingShield;
}

/** `sibling` for a request between sibling hosts, else empty. */
export const SIBLING = '$uap_sibling';

/** Requests from other users' apps and other sites: `report` logs them, `enforce` refuses them. */
export function siblingShield({ siblingShield }: ShieldSettings): Feature {
  if (siblingShield === 'off') return { about: 'Empty: requests between sibling hosts pass.' };
  const maps = {
    about: 'Requests between sibling hosts.',
    http: [
      because(
        'Fetch Metadata: browsers set these headers, scripts can not.',
        map('$http_sec_fetch_site', SIBLING, [
          ['default', ''],
          ['', '$uap_sibling_upgrade'],
          ['same-site', '$uap_sibling_mode'],
          ['cross-site', '$uap_sibling_mode'],
        ]),
      ),
      because(
        'Chromium sends no Fetch Metadata with a WebSocket; all browsers send Origin.',
        map('$http_upgrade', '$uap_sibling_upgrade', [
          ['default', '$uap_sibling_browser'],
          ['', ''],
        ]),
      ),
      map('$http_origin', '$uap_sibling_browser', [
        ['default', '$uap_sibling_origin'],
        ['', ''],
      ]),
      map('$http_sec_fetch_mode', '$uap_sibling_mode', [
        ['default', ''],
        ['cors', '$uap_sibling_origin'],
        ['no-cors', '$uap_sibling_origin'],
        ['websocket', '$uap_sibling_origin'],
      ]),
      map(`${CLIENT_ORIGIN}${SAME_INSTANCE_ORIGIN}`, '$uap_sibling_origin', [
        ['default', ''],
        ['', 'sibling'],
      ]),
    ],
  };
  if (siblingShield === 'report') return maps;
  return {
    ...maps,
    detour: { condition: [`(${SIBLING})`], to: { answer: SIBLING } },
    apps: [answerLocation('sibling', 403)],
    pages: [{ name: 'sibling', title: 'A request from another site was refused', proxyError: 'http_request_denied' }],
  };
}
