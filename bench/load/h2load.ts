import { execFile } from 'node:child_process';

export type Http = 'h1' | 'h2';

export interface Load {
  readonly http: Http;
  /** The proxy's address. */
  readonly address: string;
  readonly url: string;
  readonly clients: number;
  /** Streams at a time for each client; 1 with HTTP/1.1. @default 1 */
  readonly streams?: number;
  readonly args: readonly string[];
}

export interface Loaded {
  readonly done: number;
  readonly ok: number;
  readonly failed: number;
  /** Bytes of bodies, if the tool reports them. */
  readonly bytes?: number;
}

/** Runs h2load to its end. @throws Error with its output if it can't run, or prints no usable summary. */
export async function h2load({ http, address, url, clients, streams = 1, args }: Load): Promise<Loaded> {
  const protocol = http === 'h1' ? ['--h1'] : [];
  const more = ['-c', String(clients), '-m', String(streams), `--connect-to=${address}:443`, ...args, url];
  const text = await run('h2load', [...protocol, ...more]);
  return readSummary(text);
}

/** Parses h2load's summary. */
export function readSummary(text: string): Loaded {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`h2load's summary lacks ${pattern}:\n${text}`);
    return Number(found);
  };
  return {
    done: number(/(\d+) done,/),
    ok: number(/status codes: (\d+) 2xx/),
    failed: number(/(\d+) failed,/) + number(/(\d+) errored,/) + number(/(\d+) timeout/),
    bytes: number(/headers .*, .* \((\d+)\) data/),
  };
}

export function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 1 << 26, timeout: 120_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')}: ${stderr.trim() || error.message}`));
      else resolve(stdout);
    });
  });
}

/** A duration for h2load, which accepts no fractions. */
export const milliseconds = (seconds: number): string => `${Math.round(seconds * 1000)}ms`;
