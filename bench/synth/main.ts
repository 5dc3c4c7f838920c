import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

// Time to synthesize cloud-a beside an app with an empty stack: `node_modules/.bin/tsx bench/synth/main.ts [RUNS]`.
// Cloud-a runs as cdktf.json runs main.ts; the empty app runs the same way, and also with plain tsx, as other apps do.
// All run without the CDKTF command, in turns, after one warm-up each. Processor time depends least on other load of the
// machine.

const root = path.join(__dirname, '../..');
const ours: string = JSON.parse(readFileSync(path.join(root, 'cdktf.json'), 'utf8')).app;
const apps = {
  empty: 'node --require tsx/cjs bench/synth/empty.ts',
  'empty, our start': ours.replace('main.ts', 'bench/synth/empty.ts'),
  'cloud-a': ours.replace('main.ts', 'bench/synth/cloud-a.ts'),
};

interface Times {
  readonly wall: number[];
  readonly processor: number[];
}

function main([runs = '15', ...rest]: string[]): void {
  if (!/^[1-9]\d{0,2}$/.test(runs) || rest.length > 0) throw new Error('usage: bench/synth/main.ts [RUNS], 1 to 999');
  const out = mkdtempSync(path.join(tmpdir(), 'synth-'));
  const times = Object.keys(apps).map((): Times => ({ wall: [], processor: [] }));
  try {
    for (let run = 0; run <= Number(runs); run++) {
      Object.values(apps).forEach((command, index) => {
        const { wall, processor } = synth(command, out);
        if (run === 0) return;
        times[index]?.wall.push(wall);
        times[index]?.processor.push(processor);
      });
    }
  } finally {
    rmSync(out, { recursive: true });
  }
  const [empty] = times as [Times];
  console.log(
    `${'ms, of the empty app'.padEnd(20)} | lowest       | median       | lowest, processor | median, processor`,
  );
  Object.keys(apps).forEach((app, index) => {
    const { wall, processor } = times[index] as Times;
    const cells = [
      cell(Math.min(...wall), Math.min(...empty.wall)),
      cell(median(wall), median(empty.wall)),
      cell(Math.min(...processor), Math.min(...empty.processor)),
      cell(median(processor), median(empty.processor)),
    ];
    console.log([app.padEnd(20), ...cells].join(' | '));
  });
}

/** Milliseconds of a run: elapsed, and processor time as the app itself reports at its end. */
function synth(command: string, outdir: string): { wall: number; processor: number } {
  const [program = '', ...args] = command.split(' ');
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(program, ['--require', path.join(__dirname, 'processor.js'), ...args], {
    cwd: root,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
    encoding: 'utf8',
  });
  const wall = performance.now() - start;
  if (status !== 0) throw new Error(`${command} failed:\n${stderr}`);
  return { wall, processor: Number(stdout.trim().split('\n').at(-1)) };
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

function cell(time: number, reference: number): string {
  return `${time.toFixed(0).padStart(5)} ${(time / reference).toFixed(2)}`.padEnd(12);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`synth: ${(error as Error).message}`);
  process.exitCode = 1;
}
