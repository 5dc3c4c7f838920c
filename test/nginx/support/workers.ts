import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Uap } from './uap';

/** Process ids of Nginx's workers: they change when one crashes. */
export function workers({ served }: Uap): number[] {
  const parent = Number(readFileSync(`${served.root}/run/nginx.pid`, 'utf8'));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          Number(
            readFileSync(`/proc/${pid}/stat`, 'latin1')
              .replace(/.*\) \S /, '')
              .split(' ')[0],
          ) === parent
        );
      } catch {
        return false; // It ended meanwhile.
      }
    })
    .map(Number)
    .sort();
}

/** Reloads Nginx, and waits until no worker of before takes a connection any more. */
export async function reload(uap: Uap): Promise<void> {
  const old = workers(uap);
  await uap.served.reload();
  for (let tries = 0; tries < 600 && old.some((pid) => existsSync(`/proc/${pid}`)); tries++) await sleep(25);
  expect(workers(uap).filter((pid) => old.includes(pid))).toEqual([]);
}

/** What tells of a failure of the proxy itself: lines of the error log, and answers that no app gave. */
export function serious({ errorLog, accessLog }: Uap): unknown[] {
  const lines = errorLog()
    .split('\n')
    .filter((line) => /\[(alert|emerg|crit)\]|lua/.test(line) && !line.includes('setrlimit'));
  return [...lines, ...accessLog().filter(({ status, upstream }) => status === 500 && !upstream)];
}
