import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InstanceFile } from '../../lib/instance-parts';
import { SCRIPTS } from '../../lib/instance-paths';
import {
  CERTIFICATE,
  CERTIFICATE_KEY,
  UAP,
  UPSTREAM_CERTIFICATE,
  UPSTREAM_CERTIFICATE_KEY,
} from '../../lib/nginx/paths';
import { type Place, portSuffix } from '../../lib/nginx/place';
import { CommandError } from '../command';
import { run } from '../process';
import { waitUntilListening } from './wait';

export interface ServeOptions {
  /** The UAP's host name. */
  readonly hostname: string;
  /** IPv4 address to listen on. */
  readonly listen: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Worker processes of Nginx. @default - one for each processor */
  readonly workers?: number;
  /** Files with the certificate chain and its key, PEM. @default - a self-signed wildcard certificate is made */
  readonly certificate?: string;
  readonly key?: string;
  /** Likewise of the certificate that upstreams are shown, if they are. @default - a self-signed one is made */
  readonly upstreamCertificate?: string;
  readonly upstreamKey?: string;
  /** Folder for everything; it is removed at the end. @default - a new folder below the system's temporary one */
  readonly root?: string;
  /** Addresses that count as the proxy's own. @default - those that `own-addresses` finds on this machine */
  readonly ownAddresses?: readonly string[];
  /** Form of the upstreams, one of the variants. @default - what `select-variants` finds to fit */
  readonly upstream?: 'upstream-lua' | 'upstream-plain';
  /** Command in front of every command that is run, e.g. to enter a network namespace. @default - none */
  readonly prefix?: readonly string[];
}

/** Output of `serve`; the default is that of the process. */
export interface ServeIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export interface Served {
  /** URL of the UAP's own page. */
  readonly url: string;
  /** Folder that stands for `/`. */
  readonly root: string;
  /** Process id of Nginx's master. */
  readonly pid: number;
  /** Checks the configuration and reloads it. @throws CommandError with Nginx's words if it is wrong. */
  reload(): Promise<void>;
  /** Stops Nginx and removes the folder. */
  stop(): Promise<void>;
  /** Resolves with Nginx's exit code once it ended and the folder is gone. */
  readonly ended: Promise<number>;
}

/** Gives the files of an instance, with the configuration for another place. */
export type Render = (place: Place) => readonly InstanceFile[];

/**
 * Runs the configuration of an instance on this machine with the machine's Nginx, in the foreground. Ends on SIGINT and SIGTERM, or by `stop`.
 * @throws CommandError if Nginx is missing, a port is taken, or Nginx refuses the configuration.
 */
export async function serve(render: Render, options: ServeOptions, io: ServeIo = process): Promise<Served> {
  const root = options.root ?? (await mkdtemp(path.join(tmpdir(), 'uap-serve-')));
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    await prepare(render, root, options);
    const nginx = await start(root, options, io);
    return supervise(nginx, root, remove, options, io);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function prepare(render: Render, root: string, options: ServeOptions): Promise<void> {
  const { listen, httpsPort, httpPort, workers = 'auto' } = options;
  const files = render({ root, address: listen, httpsPort, httpPort, workers });
  await makeFolders(root);
  for (const { path: name, content, mode } of files) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, Number.parseInt(mode ?? '0644', 8));
  }
  await putCertificate(root, options);
  if (files.some(({ content }) => content.includes(UPSTREAM_CERTIFICATE))) await putUpstreamCertificate(root, options);
  const script = (name: string) => run([...(options.prefix ?? []), path.join(root, SCRIPTS, name), root]);
  await script('select-variants');
  if (options.upstream) {
    await run(['ln', '-sfn', `variants/${options.upstream}`, path.join(root, UAP, 'upstream')]);
  }
  if (options.ownAddresses) {
    const lines = options.ownAddresses.map((address) => `${address}/32 1;\n`);
    await writeFile(path.join(root, UAP, 'own-addresses.conf'), lines.join(''));
  } else {
    await script('own-addresses');
  }
}

