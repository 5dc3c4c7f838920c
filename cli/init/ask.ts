import { suggestion } from '../arguments';
import { CommandError, texts, UsageError, type Values } from '../command';

export interface Choice {
  readonly value: string;
  /** What it is, behind its name. */
  readonly about?: string;
}

interface Question {
  /** The option that answers it, without dashes. */
  readonly option: string;
  /** e.g. `Which flavor?` */
  readonly message: string;
}

export interface ChoiceQuestion extends Question {
  readonly choices: readonly Choice[];
  /** @default - none: it must be answered */
  readonly proposal?: string;
}

export interface TextQuestion extends Question {
  readonly proposal?: string;
  /** What is wrong with an answer, e.g. `is not a mail address`. */
  readonly check: (answer: string) => string | undefined;
}

/** An answer, and how it came to be. */
export interface Answer {
  readonly option: string;
  readonly value: string;
  readonly by: 'given' | 'answered' | 'proposed' | 'only one';
}

/** Prompts on a terminal. */
export interface Terminal {
  select(message: string, choices: readonly Choice[], proposal: string | undefined): Promise<string>;
  checkbox(message: string, choices: readonly Choice[], proposals: readonly string[]): Promise<string[]>;
  input(message: string, proposal: string | undefined, check: (answer: string) => string | undefined): Promise<string>;
  confirm(message: string): Promise<boolean>;
}

/** Takes an answer from the options, else from a terminal, else, if that is wanted, the proposal. */
export class Asker {
  readonly answers: Answer[] = [];

  constructor(
    private readonly values: Values,
    private readonly terminal: Terminal | undefined,
    private readonly takeProposals: boolean,
  ) {}

  /** Given several times, it is a list with commas. */
  given(option: string): string | undefined {
    const all = texts(this.values, option);
    return all.length > 0 ? all.join(',') : undefined;
  }

  givenList(option: string): string[] | undefined {
    const value = this.given(option);
    return value === undefined ? undefined : value.split(',').flatMap((item) => item.trim() || []);
  }

  /** One of what there is. */
  async choose({ option, message, choices, proposal }: ChoiceQuestion): Promise<string> {
    const names = choices.map(({ value }) => value);
    const given = this.given(option);
    if (given !== undefined) {
      if (names.includes(given)) return this.note(option, given, 'given');
      throw new UsageError(`--${option}: "${given}" does not exist; ${suggestion(given, names)}`);
    }
    const [only] = names;
    if (names.length === 1 && only !== undefined) return this.note(option, only, 'only one');
    if (this.takeProposals && proposal !== undefined) return this.note(option, proposal, 'proposed');
    if (!this.terminal) throw this.unanswered(option, message, proposal, names);
    return this.note(option, await this.terminal.select(message, choices, proposal), 'answered');
  }

  /** Some of what there is, at least one. */
  async chooseSeveral({ option, message, choices, proposal }: ChoiceQuestion): Promise<string[]> {
    const names = choices.map(({ value }) => value);
    const given = this.givenList(option);
    const done = (list: string[], by: Answer['by']) => {
      this.note(option, list.join(', '), by);
      return list;
    };
    if (given !== undefined) {
      const unknown = given.find((one) => !names.includes(one));
      if (unknown === undefined && given.length > 0) return done([...new Set(given)], 'given');
      throw new UsageError(`--${option}: "${unknown ?? ''}" does not exist; ${suggestion(unknown ?? '', names)}`);
    }
    if (names.length === 1) return done(names, 'only one');
    if (this.takeProposals && proposal !== undefined) return done([proposal], 'proposed');
    if (!this.terminal) throw this.unanswered(option, message, proposal, names);
    return done(await this.terminal.checkbox(message, choices, proposal === undefined ? [] : [proposal]), 'answered');
  }

  async text({ option, message, proposal, check }: TextQuestion): Promise<string> {
    const given = this.given(option);
    if (given !== undefined) return this.note(option, this.checked(option, given, check), 'given');
    if (this.takeProposals && proposal !== undefined) return this.note(option, proposal, 'proposed');
    if (!this.terminal) throw this.unanswered(option, message, proposal, []);
    return this.note(option, await this.terminal.input(message, proposal, check), 'answered');
  }

  /** The value of an option that is not asked for; undefined if it isn't given. */
  optional(option: string, check: (answer: string) => string | undefined): string | undefined {
    const given = this.given(option);
    return given === undefined ? undefined : this.note(option, this.checked(option, given, check), 'given');
  }

  optionalList(option: string, check: (answer: string) => string | undefined): string[] | undefined {
    const given = this.givenList(option);
    for (const item of given ?? []) this.checked(option, item, check);
    if (given) this.note(option, given.join(', '), 'given');
    return given;
  }

  /** Asks for confirmation; without a terminal the answer is yes. */
  async confirm(message: string): Promise<boolean> {
    return this.terminal ? this.terminal.confirm(message) : true;
  }

  /** Records an answer that was determined without a question. */
  note(option: string, value: string, by: Answer['by']): string {
    this.answers.push({ option, value, by });
    return value;
  }

  private checked(option: string, value: string, check: (answer: string) => string | undefined): string {
    const wrong = check(value);
    if (wrong !== undefined) throw new UsageError(`--${option}: "${value}" ${wrong}`);
    return value;
  }

  private unanswered(option: string, message: string, proposal: string | undefined, names: readonly string[]) {
    const some = names.length > 12 ? [...names.slice(0, 12), '…'] : names;
    const allowed = some.length > 0 ? `; available: ${some.join(', ')}` : '';
    const yes = proposal !== undefined && !this.takeProposals ? ', or --yes for the proposals' : '';
    return new UsageError(`${message} Give --${option}${yes}${allowed}`);
  }
}

/** The terminal that the process runs on, if it is one. */
export async function processTerminal(): Promise<Terminal | undefined> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const { checkbox, confirm, input, select } = await import('@inquirer/prompts');
  const named = (choices: readonly Choice[]) =>
    choices.map(({ value, about }) => ({ value, name: about ? `${value}  (${about})` : value, short: value }));
  return {
    select: (message, choices, proposal) =>
      answered(select({ message, choices: named(choices), default: proposal, loop: false, pageSize: 12 })),
    checkbox: (message, choices, proposals) => {
      const all = named(choices).map((choice) => ({ ...choice, checked: proposals.includes(choice.value) }));
      return answered(checkbox({ message, choices: all, required: true, loop: false, pageSize: 12 }));
    },
    input: (message, proposal, check) =>
      answered(input({ message, default: proposal, validate: (answer) => sentence(check(answer)) ?? true })),
    confirm: (message) => answered(confirm({ message, default: true })),
  };
}

function sentence(wrong: string | undefined): string | undefined {
  return wrong && `This ${wrong}`;
}

/** Ctrl-C at a question ends the command. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if ((error as Error).name === 'ExitPromptError') throw new CommandError('cancelled; nothing was written');
    throw error;
  }
}
