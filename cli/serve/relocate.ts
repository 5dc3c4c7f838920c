import path from 'node:path';
import type { InstanceFile } from '../../lib/instance-parts';
import { HEALTH_PORT } from '../../lib/nginx/paths';

/** Where a configuration made for an instance runs instead. */
export interface Location {
  /** Folder that stands for `/`. */
  readonly root: string;
  /** IPv4 address to listen on. */
  readonly listen: string;
  readonly httpsPort: number;
  readonly httpPort: number;
}

/** What moves under the root. Nginx's own modules stay the machine's. */
const MOVED =
  /(?<![\w/.])(?:\/etc\/nginx(?!\/modules-enabled)|\/etc\/uap|\/var\/log\/nginx|\/var\/lib\/nginx|\/var\/lib\/uap|\/run)(?=[/"\s;])/g;

/**
 * The same configuration at another place: only addresses and ports of `listen`, the port in public URLs, and paths
 * differ. It listens on one IPv4 address, so lines for IPv6 go.
 */
export function relocate(files: readonly InstanceFile[], location: Location): InstanceFile[] {
  return files.map((file) => ({
    ...file,
    path: path.join(location.root, file.path),
    content: isNginxText(file.path) ? relocateText(file.content, location) : file.content,
  }));
}

function isNginxText(file: string): boolean {
  return file.startsWith('/etc/nginx/') && file.endsWith('.conf');
}

function relocateText(text: string, { root, listen, httpsPort, httpPort }: Location): string {
  const suffix = httpsPort === 443 ? '' : `:${httpsPort}`;
  return text
    .replace(/^ *listen "?\[::\].*\n/gm, '')
    .replace(/^( *listen )(443|80)(?=[ ;])/gm, (_, start, port) => {
      return `${start}${listen}:${port === '443' ? httpsPort : httpPort}`;
    })
    .replace(new RegExp(`^( *listen )(?=${HEALTH_PORT};)`, 'gm'), `$1${listen}:`)
    .replace(/^(map "" \$uap_port_suffix \{\n *default )""/m, `$1"${suffix}"`)
    .replace(/^(proxy_set_header (?:X-Forwarded-)?Host \$host)(?=;)/gm, `$1${suffix}`)
    .replace(/^(proxy_set_header X-Forwarded-Port )443(?=;)/gm, `$1${httpsPort}`)
    .replace(MOVED, (folder) => `${root}${folder}`);
}
