import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { InstanceFile } from '../instance-parts';
import { CONFIG, STATE } from '../instance-paths';
import { type Directive, directive, printDirectives } from './directive';
import type { ConfFile } from './feature';

/** Folder of the generated configuration on the instance. */
export const UAP = '/etc/nginx/uap';

/** Where the certificate is put; the chain holds the leaf first. */
export const CERTIFICATE = `${CONFIG}/tls/fullchain.pem`;
export const CERTIFICATE_KEY = `${CONFIG}/tls/key.pem`;

/** What the instance says about its certificate, kept up to date by its scripts: see lib/cloud-init. */
export const HEALTH = `${STATE}/health`;

/** Port of a load balancer's health monitor: plain HTTP without the PROXY protocol, open where that is spoken. */
export const HEALTH_PORT = 8081;

/** The CA that verifies upstreams, and the certificate that they are shown. */
export const UPSTREAM_CA = `${CONFIG}/upstream-ca.pem`;
export const UPSTREAM_CERTIFICATE = `${CONFIG}/upstream-tls/fullchain.pem`;
export const UPSTREAM_CERTIFICATE_KEY = `${CONFIG}/upstream-tls/key.pem`;

/** Includes a file below {@link UAP}, by its name without `.conf`. */
export function include(name: string): Directive {
  return directive('include', `${UAP}/${name}.conf`);
}

/** The file as text; its first line says what it is about. Files that it names are below the root. */
export function printConfFile({ name, about, directives }: ConfFile, root = ''): InstanceFile {
  return { path: `${UAP}/${name}.conf`, content: `# ${about}\n${printDirectives(below(root, directives))}` };
}

/** What the configuration names of the instance's files; Nginx's own modules are the machine's. */
const FOLDERS = [UAP, CONFIG, STATE, '/var/log/nginx', '/var/lib/nginx', '/run'];

/** The same directives with files below a folder that stands for `/`. */
export function below(root: string, directives: readonly Directive[]): Directive[] {
  return directives.map(({ args, block, ...directive }) => ({
    ...directive,
    args: args.map((arg) => (FOLDERS.some((folder) => arg.startsWith(`${folder}/`)) ? `${root}${arg}` : arg)),
    ...(block && { block: below(root, block) }),
  }));
}

/** The text of a file below `assets`, found from the sources and from the compiled package alike. */
export function readAsset(name: string): string {
  return readFileSync(path.join(__dirname, 'assets', name), 'utf8');
}
