import { commonOptions } from './arguments';
import type { Command, Option } from './command';

export function generalHelp(commands: readonly Command[]): string {
  return `User Application Proxies of OpenStack clouds

Usage: uap <command> <cloud> [options]
       uap url <address> <port> [options]

Commands:
${table(commands.map(({ name, summary }) => [name, summary]))}

  uap <command> --help    options of a command
  uap --version           version

A cloud is one of those that stacks/index.ts exports; run uap in the folder of your app.
Deploy with: cdktf deploy <cloud>
`;
}

export function commandHelp(command: Command): string {
  const { name, summary, options, notes } = command;
  const usage = 'usage' in command ? command.usage : '<cloud>';
  const rows = Object.entries({ ...options, ...commonOptions }).map(
    ([option, { value, help }]: [string, Option]): [string, string] => [`--${option}${value ? ` ${value}` : ''}`, help],
  );
  return `${summary}

Usage: uap ${name} ${usage} [options]

Options:
${table(rows)}
${notes ? `\n${notes}\n` : ''}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}    ${right}`).join('\n');
}
