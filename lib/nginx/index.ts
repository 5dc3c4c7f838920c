import type { InstanceFile } from '../instance-parts';
import { SCRIPTS } from '../instance-paths';
import { answersConf } from './answers';
import { limitsConf, logConf, nginxConf, publicPortConf, tlsConf } from './base';
import { healthFiles } from './health';
import { loadBalancerConf } from './load-balancer';
import { pageFiles } from './pages';
import { readAsset } from './paths';
import { proxyConf, proxyHeadersConf, proxyMapsConf } from './proxy';
import type { ProxyModel } from './proxy-model';
import { corsHeadersConf, corsMapsConf, originsConf, ownHeadersConf, requestsConf } from './requests';
import { serversConf } from './servers';
import { blockedConf, deniedConf, portsConf, rangesConf, targetConf } from './target';
import { variantFiles } from './variants';

/**
 * The Nginx configuration of one UAP: every file below `/etc/nginx`, and two scripts that must have run before Nginx
 * starts: `select-variants` (links the forms that fit the machine's Nginx) and `own-addresses` (denies the machine's
 * own). The certificate is looked for in `/etc/uap/tls`.
 *
 * Pure: the same model gives the same bytes. The model's values must be valid, see `lib/settings`.
 * @throws RangeError or Error for values that would change the meaning of the configuration.
 */
export function renderNginx(model: ProxyModel): InstanceFile[] {
  return [
    nginxConf(),
    publicPortConf(),
    tlsConf(),
    limitsConf(),
    logConf(model),
    targetConf(model),
    rangesConf(model),
    deniedConf(model),
    portsConf(model),
    blockedConf(model.blocked),
    originsConf(model),
    requestsConf(model),
    corsMapsConf(),
    corsHeadersConf(),
    proxyMapsConf(model),
    proxyConf(model),
    proxyHeadersConf(),
    answersConf(model),
    ownHeadersConf(),
    serversConf(model),
    ...variantFiles(model),
    loadBalancerConf(model),
    ...healthFiles(),
    ...pageFiles(model),
    ...['select-variants', 'own-addresses'].map((name) => ({
      path: `${SCRIPTS}/${name}`,
      content: readAsset(`scripts/${name}`),
      mode: '0755',
    })),
  ];
}
