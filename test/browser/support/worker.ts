import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Uap } from '../../nginx/support/uap';

/** Resources that the proxy used since {@link watchWorkers}. */
export interface Use {
  /** Peak of the workers' resident memory, summed, in bytes. */
  readonly memory: number;
  /** Bytes that the workers wrote to files. */
  readonly disk: number;
}

/** Forgets the peaks of the proxy's workers so far, and returns how to read the new ones. */
export function watchWorkers({ served }: Uap): () => Use {
  const pids = childrenOf(served.pid);
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const total = (read: (pid: string) => number) => pids.map(read).reduce((sum, each) => sum + each, 0);
  const written = () => total((pid) => field(`/proc/${pid}/io`, 'write_bytes'));
  const before = written();
  return () => ({
    memory: total((pid) => field(`/proc/${pid}/status`, 'VmHWM')) * 1024,
    disk: written() - before,
  });
}

function childrenOf(parent: number): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = pids.filter((pid) => {
    try {
      return field(`/proc/${pid}/status`, 'PPid') === parent;
    } catch {
      return false; // It ended meanwhile.
    }
  });
  if (children.length === 0) throw new Error(`process ${parent} has no workers`);
  return children;
}

function field(file: string, name: string): number {
  const value = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1];
  if (value === undefined) throw new Error(`${file} has no ${name}`);
  return Number(value);
}
