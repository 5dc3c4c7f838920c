import { failed, findings, type Row, type Section } from '../report';
import { type Check, type CloudCheck, type CloudContext, type RegionCheck, RegionContext } from './context';

/** A row of the report, and the region that it is about; none if it is about the whole cloud. */
export interface CheckRow extends Row {
  readonly region?: string;
}

export interface Outcome {
  readonly rows: readonly CheckRow[];
  /** Whether a signal ended the checks early. */
  readonly interrupted: boolean;
}

/** Runs all checks side by side and removes what they wrote, also when one breaks or `ended` comes first. */
export async function runChecks(
  context: CloudContext,
  ofCloud: readonly CloudCheck[],
  ofRegion: readonly RegionCheck[],
  ended: AbortSignal,
): Promise<Outcome> {
  const rows = [
    ...ofCloud.map((check) => rowsOf(check, context)),
    ...context.cloud.regions.flatMap((region) => {
      const regionContext = new RegionContext(context, region);
      const label = region.region ?? region.hostname;
      return ofRegion.map((check) => rowsOf(check, regionContext, label));
    }),
  ];
  const interrupted = new Promise<'interrupted'>((resolve) => {
    if (ended.aborted) resolve('interrupted');
    ended.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  let left: readonly string[] = [];
  let result: CheckRow[][] | 'interrupted' = 'interrupted';
  try {
    result = await Promise.race([Promise.all(rows), interrupted]);
  } finally {
    left = await context.undo.all();
  }
  const leftRows = left.map((what): CheckRow => ({ what: 'left behind', ...failed(what, 'remove it by hand') }));
  if (result === 'interrupted') return { rows: leftRows, interrupted: true };
  return { rows: [...result.flat(), ...leftRows], interrupted: false };
}

async function rowsOf<Context>(check: Check<Context>, context: Context, region?: string): Promise<CheckRow[]> {
  const found = await findings(() => check.run(context));
  return found.map((finding) => ({ what: check.name, ...finding, ...(region !== undefined && { region }) }));
}

/** The rows as the sections of a report: the cloud, then its regions. */
export function sectionsOf(cloud: string, rows: readonly CheckRow[]): Section[] {
  const titles = [undefined, ...new Set(rows.flatMap(({ region }) => region ?? []))];
  const regions = titles.filter((title) => rows.some(({ region }) => region === title));
  return regions.map((title) => ({
    title: title ?? cloud,
    rows: rows.filter((row) => row.region === title).map(({ region, ...row }) => row),
  }));
}
