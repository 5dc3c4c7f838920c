import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder, HOSTNAME, type Lab } from '../lab';
import { PROXY_CORE, startDaemon } from '../process';
import { KEPT_CONNECTIONS, type Peer } from './peer';

const ADDRESS = '192.0.2.6';
const UPSTREAM = '{re.app.1}.{re.app.2}.{re.app.3}.{re.app.4}:{re.app.5}';

function caddyfile(lab: Lab): string {
  return `
{
  admin off
  auto_https off
  log {
    level ERROR
  }
}
https://*.${HOSTNAME} {
  bind ${ADDRESS}
  tls ${lab.certificate} ${lab.key}
  @http header_regexp app Host ^http-(\\d+)-(\\d+)-(\\d+)-(\\d+)-(\\d+)\\.
  @https header_regexp app Host ^(?:https-)?(\\d+)-(\\d+)-(\\d+)-(\\d+)-(\\d+)\\.
  reverse_proxy @http ${UPSTREAM} {
    transport http {
      keepalive_idle_conns_per_host ${KEPT_CONNECTIONS}
    }
  }
  reverse_proxy @https ${UPSTREAM} {
    transport http {
      tls
      tls_insecure_skip_verify
      keepalive_idle_conns_per_host ${KEPT_CONNECTIONS}
    }
  }
}
`;
}

export const caddy: Peer = {
  name: 'caddy',
  title: 'Caddy',
  about:
    'upstream by placeholders from a regular expression on the host name; no log; its own headers about the client',
  async start(lab) {
    const home = folder(lab, 'caddy');
    const file = path.join(home, 'Caddyfile');
    writeFileSync(file, caddyfile(lab));
    const command = [...PROXY_CORE, 'caddy', 'run', '--config', file, '--adapter', 'caddyfile'];
    const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, GOMAXPROCS: '1' };
    const daemon = await startDaemon(command, { address: ADDRESS, port: 443 }, env);
    return { address: ADDRESS, pid: daemon.pid, stop: () => daemon.stop() };
  },
};
