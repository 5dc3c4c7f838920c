import { Command as CommanderCommand, Help } from 'commander';
import { hasColours, paint } from './colours';
import type { Command, Io } from './command';

const widest = 110;

/** Commands of CDKTF: the help lists them, and an error names them if uap is called with one. */
const cdktfCommands: Readonly<Record<string, string>> = {
  diff: 'Show what a deployment would create, change or replace.',
  deploy: 'Create or update the UAPs; returns once each answers with the right certificate.',
  destroy: 'Remove everything that was deployed.',
};

/** The parser of the command line and of each command, with help for people. */
export class Parser extends CommanderCommand {
  override createCommand(name?: string): Parser {
    return new Parser(name);
  }

  override createHelp(): Help {
    return new OurHelp();
  }
}

class OurHelp extends Help {
  override styleTitle(text: string): string {
    return paint(text, 'bold');
  }

  override styleOptionTerm(text: string): string {
    return paint(text, 'cyan');
  }

  override styleSubcommandTerm(text: string): string {
    return paint(text, 'cyan');
  }

  /** `--out DIR`, as in our errors, without the brackets of the parser. */
  override optionTerm({ flags }: { flags: string }): string {
    return flags.replace(/[[\]]/g, '');
  }

  override subcommandTerm(command: CommanderCommand): string {
    return command.usage().startsWith('npx') ? command.usage() : command.name();
  }

  /** The general help is about commands; its own options are in the notes. */
  override visibleOptions(command: CommanderCommand) {
    return command.parent ? super.visibleOptions(command) : [];
  }
}

/** The parser of the command line; commands are added to it in the order of the help. */
export function makeProgram(io: Io, version: string): Parser {
  return new Parser('uap')
    .usage('<command> <cloud> [options]')
    .description('User Application Proxies of OpenStack clouds')
    .version(version, '--version')
    .helpCommand(false)
    .enablePositionalOptions()
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      getOutHasColors: () => hasColours(io.stdout, io),
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? widest, widest),
    })
    .addHelpText(
      'after',
      `
  uap <command> --help    options and examples of a command
  uap --version           version

<cloud> is the name of a cloud that stacks/index.ts exports. Run uap in the folder of your app.`,
    ) as Parser;
}

/** Adds a command with its help. */
export function addCommand(program: Parser, command: Command, heading: string): Parser {
  const { name, summary, examples = [], notes } = command;
  const parser = program
    .command(name)
    .helpGroup(heading)
    .usage(`${'usage' in command ? command.usage : '<cloud>'} [options]`)
    .description(summary)
    .helpOption('-h, --help', 'show this help');
  if (examples.length > 0) {
    const title = paint(examples.length > 1 ? 'Examples:' : 'Example:', 'bold');
    parser.addHelpText('after', `\n${title}\n${examples.map((one) => `  uap ${one}`).join('\n')}`);
  }
  const width = program.configureOutput().getOutHelpWidth?.() ?? widest;
  if (notes) parser.addHelpText('after', `\n${new OurHelp().boxWrap(notes, width)}`);
  return parser as Parser;
}

/** Adds the commands that CDKTF has. */
export function addCdktfCommands(program: Parser, heading: string, asked: (line: string) => never): void {
  for (const [name, summary] of Object.entries(cdktfCommands)) {
    program
      .command(name)
      .helpGroup(heading)
      .usage(`npx cdktf ${name} <cloud>`)
      .description(summary)
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action((...args) => asked(['npx cdktf', name, ...(args.at(-1) as CommanderCommand).args].join(' ')));
  }
}
