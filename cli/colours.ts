import { styleText } from 'node:util';
import type { Io, Output } from './command';

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Whether colours are wanted: on a terminal, unless NO_COLOR (no-color.org) or TERM=dumb says otherwise. */
export function hasColours(output: Output, { env }: Pick<Io, 'env'>): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** The text in a colour, or as it is. */
export function paint(text: string, colour: Colour, wanted = true): string {
  // Our own outputs decide, not those of the process.
  return wanted ? styleText(colour, text, { validateStream: false }) : text;
}
