import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { commonOptions, readArguments, suggestion } from './arguments';
import { findCloud } from './clouds';
import { type Command, type Io, text, UsageError } from './command';
import { exosphere } from './exosphere';
import { commandHelp, generalHelp } from './help';
import { render } from './render';
import { roll } from './roll';
import { serve } from './serve-command';
import { show } from './show';
import { url } from './url';

const commands: readonly Command[] = [show, render, serve, url, exosphere, roll];

/**
 * Runs the `uap` command.
 * @returns its exit code: 0 done, 1 it can't be done (what is wrong is told), 2 a mistake on the command line
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (error instanceof UsageError) return fail(io, error.message, 2);
    if (isForPeople(error)) return fail(io, error.message, 1);
    throw error;
  }
}

async function dispatch([name, ...args]: readonly string[], io: Io): Promise<number> {
  if (name === '--version') return say(io, `${version()}\n`);
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help(args[0], io);
  const command = findCommand(name);
  const options = { ...command.options, ...commonOptions };
  // Whoever asks for help gets it, whatever else is on the line.
  if (args.includes('--help') || args.includes('-h')) return say(io, commandHelp(command));
  const { values, positionals } = readArguments(name, args, options);
  if ('runGeneral' in command) return command.runGeneral(io, values, positionals);
  const [cloudName, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`${name} takes one cloud; "${more.join(' ')}" is too much`);
  const spec = findCloud(cloudName, text(values, 'stacks'), io);
  // The library takes a while to load, which help and mistakes need not wait for.
  const { resolveCloud } = await import('../lib/spec');
  return command.run({ io, values, spec, cloud: resolveCloud(spec) });
}

function findCommand(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const names = [...commands.map((one) => one.name), 'help'];
  const what = name.startsWith('-') ? 'option' : 'command';
  throw new UsageError(`there is no ${what} "${name}"; ${suggestion(name, names)}`);
}

function help(name: string | undefined, io: Io): number {
  return say(io, name === undefined ? generalHelp(commands) : commandHelp(findCommand(name)));
}

/** Errors whose message says all: those of this command, of the library, and of the operating system. */
function isForPeople(error: unknown): error is Error {
  // A TypeError and its kind are faults of this program, and their stack is of use.
  return isNativeError(error) && ['Error', 'SettingsError'].includes(error.name);
}

function version(): string {
  // Beside cli/ in the sources, one folder further up in the package.
  const file = ['../package.json', '../../package.json'].map((path) => join(__dirname, path)).find(existsSync);
  return file ? JSON.parse(readFileSync(file, 'utf8')).version : 'unknown';
}

function say(io: Io, message: string): number {
  io.stdout.write(message);
  return 0;
}

function fail(io: Io, message: string, code: number): number {
  io.stderr.write(`uap: ${message}\n`);
  return code;
}
