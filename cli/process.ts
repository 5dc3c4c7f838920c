import { spawn } from 'node:child_process';
import { CommandError, type Io } from './command';

/** The program is not on the PATH. */
export class NotInstalled extends CommandError {
  constructor(program: string) {
    super(`${program} is not installed, or not in the PATH`);
  }
}

export interface ExecuteOptions {
  readonly cwd?: string;
  /** @default - that of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for its standard input; `terminal` passes on that of this process. @default - none */
  readonly input?: string | 'terminal';
  /** Seconds after which it is killed. @default - unlimited */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Whether it runs in a separate process group, which Ctrl-C does not end. @default false */
  readonly detached?: boolean;
  /** Where its output is shown as well, while it runs. @default - nowhere */
  readonly show?: Pick<Io, 'stdout' | 'stderr'>;
}

export interface Execution {
  /** Its exit code; 1 if a signal ended it. */
  readonly code: number;
  /** Whether the timeout ended it. */
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 * @throws NotInstalled if there is none of that name, CommandError if it can't be run
 */
export function execute(program: string, args: readonly string[], options: ExecuteOptions = {}): Promise<Execution> {
  const { cwd, env, input, timeout, signal, detached, show } = options;
  const stdin = input === undefined ? 'ignore' : input === 'terminal' ? 'inherit' : 'pipe';
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, signal, detached, stdio: [stdin, 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
        show?.[name].write(chunk);
      });
    }
    let timedOut = false;
    const kill = () => {
      timedOut = true;
      child.kill('SIGKILL');
      // Its child processes may keep these streams open.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const timer = timeout === undefined ? undefined : setTimeout(kill, timeout * 1000);
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const missing = error.code === 'ENOENT';
      reject(missing ? new NotInstalled(program) : new CommandError(`${program} can't be run: ${error.message}`));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, timedOut, ...text });
    });
    // It may end before it has read everything.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

/**
 * Runs a program that must succeed.
 * @returns what it wrote to standard output
 * @throws CommandError with what it wrote to standard error, and all that `execute` throws
 */
export async function run([program = '', ...args]: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(program, args);
  if (code === 0) return stdout;
  throw new CommandError(stderr.trim() || `${[program, ...args].join(' ')} ended with exit code ${code}`);
}

/** Calls a function whose signal is aborted on Ctrl-C, SIGTERM and SIGHUP, which then do not end the process. */
export async function untilEnded<T>(
  signal: AbortSignal | undefined,
  call: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, end);
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await call(ended.signal);
  } finally {
    for (const name of signals) process.removeListener(name, end);
    signal?.removeEventListener('abort', end);
  }
}
