/** Inclusive range of TCP ports. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The bad ports of the Fetch standard, https://fetch.spec.whatwg.org/#port-blocking (as of 2026). Browsers refuse to
 * connect to them, because their services are not web servers and may obey lines hidden in an HTTP request. Port 0,
 * which the standard lists too, is never well-formed here.
 */
const FETCH_BAD_PORTS: readonly number[] = [
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/** Ports that a UAP refuses by default: {@link FETCH_BAD_PORTS}. */
export const BAD_PORTS: readonly PortRange[] = portRanges(FETCH_BAD_PORTS);

/** Every TCP port. */
export const ALL_PORTS: readonly PortRange[] = [{ from: 1, to: 65535 }];

/** Merges ports into the fewest inclusive ranges, sorted; duplicates count once. */
export function portRanges(ports: readonly number[]): PortRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const port of [...new Set(ports)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last.to + 1 === port) {
      last.to = port;
    } else {
      ranges.push({ from: port, to: port });
    }
  }
  return ranges;
}
