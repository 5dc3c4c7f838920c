import { execFile } from 'node:child_process';

/** A failure that the message explains; no stack is needed. */
export class ServeError extends Error {}

/**
 * Runs a command to its end.
 * @returns what it wrote to standard output.
 * @throws ServeError with what it wrote to standard error.
 */
export function run([command = '', ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, stdout, stderr) => {
      if (!error) {
        resolve(stdout);
      } else if (error.code === 'ENOENT') {
        reject(new ServeError(`${command} is not installed, or not in the PATH`));
      } else {
        reject(new ServeError(stderr.trim() || error.message));
      }
    });
  });
}
