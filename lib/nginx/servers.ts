import { answerLocations, pageErrorPages, pageLocation } from './answers';
import { because, block, type Directive, directive } from './directive';
import { healthzLocation, healthzPages, metricsLocation, monitor, plainHealthz } from './health';
import { refuseStrangers } from './load-balancer';
import { confFile, UAP } from './paths';
import { proxyErrorPages, proxyLocations } from './proxy';
import type { ProxyModel } from './proxy-model';

const listen = (name: string) => directive('include', `${UAP}/listen/${name}.conf`);

/** All servers; the first one of a port is the one for names that no other has. */
export function serversConf(model: ProxyModel) {
  return confFile('servers.conf', 'The servers: every other name, apps, the UAP itself, plain HTTP.', [
    otherNames(model),
    otherNamesPlain(),
    apps(model),
    apex(model),
    plainHttp(model),
    ...monitor(model),
  ]);
}

function otherNames(model: ProxyModel): Directive {
  return because(
    'Another name, an address, or no SNI: no handshake.',
    block(
      'server',
      [],
      [
        listen('https-first'),
        directive('server_name', '_'),
        directive('include', `${UAP}/reject/tls.conf`),
        ...refuseStrangers(model),
        because('The name in the handshake was ours, the one in the request is not.', directive('return', '421')),
      ],
    ),
  );
}

function otherNamesPlain(): Directive {
  return block(
    'server',
    [],
    [listen('http'), directive('server_name', '_'), because('Closes the connection.', directive('return', '444'))],
  );
}

function apps(model: ProxyModel): Directive {
  return block(
    'server',
    [],
    [
      listen('https'),
      directive('server_name', `*.${model.hostname}`),
      ...refuseStrangers(model),
      appsErrorLog(model),
      directive('client_max_body_size', String(model.maxBodySize)),
      because(
        'What a request needs at once; in 4k it would be allocated in pieces.',
        directive('request_pool_size', '16k'),
      ),
      directive('include', `${UAP}/proxy.conf`),
      directive('recursive_error_pages', 'on'),
      ...pageErrorPages(),
      ...proxyErrorPages(model),
      ...proxyLocations(model),
      ...answerLocations(model),
      pageLocation(),
    ],
  );
}

/**
 * Nginx's error log quotes the request line, and tokens live in query strings: what goes wrong with a single request
 * is told by the access log alone, unless the reasons matter more.
 */
function appsErrorLog({ upstreamTls }: ProxyModel): Directive {
  return directive('error_log', '/var/log/nginx/error.log', upstreamTls.logsReasons ? 'error' : 'alert');
}

/** The UAP's own host name. */
function apex(model: ProxyModel): Directive {
  const own = directive('include', `${UAP}/own-headers.conf`);
  return block(
    'server',
    [],
    [
      listen('https'),
      directive('server_name', model.hostname),
      ...refuseStrangers(model),
      directive('error_page', '404', '//uap/page/not-found.$uap_page_type'),
      directive('error_page', '405', '//uap/page/not-found.$uap_page_type'),
      block('location', ['=', '/'], [directive('rewrite', '^', '//uap/page/welcome.html', 'last')]),
      block('location', ['=', '/open'], [own, directive('return', '303', '$uap_open_url')]),
      healthzLocation(own),
      ...healthzPages(own),
      metricsLocation(model, own),
      block('location', ['/'], [directive('return', '404')]),
      pageLocation(),
    ],
  );
}

function plainHttp(model: ProxyModel): Directive {
  const redirect = directive('return', '308', 'https://$host$uap_port_suffix$request_uri');
  return block(
    'server',
    [],
    [
      listen('http'),
      directive('server_name', model.hostname, `*.${model.hostname}`),
      ...refuseStrangers(model),
      block('if', ['($uap_plain_healthz)'], [directive('rewrite', '^', '//uap/healthz', 'last')]),
      block('location', ['/'], [redirect]),
      plainHealthz(),
    ],
  );
}
