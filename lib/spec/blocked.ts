import { checkAddress } from './networks';
import type { Fault } from './problems';

// The form that the names of apps have; lib/hostname.ts reads them, here only a mistake is to be told.
const label = /^(https?-)?(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,5})$/i;

/** Checks what can be blocked: the first label of an app's host name, or an address. */
export function checkBlocked(text: string): Fault | undefined {
  const [, , ...numbers] = label.exec(text) ?? [];
  const [a, b, c, d, port] = numbers;
  if (port !== undefined) {
    const canonical = numbers.every((number) => String(Number(number)) === number);
    const inRange = [a, b, c, d].every((octet) => Number(octet) <= 255) && Number(port) >= 1 && Number(port) <= 65535;
    return canonical && inRange ? undefined : { wrong: 'is not an app that can exist' };
  }
  if (/^[^.]+\.[^.]+\./.test(text) && label.test(text.split('.')[0] as string)) {
    return { wrong: 'is a host name, only its first label is needed', fix: text.split('.')[0] };
  }
  if (!text.includes('/') && !checkAddress(text)) return undefined;
  return { wrong: 'is neither the first label of an app’s host name nor an IPv4 address' };
}
