import { isNativeError } from 'node:util/types';

/** Errors whose message says all: those of this command, of the library, and of the operating system. */
export function isForPeople(error: unknown): error is Error {
  // A TypeError and its kind are faults of this program, and their stack is of use.
  return isNativeError(error) && ['Error', 'SettingsError'].includes(error.name);
}
