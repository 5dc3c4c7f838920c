import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** An app's own server. */
export interface Program {
  readonly pid: number;
  /** The end of what it wrote, for messages. */
  said(): string;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Where it listens once it is ready. @default - it is ready at once */
  readonly listens?: { readonly address: string; readonly port: number };
  /** @default 30 */
  readonly seconds?: number;
}

/** Debian's programs need Debian's Python, so nothing of the caller's path comes first. */
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts a server that always ends with the test.
 * @throws Error with its last output if it ends or doesn't listen in time.
 */
export async function startProgram(
  command: readonly string[],
  { env = {}, cwd, listens, seconds = 30 }: ProgramOptions = {},
): Promise<Program> {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], {
    cwd,
    env: { PATH, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const keep = (text: string) => {
    said = (said + text).slice(-4000);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const stop = () => end(child);
  if (listens) {
    const until = Date.now() + seconds * 1000;
    while (!(await accepts(listens))) {
      const ended = child.exitCode !== null || child.signalCode !== null;
      if (ended || Date.now() > until) {
        await stop();
        throw new Error(`${command[0]} ${ended ? 'ended' : `did not listen within ${seconds} s`}: ${said}`);
      }
      await sleep(100);
    }
  }
  return { pid: child.pid as number, said: () => said, stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(hard);
}

function accepts({ address, port }: { address: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, address);
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
