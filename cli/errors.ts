import { isNativeError } from 'node:util/types';

/** Errors whose message suffices: those of this command, of the library and of the operating system. */
export function isForPeople(error: unknown): error is Error {
  // A TypeError is a bug in this program, and its stack is needed.
  return isNativeError(error) && ['Error', 'SettingsError'].includes(error.name);
}
