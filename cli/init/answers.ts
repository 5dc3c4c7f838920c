import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileFault, readPemCertificates } from '../../lib/strategies/pem';
import type { Fault } from '../../lib/validation/problems';
import type { Asker } from './ask';

/** What the questions are asked with. */
export interface Interview {
  readonly ask: Asker;
  /** Findings to report to the operator. */
  readonly remarks: string[];
  /** Seconds that a service may take. */
  readonly timeout: number;
}

export const wrong = (fault: Fault | undefined): string | undefined => fault?.wrong;

/** A check of a list with commas. */
export const each = (check: (item: string) => string | undefined) => (answer: string) => {
  const items = answer.split(',').map((item) => item.trim());
  for (const item of items) {
    const fault = check(item);
    if (fault) return items.length > 1 ? `has "${item}", which ${fault}` : fault;
  }
  return undefined;
};

export const listOf = (answer: string) => answer.split(',').flatMap((item) => item.trim() || []);

/** What is wrong with a file that has a secret. */
export function secretFile(file: string): string | undefined {
  return fileFault(absolute(file));
}

export function pemFile(file: string): string | undefined {
  try {
    readPemCertificates(absolute(file));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function absolute(file: string): string {
  return file.startsWith('~/') || file.startsWith('/') ? file : join(process.cwd(), file);
}

/** A path that holds wherever the command runs; that of the home folder is not written down. */
export function portable(file: string): string {
  const path = absolute(file);
  const home = join(homedir(), '/');
  return path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
}
