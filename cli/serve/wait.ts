import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../command';

/**
 * Waits until Nginx has bound its sockets: it writes its pid file after that.
 * @throws CommandError after the time, AbortError as soon as the signal says that waiting is in vain.
 */
export async function waitUntilListening(pidFile: string, signal: AbortSignal, timeoutMs = 10_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(20, undefined, { signal })) {
    const pid = await readFile(pidFile, 'utf8').catch(() => '');
    if (pid.trim() !== '') return;
  }
  throw new CommandError(`nginx did not start within ${timeoutMs / 1000} s`);
}
