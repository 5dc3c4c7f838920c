import { CERTIFICATE, CERTIFICATE_KEY, UAP } from '../../lib/nginx/paths';
import type { Lab } from '../lab';
import { startNginx } from '../process';
import { appAddress, appHost } from '../upstream';
import { renderedFiles } from './ours';
import { KEPT_CONNECTIONS, type Peer, type RunningPeer } from './peer';

/** Lines of `limits.conf` that are features, not settings of HTTP. */
const FEATURES = /^\s*limit_(conn|req)\w* .*\n/gm;

/** Our own settings of TLS and HTTP, so that they can't differ. */
function settings(lab: Lab): string {
  const files = renderedFiles();
  return ['limits', 'tls']
    .map((name) => {
      const file = files.find(({ path }) => path === `${UAP}/${name}.conf`);
      if (!file) throw new Error(`no ${name}.conf is rendered: the limit can't have the same settings`);
      return file.content;
    })
    .join('')
    .replace(FEATURES, '')
    .replaceAll('/var/lib/nginx/', '')
    .replaceAll(CERTIFICATE_KEY, lab.key)
    .replaceAll(CERTIFICATE, lab.certificate);
}

/** Features that an operator would turn on as well: a log like ours, and headers that describe the client to the app. */
const LOG = `
  log_format bench escape=json '{"time":"$time_iso8601","client":"$remote_addr","method":"$request_method","host":"$host",'
    '"path":"$uri","protocol":"$server_protocol","tls":"$ssl_protocol","upstream":"$upstream_addr",'
    '"upstream_status":"$upstream_status","upstream_connect_time":"$upstream_connect_time",'
    '"upstream_header_time":"$upstream_header_time","status":$status,"bytes_received":$request_length,'
    '"bytes_sent":$bytes_sent,"seconds":$request_time}';
  access_log logs/access.log bench buffer=64k flush=1s;
`;
const HEADERS = `
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Forwarded-Port $server_port;`;

/** One server and one static upstream for each protocol, nothing else. */
async function startLimit(lab: Lab, address: string, full: boolean): Promise<RunningPeer> {
  const server = (protocol: 'http' | 'https', first: string) => `
  upstream ${protocol} {
    server ${appAddress(protocol)};
    keepalive ${KEPT_CONNECTIONS};
    keepalive_requests 10000;
  }
  server {
    listen ${address}:443 ssl http2${first};
    server_name ${appHost(protocol)};
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Connection "";${full ? HEADERS : ''}
    proxy_buffering off;
    proxy_request_buffering off;
    proxy_buffer_size 32k;
    proxy_buffers 8 32k;
    proxy_busy_buffers_size 64k;
    proxy_ssl_protocols TLSv1.2 TLSv1.3;
    location / { proxy_pass ${protocol}://${protocol}; }
    location = /websocket {
      proxy_set_header Host $host;
      proxy_set_header Connection upgrade;
      proxy_set_header Upgrade $http_upgrade;
      proxy_read_timeout 25h;
      proxy_pass ${protocol}://${protocol};
    }
  }
`;
  const conf = `
user www-data;
worker_processes 1;
worker_rlimit_nofile 131072;
pcre_jit on;
pid nginx.pid;
error_log logs/error.log warn;
events { worker_connections 65536; }
http {
${settings(lab)}
${full ? LOG : '  access_log off;\n'}
${server('http', ' default_server so_keepalive=60s:15s:4')}
${server('https', '')}
}
`;
  const daemon = await startNginx(lab, full ? 'limit-full' : 'limit', conf, { address, port: 443 });
  return { address, pid: daemon.pid, reload: async () => daemon.signal('SIGHUP'), stop: () => daemon.stop() };
}

export const limit: Peer = {
  name: 'limit',
  title: 'the limit',
  about:
    'the same Nginx with the same settings of TLS and HTTP, streaming as ours does, one static upstream for each ' +
    'protocol and a keepalive pool, and nothing else: no log, no headers but Host, no limits per client',
  start: (lab) => startLimit(lab, '192.0.2.3', false),
};

export const limitFull: Peer = {
  name: 'limit-log',
  title: 'the limit with log and headers',
  about: 'the limit, and an access log with our fields in JSON, and our five headers about the client',
  start: (lab) => startLimit(lab, '192.0.2.4', true),
};
