import type { PortRange } from '../nginx/bad-ports';
import type { Fault } from '../validation/problems';

/** A port or an inclusive range of ports. */
export type PortSpec = number | `${number}-${number}`;

/** Undefined when it is no port, whatever it is. */
export function parsePort(port: PortSpec): PortRange | undefined {
  if (typeof port !== 'number' && typeof port !== 'string') return undefined;
  const [from, to = from, ...rest] = typeof port === 'number' ? [port] : port.split('-').map(portNumber);
  if (from === undefined || to === undefined || rest.length > 0) return undefined;
  const valid = Number.isInteger(from) && Number.isInteger(to) && from >= 1 && to <= 65535 && from <= to;
  return valid ? { from, to } : undefined;
}

export function checkPort(port: PortSpec): Fault | undefined {
  if (typeof port === 'string' && /^\d+$/.test(port) && parsePort(port)) {
    return { wrong: 'is a text, one port is a number', fix: Number(port) };
  }
  if (parsePort(port)) return undefined;
  const [from, to] = typeof port === 'string' ? port.split('-').map(portNumber) : [];
  if (from !== undefined && to !== undefined && parsePort(`${to}-${from}`)) {
    return { wrong: 'is a range that ends before it begins', fix: `${to}-${from}` };
  }
  return { wrong: "is not a port; allowed: a number from 1 to 65535, or a range 'from-to'" };
}

/** Whether every port of `inner` is in one of the ranges. */
export function covered(inner: PortRange, ranges: readonly PortRange[]): boolean {
  let next = inner.from;
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    if (from > next) break;
    next = Math.max(next, to + 1);
  }
  return next > inner.to;
}

function portNumber(text: string): number {
  return /^[1-9]\d{0,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
}
