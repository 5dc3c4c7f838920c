import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folder, type Lab } from './lab';

/** Prefix of a proxy's command: reserves the first processor for it. */
export const PROXY_CORE = ['taskset', '-c', '0'] as const;

export interface Daemon {
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** Starts a command that stays in the foreground, and waits until it listens. */
export async function startDaemon(
  [command = '', ...args]: readonly string[],
  listens: { address: string; port: number },
  env: NodeJS.ProcessEnv = process.env,
): Promise<Daemon> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
  }
  const exited = once(child, 'exit');
  for (const end = Date.now() + 10_000; !(await answers(listens)); await sleep(20)) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(' ')} ended at once:\n${said}`);
    if (Date.now() > end) throw new Error(`${command} ${args.join(' ')} does not listen:\n${said}`);
  }
  return daemon(child, exited);
}

function daemon(child: ChildProcess, exited: Promise<unknown>): Daemon {
  return {
    pid: child.pid as number,
    signal: (name) => void child.kill(name),
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(late);
    },
  };
}

function answers({ address, port }: { address: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Starts an Nginx with this configuration; paths in it may be relative to its folder. */
export async function startNginx(
  lab: Lab,
  name: string,
  conf: string,
  listens: { address: string; port: number },
  core: readonly string[] = PROXY_CORE,
): Promise<Daemon> {
  const prefix = folder(lab, name);
  mkdirSync(path.join(prefix, 'logs'), { recursive: true });
  // The machine's module files have paths relative to the same folder.
  rmSync(path.join(prefix, 'modules'), { force: true });
  symlinkSync('/usr/share/nginx/modules', path.join(prefix, 'modules'));
  const file = path.join(prefix, 'nginx.conf');
  writeFileSync(file, conf);
  execFileSync('nginx', ['-p', prefix, '-c', file, '-t', '-q'], { stdio: ['ignore', 'ignore', 'pipe'] });
  return startDaemon([...core, 'nginx', '-p', prefix, '-c', file, '-g', 'daemon off;'], listens);
}

/**
 * CPU time in seconds that a process, its threads and its children have used, in user and system mode. The sum of
 * utime and stime of `/proc/PID/stat`, which has ticks of 10 ms, comes from the same clock.
 */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const one of family(pid)) {
    for (const task of readdirSync(`/proc/${one}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${one}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    }
  }
  return nanoseconds / 1e9;
}

/** Memory in bytes of a process and its children; shared pages count in parts (PSS). */
export function memoryBytes(pid: number): number {
  return family(pid)
    .map((one) => /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1])
    .reduce((sum, kilobytes) => sum + Number(kilobytes) * 1024, 0);
}

function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]));
    } catch {
      // It ended meanwhile.
    }
  }
  const belongs = (one: number | undefined): boolean =>
    one === pid || (one !== undefined && one > 1 && belongs(parents.get(one)));
  return [...parents.keys()].filter(belongs);
}
