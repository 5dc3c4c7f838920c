import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder, type Lab, UPSTREAM_RANGE } from '../lab';
import { PROXY_CORE, startDaemon } from '../process';
import { KEPT_CONNECTIONS, type Peer, type RunningPeer } from './peer';

const LABEL = '^(?:https?-)?([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+)[.].*';

/** A line of our fields in JSON; the status of the upstream is the same as the client's, and times are in ms. */
const LOG = `
  http-request capture req.hdr(host) len 128
  log-format '%{+E}o{"time":"%T","client":"%ci","method":"%HM","host":"%[capture.req.hdr(0)]","path":"%HPO",\
"protocol":"%HV","tls":"%sslv","upstream":"%si:%sp","upstream_status":"%ST","upstream_connect_time":"%Tc",\
"upstream_header_time":"%Tr","status":%ST,"bytes_received":%U,"bytes_sent":%B,"seconds":%Ta}'
`;
const HEADERS = `
  http-request set-header X-Real-IP %[src]
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Port %[dst_port]
`;

/**
 * Without `pool-low-conn` it closes idle connections beyond those in use, although each leads to another app.
 * Each connection needs two file descriptors, within the machine's limit.
 */
function configuration(lab: Lab, address: string, full: boolean, files: number): string {
  return `
global
  nbthread 1
  maxconn ${Math.floor((files - 100) / 2)}
  ssl-server-verify none
  ssl-default-bind-options ssl-min-ver TLSv1.2
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
  ssl-default-bind-curves X25519:P-256:P-384
  tune.ssl.cachesize 80000
  ${full ? 'log stdout format raw daemon' : ''}

defaults
  mode http
  timeout connect 5s
  timeout client 75s
  timeout server 1h
  timeout tunnel 25h
  option http-keep-alive
  ${full ? 'log global' : ''}

frontend front
  bind ${address}:443 ssl crt ${lab.pem} alpn h2,http/1.1
${full ? LOG + HEADERS : ''}  use_backend app_http if { req.hdr(host) -m beg http- }
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

async function startHaproxy(lab: Lab, address: string, full: boolean): Promise<RunningPeer> {
  const home = folder(lab, full ? 'haproxy-full' : 'haproxy');
  const [file, log] = ['haproxy.cfg', 'access.log'].map((name) => path.join(home, name)) as [string, string];
  const files = Number(execFileSync('bash', ['-c', 'ulimit -n']));
  writeFileSync(file, configuration(lab, address, full, files));
  // It writes each line separately, to a file in memory like those of the other peers.
  const toFile = full ? ['bash', '-c', 'exec "$@" > "$0"', log] : [];
  const daemon = await startDaemon([...toFile, ...PROXY_CORE, 'haproxy', '-db', '-f', file], { address, port: 443 });
  return { address, pid: daemon.pid, stop: () => daemon.stop() };
}

export const haproxy: Peer = {
  name: 'haproxy',
  title: 'HAProxy',
  about:
    'destination from the host name by one regular expression for the address and one for the port, one range ' +
    'checked, `http-reuse always`; no log, no headers',
  start: (lab) => startHaproxy(lab, '192.0.2.5', false),
};

export const haproxyFull: Peer = {
  name: 'haproxy-log',
  title: 'HAProxy with log and headers',
  about:
    'HAProxy, and an access log with our fields in JSON, a system call for each line as it buffers none, and our five ' +
    'headers about the client',
  start: (lab) => startHaproxy(lab, '192.0.2.8', true),
};
