import type { CloudSpec, ResolvedCloud, ResolvedRegion } from '../lib';

/** Where text goes; a terminal has a width, and colours. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Input and output of the command line. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the operator's app. */
  readonly cwd: string;
  /** Loads the file with the clouds. @default - `require`, of TypeScript by tsx */
  readonly load?: (file: string) => unknown;
  /** Ends a long-running command. */
  readonly signal?: AbortSignal;
}

export interface Option {
  /** What stands for the value in the help, e.g. `DIR`; a switch has none. */
  readonly value?: string;
  readonly help: string;
  /** The values allowed. @default - any */
  readonly choices?: readonly string[];
  /** Whether it may be given several times, each with one value; see `texts`. @default false */
  readonly multiple?: boolean;
}

/** The options given, by name: the text of the value, true for a switch, a list for one that may be given often. */
export type Values = Readonly<Record<string, string | true | readonly string[] | undefined>>;

export interface Invocation {
  readonly io: Io;
  readonly values: Values;
  /** The settings of the cloud, as given and with every default. */
  readonly spec: CloudSpec;
  readonly cloud: ResolvedCloud;
}

interface AnyCommand {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Options without those that every command has. */
  readonly options: Readonly<Record<string, Option>>;
  /** Command lines that work, without `uap`: `show cloud-a --json`. */
  readonly examples?: readonly string[];
  /** More for its help; its lines are wrapped. */
  readonly notes?: string;
}

/** A command about one cloud, its first argument. */
export interface CloudCommand extends AnyCommand {
  run(invocation: Invocation): Promise<number>;
}

/** A command whose first argument is not a cloud. */
export interface GeneralCommand extends AnyCommand {
  /** Its arguments, for the help: `<address> <port>`. */
  readonly usage: string;
  runGeneral(io: Io, values: Values, positionals: readonly string[]): Promise<number>;
}

export type Command = CloudCommand | GeneralCommand;

/** A mistake on the command line. One line for people; the exit code is 2. */
export class UsageError extends Error {}

/** A failure with its reason in one line; the exit code is 1. */
export class CommandError extends Error {}

/** The value of an option that takes one. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option that may be given several times. */
export function texts(values: Values, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}

/** The region that was asked for; it need not be named where there is only one. */
export function oneRegion(cloud: ResolvedCloud, name: string | undefined): ResolvedRegion {
  const [only, ...more] = cloud.regions;
  if (name === undefined && only && more.length === 0) return only;
  const found = cloud.regions.find(({ region, hostname }) => name !== undefined && (region ?? hostname) === name);
  if (found) return found;
  const names = cloud.regions.map(({ region, hostname }) => region ?? hostname).join(', ');
  if (name === undefined) throw new UsageError(`${cloud.name} has several regions, choose one with --region: ${names}`);
  throw new UsageError(`${cloud.name} has no region "${name}"; allowed: ${names}`);
}
