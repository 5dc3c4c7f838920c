import { parseLabel } from '../hostname';
import { checkAddress } from '../validation/networks';
import type { Fault } from '../validation/problems';

/** Checks what can be blocked: the first label of an app's host name, or an address. */
export function checkBlocked(text: string): Fault | undefined {
  if (parseLabel(text)) return undefined;
  if (!text.includes('/') && !checkAddress(text)) return undefined;
  const [label = ''] = text.replace(/^https?:\/\//, '').split('.');
  if (parseLabel(label)) return { wrong: 'is more than the first label of a host name', fix: label };
  return { wrong: "is neither the first label of an app's host name nor an IPv4 address" };
}
