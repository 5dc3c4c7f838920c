import { type Colour, hasColours, paint } from './colours';
import { CommandError, type Io } from './command';

export type Result = 'ok' | 'warning' | 'failed' | 'not checked';

/** The result of a check. */
export interface Finding {
  readonly result: Result;
  /** What was seen, one sentence without a period. */
  readonly detail: string;
  /** What to do about it, if it is not ok. */
  readonly todo?: string;
  /** Figures, for machines: `{ daysLeft: 61 }`. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** A finding with its subject: a line of a report. */
export interface Row extends Finding {
  /** A few words: `certificate`. */
  readonly what: string;
}

type Figures = Finding['figures'];

export const ok = (detail: string, figures?: Figures): Finding => finding('ok', detail, undefined, figures);
export const warning = (detail: string, todo?: string, figures?: Figures): Finding =>
  finding('warning', detail, todo, figures);
export const failed = (detail: string, todo?: string, figures?: Figures): Finding =>
  finding('failed', detail, todo, figures);
export const notChecked = (detail: string, todo?: string): Finding => finding('not checked', detail, todo);

function finding(result: Result, detail: string, todo?: string, figures?: Figures): Finding {
  return { result, detail, ...(todo && { todo }), ...(figures && { figures }) };
}

/** A prerequisite of a check failed in another check, which reports it. */
export class Missing extends CommandError {
  constructor(what: string) {
    super(`needs ${what}`);
  }
}

/** A value that another check reports on, for a check that needs it. */
export async function needs<T>(what: string, value: Promise<T>): Promise<T> {
  try {
    return await value;
  } catch (error) {
    throw error instanceof CommandError ? new Missing(what) : error;
  }
}

/** The findings of a check. A CommandError becomes a failed finding; other errors are thrown. */
export async function findings<T extends Finding>(run: () => Promise<T | readonly T[]>): Promise<readonly Finding[]> {
  try {
    return [await run()].flat() as readonly T[];
  } catch (error) {
    if (error instanceof Missing) return [notChecked(error.message)];
    if (error instanceof CommandError) return [failed(error.message)];
    throw error;
  }
}

/** Rows about the same thing, such as a region. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

const colours: Readonly<Record<Result, Colour>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  'not checked': 'dim',
};
const results = Object.keys(colours) as Result[];
const resultWidth = Math.max(...results.map((result) => result.length));
const [narrowest, widest] = [80, 140];

/** The exit code of a command that reports: 1 if anything failed, so that it fits a monitoring job. */
export function exitCode(sections: readonly Section[]): 0 | 1 {
  return count(sections, 'failed') > 0 ? 1 : 0;
}

/** Writes the rows as a table, or as JSON: `{ ok, ...more, sections: [{ title, rows }] }`. */
export function writeReport(io: Io, sections: readonly Section[], json?: Readonly<Record<string, unknown>>): void {
  const ok = exitCode(sections) === 0;
  io.stdout.write(json ? `${JSON.stringify({ ok, ...json, sections }, null, 2)}\n` : reportText(sections, io));
}

/** The table: a block for each section, and a line that counts the results. */
export function reportText(sections: readonly Section[], io: Pick<Io, 'stdout' | 'env'>): string {
  const wanted = hasColours(io.stdout, io);
  const width = Math.max(narrowest, Math.min(io.stdout.columns ?? widest, widest));
  const whatWidth = Math.max(0, ...sections.flatMap(({ rows }) => rows.map(({ what }) => what.length)));
  const blocks = sections.map(({ title, rows }) => {
    const lines = rows.map((row) => rowText(row, whatWidth, width, wanted));
    return `${paint(title, 'bold', wanted)}\n${lines.join('')}`;
  });
  return `${blocks.join('\n')}\n${summary(sections, wanted)}\n`;
}

function rowText({ what, result, detail, todo }: Row, whatWidth: number, width: number, wanted: boolean): string {
  const indent = 2 + whatWidth + 2 + resultWidth + 2;
  const lines = [...wrap(detail, width - indent), ...(todo ? wrap(`to do: ${todo}`, width - indent) : [])];
  const left = `  ${what.padEnd(whatWidth)}  ${paint(result.padEnd(resultWidth), colours[result], wanted)}  `;
  return lines.map((line, index) => `${index === 0 ? left : ' '.repeat(indent)}${line}\n`).join('');
}

function summary(sections: readonly Section[], wanted: boolean): string {
  return results
    .filter((result) => count(sections, result) > 0)
    .map((result) => paint(`${count(sections, result)} ${result}`, colours[result], wanted))
    .join(', ');
}

function count(sections: readonly Section[], result: Result): number {
  return sections.flatMap(({ rows }) => rows).filter((row) => row.result === result).length;
}

/** Lines of at most a width; a word that is longer stays whole, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines;
}
