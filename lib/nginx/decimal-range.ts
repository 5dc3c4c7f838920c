import type { PortRange } from './bad-ports';

/**
 * A regular expression (PCRE, without anchors) for the decimal numbers of an inclusive range, without leading zeros.
 * Nginx's map compares strings and regular expressions, not numbers.
 */
export function decimalRangeRegex({ from, to }: PortRange): string {
  const parts: string[] = [];
  for (let low = from; low <= to; ) {
    const high = Math.min(to, lastWithSamePattern(low, to));
    parts.push(digitsRegex(String(low), String(high)));
    low = high + 1;
  }
  return parts.join('|');
}

/** The greatest number up to `to` for which one pattern, a digit range and then any digits, matches all from `low` on. */
function lastWithSamePattern(low: number, to: number): number {
  let best = low;
  for (let unit = 1; low % unit === 0 && unit <= low * 10; unit *= 10) {
    const digit = Math.floor(low / unit) % 10;
    for (let last = 9; last >= digit; last--) {
      const high = low + (last - digit + 1) * unit - 1;
      if (high <= to && String(high).length === String(low).length) {
        best = Math.max(best, high);
        break;
      }
    }
  }
  return best;
}

function digitsRegex(low: string, high: string): string {
  return [...low]
    .map((digit, i) => {
      const end = high[i] as string;
      if (digit === end) return digit;
      return digit === '0' && end === '9' ? '\\d' : `[${digit}-${end}]`;
    })
    .join('');
}
