import { HOSTNAME } from '../lab';
import { startNginx } from '../process';
import type { Peer } from './peer';

const ADDRESS = '192.0.2.7';
const NAME = HOSTNAME.replaceAll('.', '\\.');
const OCTET = '[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]';

export const plain: Peer = {
  name: 'plain',
  title: 'the plain configuration',
  about:
    "what UAPs use today: Debian's Nginx with its own log, regular expressions on the host name and variables in " +
    '`proxy_pass`: a connection, and with https a TLS handshake, for each request',
  opensConnections: true,
  webSockets: false,
  async start(lab) {
    const conf = `
user www-data;
worker_processes 1;
pid nginx.pid;
error_log logs/error.log;
events { worker_connections 65536; }
http {
  access_log logs/access.log;
  ssl_certificate ${lab.certificate};
  ssl_certificate_key ${lab.key};
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:tls:20m;
  keepalive_requests 10000;
  map_hash_bucket_size 256;
  map $host $proto {
    default https;
    "~*^(http|https)-198-51-100-(\\d+)-(\\d+)\\.${NAME}$" $1;
  }
  map $host $octet4 {
    "~*^(http-|https-)?198-51-100-(${OCTET})-(\\d+)\\.${NAME}$" $2;
  }
  map $host $port {
    "~*^(http-|https-)?198-51-100-(\\d+)-(\\d+)\\.${NAME}$" $3;
  }
  server {
    listen ${ADDRESS}:443 ssl http2;
    server_name *.${HOSTNAME};
    client_max_body_size 10G;
    location / {
      proxy_pass $proto://198.51.100.$octet4:$port;
      proxy_ssl_verify off;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`;
    const daemon = await startNginx(lab, 'plain', conf, { address: ADDRESS, port: 443 });
    return {
      address: ADDRESS,
      pid: daemon.pid,
      reload: async () => daemon.signal('SIGHUP'),
      stop: () => daemon.stop(),
    };
  },
};