/** Workers of a master that is root run as another user and read pages and Lua at run time. */
async function makeFolders(root: string): Promise<void> {
  for (const folder of ['', 'run', 'var/log/nginx', 'var/lib/nginx', 'etc/uap/tls']) {
    await mkdir(path.join(root, folder), { recursive: true });
  }
  await chmod(root, 0o755);
  await chmod(path.join(root, 'etc/uap/tls'), 0o700);
}

function putCertificate(root: string, { hostname, certificate, key }: ServeOptions): Promise<void> {
  const to = { certificate: path.join(root, CERTIFICATE), key: path.join(root, CERTIFICATE_KEY) };
  return putPair({ certificate, key }, to, ['-addext', `subjectAltName=DNS:${hostname},DNS:*.${hostname}`]);
}

async function putUpstreamCertificate(root: string, options: ServeOptions): Promise<void> {
  const to = { certificate: path.join(root, UPSTREAM_CERTIFICATE), key: path.join(root, UPSTREAM_CERTIFICATE_KEY) };
  await mkdir(path.dirname(to.key), { recursive: true, mode: 0o700 });
  await putPair({ certificate: options.upstreamCertificate, key: options.upstreamKey }, to, []);
}

async function putPair(
  { certificate, key }: { certificate?: string; key?: string },
  to: { certificate: string; key: string },
  selfSigned: readonly string[],
): Promise<void> {
  if ((certificate === undefined) !== (key === undefined)) {
    throw new CommandError('a certificate needs its key and a key its certificate: give both or none');
  }
  if (certificate !== undefined && key !== undefined) {
    await copyFile(certificate, to.certificate);
    await copyFile(key, to.key);
    return;
  }
  await run(
    ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'].concat(
      ['-subj', '/CN=User Application Proxy', ...selfSigned],
      ['-keyout', to.key, '-out', to.certificate],
    ),
  );
}

function nginxCommand(root: string, { prefix = [] }: ServeOptions, ...more: string[]): string[] {
  return [...prefix, 'nginx', '-c', path.join(root, 'etc/nginx/nginx.conf'), ...more];
}

async function start(root: string, options: ServeOptions, io: ServeIo): Promise<ChildProcess> {
  await run(nginxCommand(root, options, '-t', '-q'));
  const [command = '', ...args] = nginxCommand(root, options, '-g', 'daemon off;');
  const nginx = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  nginx.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
    io.stderr.write(text);
  });
  const gone = new AbortController();
  const ended = once(nginx, 'close').then(() => {
    gone.abort();
    throw new CommandError(`nginx exited: ${log.trim()}`);
  });
  ended.catch(() => undefined);
  const listening = waitUntilListening(path.join(root, 'run/nginx.pid'), gone.signal);
  listening.catch(() => undefined);
  try {
    await Promise.race([ended, listening]);
  } catch (error) {
    nginx.kill();
    if (gone.signal.aborted) await ended;
    throw error;
  }
  return nginx;
}

function supervise(
  nginx: ChildProcess,
  root: string,
  remove: () => Promise<void>,
  options: ServeOptions,
  io: ServeIo,
): Served {
  const url = `https://${options.hostname}${portSuffix(options)}/`;
  const quit = () => void nginx.kill('SIGTERM');
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, quit);
  const exited = once(nginx, 'exit');
  const ended = exited.then(async ([code]) => {
    for (const signal of signals) process.removeListener(signal, quit);
    await remove();
    return Number(code ?? 0);
  });
  io.stdout.write(`${url} is served on ${options.listen}, ports ${options.httpsPort} and ${options.httpPort}\n`);
  return {
    url,
    root,
    pid: nginx.pid as number,
    ended,
    async reload() {
      await run(nginxCommand(root, options, '-t', '-q'));
      nginx.kill('SIGHUP');
    },
    async stop() {
      quit();
      await ended;
    },
  };
}
