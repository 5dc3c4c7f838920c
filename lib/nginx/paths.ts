import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { InstanceFile } from '../instance-parts';
import { CONFIG, STATE } from '../instance-paths';
import { type Directive, directive, printDirectives } from './directive';
import type { ConfFile } from './feature';

/** Folder of the generated configuration on the instance. */
export const UAP = '/etc/nginx/uap';

/** The certificate in use; the chain begins with the leaf. */
export const CERTIFICATE = `${CONFIG}/tls/fullchain.pem`;
export const CERTIFICATE_KEY = `${CONFIG}/tls/key.pem`;

/** Health of the instance, which its scripts keep up to date: see lib/cloud-init. */
export const HEALTH = `${STATE}/health`;

/** Port for a load balancer's health monitor, open only behind one: plain HTTP without the PROXY protocol. */
export const HEALTH_PORT = 8081;

/** The CA that verifies upstreams, and the client certificate for them. */
export const UPSTREAM_CA = `${CONFIG}/upstream-ca.pem`;
export const UPSTREAM_CERTIFICATE = `${CONFIG}/upstream-tls/fullchain.pem`;
export const UPSTREAM_CERTIFICATE_KEY = `${CONFIG}/upstream-tls/key.pem`;

/** Includes a file below {@link UAP}, by its name without `.conf`. */
export function include(name: string): Directive {
  return directive('include', `${UAP}/${name}.conf`);
}

/** The file as text, with `about` as its first line. Paths of files in it are below the root. */
export function printConfFile({ name, about, directives }: ConfFile, root = ''): InstanceFile {
  return { path: `${UAP}/${name}.conf`, content: `# ${about}\n${printDirectives(below(root, directives))}` };
}

/** Folders of the instance that the configuration names, without Nginx's modules, which are always the machine's. */
const FOLDERS = [UAP, CONFIG, STATE, '/var/log/nginx', '/var/lib/nginx', '/run'];

/** The same directives, with paths below a folder that stands for `/`. */
export function below(root: string, directives: readonly Directive[]): Directive[] {
  return directives.map(({ args, block, ...directive }) => ({
    ...directive,
    args: args.map((arg) => (FOLDERS.some((folder) => arg.startsWith(`${folder}/`)) ? `${root}${arg}` : arg)),
    ...(block && { block: below(root, block) }),
  }));
}

/** The text of a file below `assets`, both in the sources and in the compiled package. */
export function readAsset(name: string): string {
  return readFileSync(path.join(__dirname, 'assets', name), 'utf8');
}
