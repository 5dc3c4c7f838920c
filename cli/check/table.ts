import type { Result } from './finding';
import type { Row } from './run-checks';

const width = 118;

/** SGR codes of ISO 6429. */
const colors: Readonly<Record<Result, number>> = { ok: 32, warning: 33, failed: 31, 'not checked': 36 };

/** A line for each thing that was checked, by region; below it what to do, if there is something to do. */
export function table(rows: readonly Row[], color: boolean): string {
  const columns = {
    check: Math.max(...rows.map(({ check }) => check.length)),
    result: Math.max(...rows.map(({ result }) => result.length)),
  };
  const regions = [...new Set(rows.map(({ region }) => region))];
  // What is about the whole cloud comes first, except for the last lines, which nobody must miss.
  return regions
    .map((region) => {
      const own = rows.filter((row) => row.region === region);
      const title = region === undefined ? '' : `\n${region}\n`;
      return title + own.map((row, index) => lines(row, own[index - 1]?.check === row.check, columns, color)).join('');
    })
    .join('');
}

function lines(
  { check, result, found, todo }: Row,
  again: boolean,
  columns: { readonly check: number; readonly result: number },
  color: boolean,
): string {
  const painted = result.padEnd(columns.result);
  const left = `  ${(again ? '' : check).padEnd(columns.check)}  `;
  const indent = ' '.repeat(left.length + columns.result + 2);
  const room = Math.max(40, width - indent.length);
  const text = wrap(found, room).join(`\n${indent}`);
  const advice = todo === undefined ? '' : `\n${indent}→ ${wrap(todo, room - 2).join(`\n${indent}  `)}`;
  return `${left}${color ? `\x1b[${colors[result]}m${painted}\x1b[0m` : painted}  ${text}${advice}\n`;
}

/** Breaks a text at spaces. */
function wrap(text: string, room: number): string[] {
  const result: string[] = [];
  for (const word of text.split(' ')) {
    const last = result.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) result[result.length - 1] = `${last} ${word}`;
    else result.push(word);
  }
  return result;
}
