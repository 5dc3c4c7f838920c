import type { InstanceFile } from '../instance-parts';
import { SCRIPTS } from '../instance-paths';
import { accessLog } from './access-log';
import { cors } from './cors';
import { because, block, type Directive, directive, printDirectives } from './directive';
import type { ConfFile, Feature } from './feature';
import { forwarding } from './forwarding';
import { health } from './health';
import { isolation } from './isolation';
import { limits } from './limits';
import { listen } from './listen';
import { loadBalancer } from './load-balancer';
import { loops } from './loops';
import { metrics } from './metrics';
import { origins } from './origins';
import { otherNames } from './other-names';
import { ownPages } from './own-pages';
import { below, include, printConfFile, readAsset, UAP } from './paths';
import { INSTANCE, type Place } from './place';
import { plainHttp } from './plain-http';
import type { ProxyModel } from './proxy-model';
import { serverConfs } from './servers';
import { siblingShield } from './sibling-shield';
import { target } from './target';
import { tls } from './tls';
import { upgrade } from './upgrade';
import { upstream } from './upstream';
import { upstreamTls } from './upstream-tls';
import { welcome } from './welcome';

/**
 * All features by file name, in their order within each context. Requests to apps check the detours in this order.
 */
function featuresOf(model: ProxyModel, place: Place): Record<string, Feature> {
  const features: Record<string, Feature> = {
    // First, because sizes of hash tables apply to the maps after them.
    limits: limits(model),
    listen: listen(model, place),
    tls: tls(),
    'load-balancer': loadBalancer(model, place),
    'access-log': accessLog(model),
    'other-names': otherNames(),
    target: target(model),
    origins: origins(model, place),
    loops: loops(model),
    cors: cors(model),
    'sibling-shield': siblingShield(model),
    upgrade: upgrade(),
    forwarding: forwarding(model, place),
    isolation: isolation(),
    'upstream-tls': upstreamTls(model),
    upstream: upstream(model),
    health: health(model),
    metrics: metrics(model),
    welcome: welcome(model, place),
    'plain-http': plainHttp(place),
  };
  return { ...features, 'own-pages': ownPages(model, Object.values(features)) };
}

/**
 * The Nginx configuration of one UAP: every file below `/etc/nginx`, and two scripts to run before Nginx starts:
 * `select-variants` (links the variants that fit the machine's Nginx) and `own-addresses` (denies the machine's own
 * addresses). Nginx reads the certificate from `/etc/uap/tls`.
 *
 * Pure: the same model and place give the same bytes. The model's values must be valid, see `lib/settings`.
 * @throws RangeError or Error for values that would change the meaning of the configuration.
 */
export function renderNginx(model: ProxyModel, place: Place = INSTANCE): InstanceFile[] {
  const byName = featuresOf(model, place);
  const features = Object.values(byName);
  const ownFiles = Object.entries(byName).flatMap(([name, { about, http }]): ConfFile[] =>
    http ? [{ name, about, directives: http }] : [],
  );
  const confFiles = [
    ...ownFiles,
    ...serverConfs(model.hostname, features),
    ...features.flatMap((feature) => feature.confFiles ?? []),
  ];
  return [
    nginxConf([...ownFiles.map(({ name }) => include(name)), include('servers')], place),
    ...confFiles.map((file) => printConfFile(file, place.root)),
    ...features.flatMap(({ files = [] }) => files),
    { path: `${SCRIPTS}/select-variants`, content: readAsset('scripts/select-variants'), mode: '0755' },
  ];
}

/** Replaces the distribution's main file, whose content differs between distributions and is not needed. */
function nginxConf(http: readonly Directive[], { root, workers }: Place): InstanceFile {
  const directives = [
    directive('include', '/etc/nginx/modules-enabled/*.conf'),
    directive('user', 'www-data'),
    directive('worker_processes', workers),
    because(
      'A proxied request uses two connections, each with a file descriptor.',
      directive('worker_rlimit_nofile', '131072'),
    ),
    directive('pcre_jit', 'on'),
    directive('pid', '/run/nginx.pid'),
    directive('error_log', '/var/log/nginx/error.log', 'warn'),
    block('events', [], [directive('worker_connections', '65536')]),
    block('http', [], http),
  ];
  const about = `# Configuration of a User Application Proxy; generated, see the files in ${UAP}.\n`;
  return { path: '/etc/nginx/nginx.conf', content: `${about}${printDirectives(below(root, directives))}` };
}
