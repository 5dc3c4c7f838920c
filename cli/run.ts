import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { CommanderError } from 'commander';
import { addOptions, commonOptions, readArguments, suggestion } from './arguments';
import { check } from './check';
import { findCloud } from './clouds';
import { type Command, type Io, text, UsageError } from './command';
import { diagram } from './diagram';
import { isForPeople } from './errors';
import { exosphere } from './exosphere';
import { addCdktfCommands, addCommand, makeProgram, type Parser } from './help';
import { image } from './image';
import { init } from './init';
import { probe } from './probe';
import { render } from './render';
import { roll } from './roll';
import { serve } from './serve';
import { show } from './show';
import { url } from './url';

/** The commands, in the order of their use. */
export const stages: Readonly<Record<'before' | 'after', readonly Command[]>> = {
  before: [init, show, check, render, serve, diagram, image],
  after: [probe, url, exosphere, roll],
};

const commands: readonly Command[] = Object.values(stages).flat();

/**
 * Runs the `uap` command.
 * @returns its exit code: 0 done, 1 failed (the reason is printed), 2 a mistake on the command line
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return report(error, io);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const program = makeProgram(io, version());
  let code = 0;
  const add = (command: Command, heading: string) => {
    const options = { ...command.options, ...commonOptions };
    const parser = addOptions(addCommand(program, command, heading), options);
    parser.action(async () => {
      const { values, positionals } = readArguments(parser, options);
      code = await invoke(command, { io, values, positionals });
    });
  };
  for (const command of stages.before) add(command, 'Before a deployment:');
  addCdktfCommands(program, 'Deployment:', (line) => {
    throw new UsageError(`that is a command of CDKTF; run: ${line}`);
  });
  for (const command of stages.after) add(command, 'After a deployment:');
  program.action(() => help(program, program.args[0]));
  program
    .command('help', { hidden: true })
    .allowExcessArguments()
    .argument('[command]')
    .action((name?: string) => help(program, name));
  await program.parseAsync(argv, { from: 'user' });
  return code;
}

async function invoke(
  command: Command,
  { io, values, positionals }: ReturnType<typeof readArguments> & { io: Io },
): Promise<number> {
  if ('runGeneral' in command) return command.runGeneral(io, values, positionals);
  const [cloudName, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`${command.name} takes one cloud; remove "${more.join(' ')}"`);
  const spec = findCloud(cloudName, text(values, 'stacks'), io);
  // Loading the library takes a while; help and usage errors do not need it.
  const { resolveCloud, settingsWarnings } = await import('../lib/settings');
  for (const warning of settingsWarnings(spec)) io.stderr.write(`uap: warning: ${warning}\n`);
  return command.run({ io, values, spec, cloud: resolveCloud(spec) });
}

function help(program: Parser, name: string | undefined): never {
  if (name === undefined) return program.help();
  const command = program.commands.find((one) => one.name() === name);
  if (command) return command.help();
  const what = name.startsWith('-') ? 'option' : 'command';
  throw new UsageError(`unknown ${what} "${name}"; ${suggestion(name, [...commands.map((one) => one.name), 'help'])}`);
}

/** Prints the error, and returns the exit code. */
function report(error: unknown, io: Io): number {
  // Help and version end the parser in this way.
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (io.env.UAP_DEBUG && isNativeError(error)) io.stderr.write(`${error.stack}\n`);
  if (error instanceof UsageError || error instanceof CommanderError) return fail(io, error.message, 2);
  if (isForPeople(error)) return fail(io, error.message, 1);
  const hint = io.env.UAP_DEBUG ? '' : ' (UAP_DEBUG=1 shows where)';
  return fail(io, `this is a bug in uap, please report it: ${String(error).split('\n')[0]}${hint}`, 1);
}

function version(): string {
  // Beside cli/ in the sources, one folder further up in the package.
  const file = ['../package.json', '../../package.json'].map((path) => join(__dirname, path)).find(existsSync);
  return file ? JSON.parse(readFileSync(file, 'utf8')).version : 'unknown';
}

function fail(io: Io, message: string, code: number): number {
  io.stderr.write(`uap: ${message}\n`);
  return code;
}
