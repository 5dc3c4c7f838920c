import { type Command as Parser, Option as ParserOption } from 'commander';
import { nearest } from '../lib/validation/problems';
import { type Option, text, UsageError, type Values } from './command';

type Options = Readonly<Record<string, Option>>;

/** Options of every command. */
export const commonOptions: Options = {
  stacks: { value: 'FILE', help: 'file that exports "clouds" (default: stacks/index.ts)' },
};

/** Adds our options to the parser. `readArguments` reports mistakes, so that messages have our wording. */
export function addOptions(parser: Parser, options: Options): Parser {
  for (const [name, option] of Object.entries(options)) parser.addOption(parserOption(name, option));
  return parser.allowUnknownOption().allowExcessArguments();
}

function parserOption(name: string, option: Option): ParserOption {
  const { value, help, multiple } = option;
  // An optional value, as a missing one is reported in our words.
  const parsed = new ParserOption(value === undefined ? `--${name}` : `--${name} [${value}]`, help);
  return parsed.argParser((given: string, before: unknown) => {
    if (given === '' || before === true) throw missingValue(name, option);
    checkChoice(name, option, given);
    if (!multiple) return given;
    return [...((before as string[] | undefined) ?? []), given];
  });
}

/** The arguments that the parser read; what is not allowed is reported with what is. */
export function readArguments(parser: Parser, options: Options): { values: Values; positionals: string[] } {
  const stray = parser.args.find((arg) => /^-./.test(arg));
  if (stray !== undefined) throw unknownOption(parser.name(), stray, options);
  const values: Record<string, string | true | readonly string[]> = {};
  for (const parsed of parser.options) {
    const value = parser.getOptionValue(parsed.attributeName());
    const option = options[parsed.name()];
    if (value === undefined || option === undefined) continue;
    if (option.value !== undefined && value === true) throw missingValue(parsed.name(), option);
    values[parsed.name()] = value;
  }
  return { values, positionals: parser.args };
}

function checkChoice(name: string, { choices }: Option, given: string): void {
  if (!choices || choices.includes(given)) return;
  throw new UsageError(`--${name} is one of ${choices.join(', ')}; got "${given}"`);
}

function missingValue(name: string, { value, choices }: Option): UsageError {
  return new UsageError(`--${name} needs a value: --${name} ${choices?.join('|') ?? value}`);
}

function unknownOption(command: string, given: string, options: Options): UsageError {
  const [flag = given, value] = given.split(/=(.*)/s);
  const name = flag.replace(/^-+/, '');
  if (value !== undefined && name in options) return new UsageError(`${flag} takes no value; got "${value}"`);
  return new UsageError(
    `${command} has no option ${flag}; ${suggestion(name, [...Object.keys(options), 'help'], '--')}`,
  );
}

/** "did you mean …?" where that is likely, else all that is allowed. */
export function suggestion(name: string, allowed: readonly string[], prefix = ''): string {
  const meant = nearest(name, allowed);
  return meant ? `did you mean ${prefix}${meant}?` : `allowed: ${allowed.map((one) => prefix + one).join(', ')}`;
}

/**
 * The value of `--timeout`.
 * @returns seconds
 */
export function timeoutOf(values: Values, standard: number, most = 600): number {
  const given = text(values, 'timeout');
  if (given === undefined) return standard;
  const seconds = Number(given);
  if (/^\d+(\.\d+)?$/.test(given) && seconds > 0 && seconds <= most) return seconds;
  throw new UsageError(`--timeout must be a number of seconds up to ${most}; got "${given}"`);
}
