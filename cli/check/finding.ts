import { CommandError } from '../command';
import type { Result } from '../report';

/** What a check found out. */
export interface Finding {
  readonly result: Result;
  /** What is so, in a line. */
  readonly found: string;
  /** What the operator should do about it. */
  readonly todo?: string;
}

export const ok = (found: string): Finding => ({ result: 'ok', found });
export const warning = (found: string, todo?: string): Finding => ({ result: 'warning', found, todo });
export const failed = (found: string, todo?: string): Finding => ({ result: 'failed', found, todo });
export const notChecked = (found: string, todo?: string): Finding => ({ result: 'not checked', found, todo });

/** Something that a check needs and another check reports as failed: it is told once. */
export class Missing extends Error {
  constructor(readonly what: string) {
    super(`needs ${what}`);
  }
}

/** What another check is about, for one that needs it. */
export async function needs<T>(what: string, value: Promise<T>): Promise<T> {
  try {
    return await value;
  } catch (error) {
    throw isForPeople(error) ? new Missing(what) : error;
  }
}

/** The findings of a check; refusals and missing things are findings, faults of this program are not. */
export async function findings(run: () => Promise<Finding | readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return [await run()].flat();
  } catch (error) {
    if (error instanceof Missing) return [notChecked(error.message)];
    if (isForPeople(error)) return [failed((error as Error).message)];
    throw error;
  }
}

function isForPeople(error: unknown): boolean {
  return error instanceof CommandError || error instanceof Missing;
}
