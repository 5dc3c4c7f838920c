import type { Io, Output } from './command';

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Colour = keyof typeof codes;

/** Whether colours are wanted: on a terminal, unless NO_COLOR (no-color.org) or TERM=dumb says otherwise. */
export function hasColours(output: Output, { env }: Pick<Io, 'env'>): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** The text in a colour, or as it is. */
export function paint(text: string, colour: Colour, wanted = true): string {
  const [on, off] = codes[colour];
  return wanted ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
