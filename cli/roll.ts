import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { timeoutOf } from './arguments';
import { type CloudCommand, CommandError, type Io, type Values } from './command';
import { type ExecuteOptions, execute } from './process';
import type { Replica } from './roll/replicas';

const readinessScript = join(__dirname, '../lib/constructs/assets/wait-until-ready.mjs');

export const roll: CloudCommand = {
  name: 'roll',
  summary: 'Deploy a change to one instance after another, while the others keep serving.',
  options: {
    'auto-approve': { help: "don't ask before each step" },
    timeout: { value: 'SECONDS', help: 'longest wait for the other instances before a step (default: 30)' },
    replace: { help: 'replace every instance, changed or not, e.g. for a newer image' },
  },
  examples: ['roll cloud-a', 'roll cloud-a --replace --auto-approve'],
  notes:
    'Each step runs `terraform apply` for one instance, once the others answer, and waits until it is ready. All other ' +
    'resources come last. The next `uap roll` repeats a failed step.',

  async run({ io, values, spec, cloud }) {
    const timeout = timeoutOf(values, 30);
    const terraform = new Terraform(io, join(io.cwd, outputFolder(io), 'stacks', cloud.name), values);
    const [{ plannedReplacements, replicasOf }, { withStack }] = await Promise.all([
      import('./roll/replicas'),
      import('./stack'),
    ]);
    await must(io, 'cdktf synth failed', 'npx', ['cdktf', 'synth', '--log-level', 'error']);
    await terraform.init();
    const replicas = withStack(spec, replicasOf);
    const replaced = new Set(plannedReplacements(await terraform.plan()));
    const due = replicas.filter(({ server }) => values.replace === true || replaced.has(server));
    if (due.length === 0) io.stdout.write(`No instance of ${cloud.name} has to be replaced.\n`);

    for (const [index, replica] of due.entries()) {
      io.stdout.write(`\n${index + 1} of ${due.length}: ${replica.label}\n`);
      if (!replica.readiness) throw new CommandError(noReadiness);
      await othersAnswer(io, replica, replicas, await terraform.addresses(), timeout);
      await terraform.apply(
        `-target=${replica.readiness}`,
        ...(values.replace === true ? [`-replace=${replica.server}`] : []),
      );
    }
    io.stdout.write('\nAll other resources\n');
    await terraform.apply();
    return 0;
  },
};

const noReadiness =
  'readinessTimeout is 0, so no step would wait until its instance is ready; set it, for example to 900';

function outputFolder(io: Io): string {
  const file = join(io.cwd, 'cdktf.json');
  if (!existsSync(file))
    throw new CommandError('this folder has no cdktf.json; run uap roll in the folder of your app');
  return (JSON.parse(readFileSync(file, 'utf8')) as { output?: string }).output ?? 'cdktf.out';
}

/** Terraform in the folder of a synthesized stack. */
class Terraform {
  private readonly program: string;
  private readonly autoApprove: boolean;

  constructor(
    private readonly io: Io,
    private readonly folder: string,
    values: Values,
  ) {
    this.program = io.env.TERRAFORM_BINARY_NAME ?? 'terraform';
    this.autoApprove = values['auto-approve'] === true;
  }

  init(): Promise<string> {
    return this.must('init', '-input=false');
  }

  /** @returns lines of JSON */
  plan(): Promise<string> {
    return this.must('plan', '-json', '-input=false');
  }

  /** Shows what it does, and asks on the terminal unless it is approved. */
  async apply(...more: string[]): Promise<void> {
    const args = ['apply', ...(this.autoApprove ? ['-auto-approve', '-input=false'] : []), ...more];
    const { code } = await execute(this.program, [`-chdir=${this.folder}`, ...args], {
      ...inApp(this.io),
      show: this.io,
    });
    if (code !== 0) throw new CommandError('terraform apply failed');
  }

  /** The addresses of each UAP by host name, in the order of its instances, as they are deployed. */
  async addresses(): Promise<Readonly<Record<string, string[]>>> {
    const args = [`-chdir=${this.folder}`, 'output', '-json', 'addresses'];
    const { code, stdout } = await execute(this.program, args, inApp(this.io));
    return code === 0 ? JSON.parse(stdout) : {};
  }

  private must(verb: string, ...more: string[]): Promise<string> {
    return must(this.io, `terraform ${verb} failed`, this.program, [`-chdir=${this.folder}`, verb, ...more]);
  }
}

/** Programs run in the folder of the app, may prompt on the terminal, and end with this command. */
function inApp(io: Io): ExecuteOptions {
  return { cwd: io.cwd, env: { ...io.env }, input: 'terminal', signal: io.signal };
}

/** Runs a program without showing its output, unless it fails. */
async function must(io: Io, failure: string, program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(program, args, inApp(io));
  if (code === 0) return stdout;
  io.stderr.write(stdout + stderr);
  throw new CommandError(failure);
}

/** Otherwise a broken instance and the one being replaced could be all instances of a UAP. */
async function othersAnswer(
  io: Io,
  replica: Replica,
  all: readonly Replica[],
  deployed: Readonly<Record<string, string[]>>,
  timeout: number,
) {
  const { hostname } = replica;
  const siblings = all.filter((one) => one.hostname === hostname);
  const addresses = deployed[hostname] ?? [];
  // A UAP of one instance has no other, and one behind a load balancer has one address for all.
  if (addresses.length !== siblings.length) return;
  for (const [index, address] of addresses.entries()) {
    if (siblings[index] === replica) continue;
    const env = { ...io.env, UAP_HOSTNAME: hostname, UAP_ADDRESS: address, UAP_TIMEOUT: String(timeout) };
    const { code } = await execute(process.execPath, [readinessScript], { ...inApp(io), env });
    if (code === 0) continue;
    throw new CommandError(
      `${address} (${siblings[index]?.label}) doesn't answer, so ${replica.label} is not replaced; ` +
        'repair it first: npx cdktf deploy',
    );
  }
}
