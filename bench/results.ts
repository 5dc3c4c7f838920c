/** One measurement. */
export interface Sample {
  readonly scenario: string;
  /** Which of the scenario's cases, e.g. `h1-http`: the client's HTTP version and the upstream's protocol. */
  readonly case: string;
  readonly peer: string;
  readonly round: number;
  readonly values: Readonly<Record<string, number>>;
}

/** What `results.json` holds: enough to write the report and the plot anew. */
export interface Results {
  readonly date: string;
  readonly command: string;
  readonly quick: boolean;
  readonly machine: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly peers: readonly { readonly name: string; readonly title: string; readonly about: string }[];
  readonly samples: readonly Sample[];
}

/** The values that the rounds gave, for one case and peer. */
export function valuesOf(
  { samples }: Results,
  where: { scenario: string; case: string; peer: string },
  value: (values: Readonly<Record<string, number>>) => number,
): number[] {
  return samples
    .filter((one) => one.scenario === where.scenario && one.case === where.case && one.peer === where.peer)
    .map((one) => value(one.values));
}

/** NaN if there are none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** The smallest number that at least this part of the numbers does not exceed. */
export function percentile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
