import { type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudCommand, CommandError, type Io, text, UsageError, type Values } from './command';
import { plannedReplacements, type Slot, slotsOf } from './roll/slots';

const readinessScript = join(__dirname, '../lib/constructs/assets/wait-until-ready.mjs');

export const roll: CloudCommand = {
  name: 'roll',
  summary: 'Deploy a change to a UAP of several instances one by one, so that the others go on serving.',
  options: {
    'auto-approve': { help: "don't ask before each step" },
    timeout: { value: 'SECONDS', help: 'how long the others may take to answer before a step (default: 30)' },
    replace: { help: 'replace every instance, changed or not, e.g. for a newer image' },
  },
  examples: ['roll cloud-a', 'roll cloud-a --replace --auto-approve'],
  notes:
    'Each step is a `terraform apply` of one instance, and waits until it is ready; the others must answer before it ' +
    'begins. What is not an instance comes last. A step that failed is done again by the next `uap roll`.',

  async run({ io, values, cloud }) {
    const timeout = seconds(values, 'timeout', 30);
    const stack = join(io.cwd, outputFolder(io), 'stacks', cloud.name);
    const terraform = io.env.TERRAFORM_BINARY_NAME ?? 'terraform';
    const apply = async (...more: string[]) => {
      const approve = values['auto-approve'] === true ? ['-auto-approve', '-input=false'] : [];
      await must(io, 'terraform apply failed', terraform, [`-chdir=${stack}`, 'apply', ...approve, ...more]);
    };
    await must(io, 'cdktf synth failed', 'npx', ['cdktf', 'synth', '--log-level', 'error'], { output: 'on failure' });
    await must(io, 'terraform init failed', terraform, [`-chdir=${stack}`, 'init', '-input=false'], {
      output: 'on failure',
    });

    const slots = slotsOf(JSON.parse(readFileSync(join(stack, 'cdk.tf.json'), 'utf8')));
    const planned = await must(
      io,
      'terraform plan failed',
      terraform,
      [`-chdir=${stack}`, 'plan', '-json', '-input=false'],
      {
        output: 'on failure',
      },
    );
    const replaced = new Set(plannedReplacements(planned));
    const due = slots.filter(({ server }) => values.replace === true || replaced.has(server));
    if (due.length === 0) io.stdout.write(`No instance of ${cloud.name} has to be replaced.\n`);

    for (const [index, slot] of due.entries()) {
      io.stdout.write(`\n${index + 1} of ${due.length}: ${slot.label}\n`);
      await othersAnswer(io, slot, slots, await addresses(io, terraform, stack), timeout);
      if (!slot.readiness) throw new CommandError(noReadiness);
      await apply(`-target=${slot.readiness}`, ...(values.replace === true ? [`-replace=${slot.server}`] : []));
    }
    io.stdout.write('\nWhat is not an instance\n');
    await apply();
    return 0;
  },
};

const noReadiness =
  'readinessTimeout is 0, so nobody would wait for an instance before the next one goes; set it, for example to 900';

function seconds(values: Values, name: string, standard: number): number {
  const given = text(values, name);
  if (given === undefined) return standard;
  if (/^[1-9]\d{0,3}$/.test(given)) return Number(given);
  throw new UsageError(`--${name} must be a number of seconds from 1 to 9999; got "${given}"`);
}

function outputFolder(io: Io): string {
  const file = join(io.cwd, 'cdktf.json');
  if (!existsSync(file)) throw new CommandError('there is no cdktf.json here; run uap roll in the folder of your app');
  return (JSON.parse(readFileSync(file, 'utf8')) as { output?: string }).output ?? 'cdktf.out';
}

/** The addresses of each UAP by host name, in the order of its instances, as they are deployed. */
async function addresses(io: Io, terraform: string, stack: string): Promise<Readonly<Record<string, string[]>>> {
  const { code, stdout } = await execute(io, terraform, [`-chdir=${stack}`, 'output', '-json', 'addresses']);
  return code === 0 ? JSON.parse(stdout) : {};
}

/** Without this, one that is broken and one that is being replaced could be all there are. */
async function othersAnswer(
  io: Io,
  slot: Slot,
  slots: readonly Slot[],
  known: Readonly<Record<string, string[]>>,
  timeout: number,
) {
  const siblings = slots.filter(({ region }) => region === slot.region);
  for (const [hostname, list] of Object.entries(known)) {
    // The output has host names; a UAP of one instance, or behind a load balancer, has nobody to ask.
    if (slot.hostname !== hostname || list.length !== siblings.length) continue;
    for (const [index, address] of list.entries()) {
      if (siblings[index] === slot) continue;
      const env = { ...io.env, UAP_HOSTNAME: hostname, UAP_ADDRESS: address, UAP_TIMEOUT: String(timeout) };
      const { code } = await execute(io, process.execPath, [readinessScript], { env });
      if (code === 0) continue;
      throw new CommandError(
        `${address} (${siblings[index]?.label}) doesn't answer, so ${slot.label} stays until it does: ` +
          '`npx cdktf deploy` mends what is broken',
      );
    }
  }
}

interface ExecuteOptions extends Pick<SpawnOptions, 'env'> {
  /** Shown while it runs, or only if it fails. @default 'on failure' */
  readonly output?: 'always' | 'on failure';
}

async function must(
  io: Io,
  failure: string,
  command: string,
  args: readonly string[],
  { output = 'always' }: ExecuteOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await execute(io, command, args, { output });
  if (code === 0) return stdout;
  if (output === 'on failure') io.stderr.write(stdout + stderr);
  throw new CommandError(failure);
}

function execute(
  io: Io,
  command: string,
  args: readonly string[],
  { env, output = 'on failure' }: ExecuteOptions = {},
) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((done, fail) => {
    const child = spawn(command, args, {
      cwd: io.cwd,
      env: env ?? { ...io.env },
      // Terraform asks its questions itself.
      stdio: ['inherit', 'pipe', 'pipe'],
      signal: io.signal,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (data) => {
      stdout += data;
      if (output === 'always') io.stdout.write(String(data));
    });
    child.stderr?.on('data', (data) => {
      stderr += data;
      if (output === 'always') io.stderr.write(String(data));
    });
    child.on('error', (error) => fail(new CommandError(`${command} can't be run: ${error.message}`)));
    child.on('close', (code) => done({ code: code ?? 1, stdout, stderr }));
  });
}
