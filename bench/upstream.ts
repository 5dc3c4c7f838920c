import { execFileSync } from 'node:child_process';
import { get } from 'node:http';
import path from 'node:path';
import { formatLabel, type Protocol } from '../lib/hostname';
import { folder, HOSTNAME, type Lab } from './lab';
import { startNginx } from './process';

/** The upstream's answer on `/small`. */
export const BODY = `${'the answer of the upstream, and of nobody else '.repeat(2)}\n`;

const HTTP_PORTS = { first: 8000, count: 80 };
const HTTPS_PORT = 9443;

/** Number of apps with plain HTTP. */
export const APPS = 254 * HTTP_PORTS.count;
const STATUS = { host: '127.0.0.1', port: 7000 };

/** Host name of an app on the upstream; a number below {@link APPS} selects one with plain HTTP. */
export function appHost(protocol: Protocol, number = 0): string {
  const octet = 1 + (number % 254);
  const port = protocol === 'https' ? HTTPS_PORT : HTTP_PORTS.first + (Math.floor(number / 254) % HTTP_PORTS.count);
  return `${formatLabel({ address: `198.51.100.${octet}`, port, protocol })}.${HOSTNAME}`;
}

/** Address and port of the app of `appHost(protocol)`. */
export function appAddress(protocol: Protocol): string {
  return `198.51.100.1:${protocol === 'https' ? HTTPS_PORT : HTTP_PORTS.first}`;
}

export interface Counters {
  readonly connections: number;
  readonly requests: number;
}

export interface Upstream {
  /** A file with the size of `/large`. */
  readonly large: string;
  /** Connections accepted and requests answered so far. */
  counters(): Promise<Counters>;
  stop(): Promise<void>;
}

/** A separate Nginx that serves all apps of all instances. */
export async function startUpstream(lab: Lab, transferBytes: number): Promise<Upstream> {
  const files = folder(lab, 'upstream/files');
  // A sparse file, which uses no memory and is cheap to read.
  const large = path.join(files, 'large');
  execFileSync('truncate', ['-s', String(transferBytes), large]);
  const daemon = await startNginx(lab, 'upstream', conf(lab, files), { address: STATUS.host, port: STATUS.port }, []);
  let asked = 0;
  return {
    large,
    async counters() {
      const { connections, requests } = await readStatus();
      asked++;
      // Reading the status page is a connection and a request as well.
      return { connections: connections - asked, requests: requests - asked };
    },
    stop: () => daemon.stop(),
  };
}

function conf(lab: Lab, files: string): string {
  const ports = Array.from(
    { length: HTTP_PORTS.count },
    (_, i) => `    listen ${HTTP_PORTS.first + i} backlog=4096;\n`,
  );
  return `
include /etc/nginx/modules-enabled/*.conf;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events { worker_connections 50000; }
http {
  access_log off;
  sendfile on;
  keepalive_requests 100000000;
  keepalive_timeout 300s;
  client_max_body_size 0;
  client_body_temp_path body;
  lua_package_path ';;';
  ssl_certificate ${lab.certificate};
  ssl_certificate_key ${lab.key};
  # Debian's Nginx 1.22 uses TLS 1.3 to an upstream only if configured, which the plain configuration is not.
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
  ssl_session_cache shared:tls:10m;
  server {
${ports.join('')}    listen ${HTTPS_PORT} ssl backlog=4096;
    default_type text/plain;
    location = /small { return 200 "${BODY.replace('\n', '\\n')}"; }
    location = /large { root ${files}; }
    # Reads the whole request body before it answers, and discards it.
    location = /upload {
      content_by_lua_block {
        local socket, total = ngx.req.socket(), 0
        while socket do
          local data = socket:receiveany(262144)
          if not data then break end
          total = total + #data
        end
        ngx.print(total)
      }
    }
    # A WebSocket that says "still here" when it receives something.
    location = /websocket {
      lua_socket_log_errors off;
      content_by_lua_block {
        ngx.status = 101
        ngx.header["Upgrade"] = "websocket"
        ngx.header["Connection"] = "Upgrade"
        local accept = ngx.sha1_bin(ngx.var.http_sec_websocket_key .. "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
        ngx.header["Sec-WebSocket-Accept"] = ngx.encode_base64(accept)
        ngx.send_headers()
        ngx.flush(true)
        local socket = ngx.req.socket(true)
        socket:settimeout(3600000)
        while socket:receiveany(1024) do
          socket:send("\\129\\010still here")
        end
      }
    }
  }
  server {
    listen ${STATUS.host}:${STATUS.port};
    keepalive_timeout 0;
    location / { stub_status; }
  }
}
`;
}

/** Accepted connections and requests, from the status page's line of three numbers. */
function readStatus(): Promise<Counters> {
  return new Promise((resolve, reject) => {
    get({ ...STATUS, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      response.on('end', () => {
        const [, connections, requests] = /^ (\d+) \d+ (\d+)/m.exec(text) ?? [];
        resolve({ connections: Number(connections), requests: Number(requests) });
      });
    }).on('error', reject);
  });
}
