import { parseArgs } from 'node:util';
import { nearest } from '../lib/spec/problems';
import { type Option, UsageError, type Values } from './command';

/** Options of every command. */
export const commonOptions: Readonly<Record<string, Option>> = {
  stacks: { value: 'FILE', help: 'file that exports "clouds" (default: stacks/index.ts)' },
  help: { help: 'show this help' },
};

/** Reads the arguments of a command; what is not allowed is told with what is. */
export function readArguments(
  command: string,
  args: readonly string[],
  options: Readonly<Record<string, Option>>,
): { values: Values; positionals: string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
    ),
    // Node's own messages speak of configuration that an operator never sees.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, string | true> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (!option) throw new UsageError(unknownOption(command, token.rawName, Object.keys(options)));
    if (option.value === undefined && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value; got "${token.value}"`);
    }
    if (option.value !== undefined && (token.value === undefined || /^--?[a-z]/.test(token.value))) {
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${option.value}`);
    }
    values[token.name] = option.value === undefined ? true : (token.value as string);
  }
  return { values, positionals: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])) };
}

function unknownOption(command: string, name: string, allowed: readonly string[]): string {
  return `${command} has no option ${name}; ${suggestion(name.replace(/^-+/, ''), allowed, '--')}`;
}

/** "did you mean …?" where that is likely, else all that is allowed. */
export function suggestion(name: string, allowed: readonly string[], prefix = ''): string {
  const meant = nearest(name, allowed);
  return meant ? `did you mean ${prefix}${meant}?` : `allowed: ${allowed.map((one) => prefix + one).join(', ')}`;
}
