import type { Section } from '../report';
import { type CloudCheck, type CloudContext, type RegionCheck, RegionContext } from './context';
import { type Finding, failed, findings } from './finding';

/** A line of the table. */
export interface Row extends Finding {
  readonly check: string;
  /** Absent for what is about the whole cloud. */
  readonly region?: string;
}

export interface Outcome {
  readonly rows: readonly Row[];
  /** Whether somebody ended it before the end. */
  readonly interrupted: boolean;
}

/** Runs all checks side by side and removes what they wrote, also when one breaks or `ended` comes first. */
export async function runChecks(
  context: CloudContext,
  ofCloud: readonly CloudCheck[],
  ofRegion: readonly RegionCheck[],
  ended: AbortSignal,
): Promise<Outcome> {
  const rows: Promise<Row[]>[] = ofCloud.map(async (check) =>
    (await findings(() => check.run(context))).map((finding) => ({ check: check.name, ...finding })),
  );
  for (const region of context.cloud.regions) {
    const regionContext = new RegionContext(context, region);
    const label = region.region ?? region.hostname;
    for (const check of ofRegion) {
      rows.push(
        findings(() => check.run(regionContext)).then((found) =>
          found.map((finding) => ({ check: check.name, region: label, ...finding })),
        ),
      );
    }
  }
  const interrupted = new Promise<'interrupted'>((resolve) => {
    if (ended.aborted) resolve('interrupted');
    ended.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  let left: readonly string[] = [];
  let result: Row[][] | 'interrupted' = 'interrupted';
  try {
    result = await Promise.race([Promise.all(rows), interrupted]);
  } finally {
    left = await context.undo.all();
  }
  const leftRows = left.map((what): Row => ({ check: 'left behind', ...failed(what, 'remove it by hand') }));
  if (result === 'interrupted') return { rows: leftRows, interrupted: true };
  return { rows: [...result.flat(), ...leftRows], interrupted: false };
}

/** The rows as the sections of a report: the cloud, then its regions. */
export function sectionsOf(cloud: string, rows: readonly Row[]): Section[] {
  const titles = [undefined, ...new Set(rows.flatMap(({ region }) => region ?? []))];
  const regions = titles.filter((title) => rows.some(({ region }) => region === title));
  return regions.map((region) => ({
    title: region ?? cloud,
    rows: rows
      .filter((row) => row.region === region)
      .map(({ check, result, found, todo }) => ({ what: check, result, detail: found, ...(todo && { todo }) })),
  }));
}
