import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openLab } from './lab';
import { PEERS } from './peers';
import type { Peer, RunningPeer } from './peers/peer';
import { plotSvg } from './plot';
import { reportMarkdown } from './report';
import type { Results, Sample } from './results';
import { SCENARIOS } from './scenarios';
import type { Bench } from './scenarios/scenario';
import { startUpstream } from './upstream';

const QUICK = { rounds: 1, duration: 0.5, transferBytes: 128 * 2 ** 20, webSockets: 1000 };
const FULL = { rounds: 5, duration: 1, transferBytes: 2 ** 30, webSockets: 10_000 };

/** A mistake on the command line. */
class UsageError extends Error {}

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string' },
      duration: { type: 'string' },
      out: { type: 'string', default: __dirname },
      report: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const sizes = values.quick ? QUICK : FULL;
  const { only, peers, rounds, duration, keep } = values;
  if (keep && only === undefined) {
    throw new UsageError('--keep needs --only: it keeps the figures of the other scenarios, e.g. --only ranges --keep');
  }
  return {
    ...sizes,
    quick: values.quick,
    out: values.out,
    report: values.report,
    keep,
    scenarios: chosen('--only', only, SCENARIOS),
    peers: chosen('--peers', peers, PEERS),
    rounds: positive('--rounds', rounds, sizes.rounds),
    duration: positive('--duration', duration, sizes.duration),
  };
}

function chosen<T extends { name: string }>(
  option: string,
  given: string | undefined,
  all: readonly T[],
): readonly T[] {
  if (given === undefined) return all;
  const names = given.split(',');
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) {
    const allowed = all.map(({ name }) => name).join(', ');
    throw new UsageError(`${option}: there is no "${unknown}"; allowed: ${allowed}, e.g. ${option} ${all[0]?.name}`);
  }
  return all.filter(({ name }) => names.includes(name));
}

function positive(option: string, given: string | undefined, standard: number): number {
  const number = Number(given ?? standard);
  if (number > 0 && number <= 600) return number;
  throw new UsageError(`${option} must be a number above 0, at most 600; got "${given}", e.g. ${option} ${standard}`);
}

async function main(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (options.report) {
    writeReport(readResults(options.out), options.out);
    return;
  }
  const kept = options.keep ? readResults(options.out) : undefined;
  if (
    kept &&
    JSON.stringify([kept.machine, kept.versions, kept.quick]) !== JSON.stringify([machine(), versions(), options.quick])
  ) {
    throw new UsageError(
      '--keep: results.json is of another machine, of other versions or of a quick run; leave out --only and --keep',
    );
  }
  // Fail now, not after all the measurements.
  mkdirSync(options.out, { recursive: true });
  const lab = openLab();
  const samples: Sample[] = [];
  const started = new Map<Peer, RunningPeer>();
  const upstream = await startUpstream(lab, options.transferBytes);
  const bench: Bench = {
    ...options,
    lab,
    upstream,
    // An upgraded connection uses two file descriptors of its proxy.
    webSockets: Math.min(options.webSockets, Math.floor((openFilesLimit() - 400) / 2)),
    async running(peer) {
      const running = started.get(peer) ?? (await peer.start(lab));
      started.set(peer, running);
      return running;
    },
    async stopped(peer) {
      await started.get(peer)?.stop();
      started.delete(peer);
    },
    record(sample) {
      samples.push(sample);
      const values = Object.entries(sample.values).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
      say(`${sample.scenario} ${sample.case} ${sample.peer} ${sample.round}: ${values.join(', ')}`);
    },
  };
  try {
    for (const last of [false, true]) {
      const peers = options.peers.filter(({ opensConnections = false }) => opensConnections === last);
      for (const scenario of options.scenarios) await scenario.run(bench, peers);
    }
  } finally {
    for (const running of started.values()) await running.stop();
    await upstream.stop();
    lab.remove();
  }
  const results: Results = {
    date: new Date().toISOString(),
    command: [...(kept ? [kept.command] : []), ['bench/run', ...args].join(' ')].join('; '),
    quick: options.quick,
    machine: machine(),
    versions: versions(),
    peers: PEERS.map(({ name, title, about }) => ({ name, title, about })),
    samples: [
      ...(kept?.samples.filter(({ scenario }) => !options.scenarios.some(({ name }) => name === scenario)) ?? []),
      ...samples,
    ],
  };
  writeFileSync(path.join(options.out, 'results.json'), toJson(results));
  writeReport(results, options.out);
}

/** Writes the report and the plot; `--report` writes them again from the raw figures. */
function writeReport(results: Results, folder: string): void {
  writeFileSync(path.join(folder, 'results.svg'), plotSvg(results));
  const report = reportMarkdown(results);
  writeFileSync(path.join(folder, 'RESULTS.md'), report);
  process.stdout.write(`\n${report}`);
}

function readResults(folder: string): Results {
  return JSON.parse(readFileSync(path.join(folder, 'results.json'), 'utf8'));
}

/** A sample a line. */
function toJson({ samples, ...rest }: Results): string {
  const lines = samples.map((sample) => `    ${JSON.stringify(sample)}`);
  return `${JSON.stringify(rest, null, 2).slice(0, -2)},\n  "samples": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

function say(text: string): void {
  process.stdout.write(`[${performance.now().toFixed(0).slice(0, -3).padStart(4)} s] ${text}\n`);
}

function openFilesLimit(): number {
  return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
}

function machine(): Record<string, string> {
  return {
    processors: `${cpus().length} of ${cpus()[0]?.model}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim(),
    system: /^PRETTY_NAME="(.*)"/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '',
  };
}

function versions(): Record<string, string> {
  const packages = readFileSync(path.join(__dirname, 'packages.txt'), 'utf8').trim().split('\n');
  const shown = new Set([
    'nginx',
    'libnginx-mod-http-lua',
    'haproxy',
    'caddy',
    'nghttp2-client',
    'wrk',
    'curl',
    'openssl',
  ]);
  const text = execFileSync('dpkg-query', ['-W', '-f=${Package}\t${Version}\n', ...packages], { encoding: 'utf8' });
  const all = text
    .trim()
    .split('\n')
    .map((line) => line.split('\t') as [string, string]);
  return Object.fromEntries(all.filter(([name]) => shown.has(name)));
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const known = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`bench: ${known ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
    process.exit(known ? 2 : 1);
  },
);
