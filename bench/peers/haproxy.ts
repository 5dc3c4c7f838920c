import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder, type Lab, UPSTREAM_RANGE } from '../lab';
import { PROXY_CORE, startDaemon } from '../process';
import { KEPT_CONNECTIONS, type Peer } from './peer';

const ADDRESS = '192.0.2.5';
const LABEL = '^(?:https?-)?([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+)[.].*';

/**
 * Without `pool-low-conn` it closes idle connections beyond those it needs at a time, though each is to another app.
 * Descriptors are the machine's to give; two for each connection, and some.
 */
function configuration(lab: Lab, files: number): string {
  return `
global
  nbthread 1
  maxconn ${Math.floor((files - 100) / 2)}
  ssl-server-verify none
  ssl-default-bind-options ssl-min-ver TLSv1.2
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
  ssl-default-bind-curves X25519:P-256:P-384
  tune.ssl.cachesize 80000

defaults
  mode http
  timeout connect 5s
  timeout client 75s
  timeout server 1h
  timeout tunnel 25h
  option http-keep-alive

frontend front
  bind ${ADDRESS}:443 ssl crt ${lab.pem} alpn h2,http/1.1
  use_backend app_http if { req.hdr(host) -m beg http- }
  default_backend app_https

backend app_http
${destination()}
  server app 0.0.0.0:0 pool-max-conn ${KEPT_CONNECTIONS} pool-low-conn ${KEPT_CONNECTIONS}

backend app_https
${destination()}
  server app 0.0.0.0:0 pool-max-conn ${KEPT_CONNECTIONS} pool-low-conn ${KEPT_CONNECTIONS} ssl verify none sni req.hdr(host)
`;
}

function destination(): string {
  return `  http-reuse always
  http-request set-dst 'req.hdr(host),regsub("${LABEL}","\\1.\\2.\\3.\\4")'
  http-request set-dst-port 'req.hdr(host),regsub("${LABEL}","\\5")'
  http-request deny unless { dst ${UPSTREAM_RANGE} }`;
}

export const haproxy: Peer = {
  name: 'haproxy',
  title: 'HAProxy',
  about:
    'destination from the host name by one regular expression for the address and one for the port, one range ' +
    'checked, `http-reuse always`; no log, no headers',
  async start(lab) {
    const file = path.join(folder(lab, 'haproxy'), 'haproxy.cfg');
    const files = Number(execFileSync('bash', ['-c', 'ulimit -n']));
    writeFileSync(file, configuration(lab, files));
    const daemon = await startDaemon([...PROXY_CORE, 'haproxy', '-db', '-f', file], { address: ADDRESS, port: 443 });
    return { address: ADDRESS, pid: daemon.pid, stop: () => daemon.stop() };
  },
};
