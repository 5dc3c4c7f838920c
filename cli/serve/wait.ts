import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServeError } from './command';

/** Nginx writes its pid file after it has bound its sockets. */
export async function waitUntilListening(pidFile: string, timeoutMs = 10_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(20)) {
    const pid = await readFile(pidFile, 'utf8').catch(() => '');
    if (pid.trim() !== '') return;
  }
  throw new ServeError(`nginx did not start within ${timeoutMs / 1000} s`);
}
