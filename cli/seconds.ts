import { text, UsageError, type Values } from './command';

/** The value of an option in seconds. */
export function seconds(values: Values, name: string, standard: number): number {
  const given = text(values, name);
  if (given === undefined) return standard;
  const value = Number(given);
  if (/^\d+(\.\d+)?$/.test(given) && value > 0 && value <= 600) return value;
  throw new UsageError(`--${name} must be a number of seconds up to 600; got "${given}"`);
}
