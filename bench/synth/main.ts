import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

// Time to synthesize cloud-a beside an app with an empty stack: `node_modules/.bin/tsx bench/synth/main.ts [RUNS]`.
// Both are run as cdktf.json runs main.ts, without the CDKTF command around them, in turns and once before that counts.

const root = path.join(__dirname, '../..');
const command: string = JSON.parse(readFileSync(path.join(root, 'cdktf.json'), 'utf8')).app;

function main([runs = '15', ...rest]: string[]): void {
  if (!/^[1-9]\d{0,2}$/.test(runs) || rest.length > 0) throw new Error('usage: bench/synth/main.ts [RUNS], 1 to 999');
  const out = mkdtempSync(path.join(tmpdir(), 'synth-'));
  const times: Record<'empty' | 'cloud-a', number[]> = { empty: [], 'cloud-a': [] };
  try {
    for (let run = 0; run <= Number(runs); run++) {
      for (const [app, list] of Object.entries(times)) {
        const time = synth(app, out);
        if (run > 0) list.push(time);
      }
    }
  } finally {
    rmSync(out, { recursive: true });
  }
  for (const [app, list] of Object.entries(times)) {
    console.log(`${app.padEnd(8)} ${ms(median(list))} median, ${ms(Math.min(...list))} to ${ms(Math.max(...list))}`);
  }
  console.log(`ratio    ${(median(times['cloud-a']) / median(times.empty)).toFixed(2)} of the medians of ${runs} runs`);
}

function synth(app: string, outdir: string): number {
  const [program = '', ...args] = command.replace('main.ts', `bench/synth/${app}.ts`).split(' ');
  const start = performance.now();
  const { status, stderr } = spawnSync(program, args, {
    cwd: root,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const time = performance.now() - start;
  if (status !== 0) throw new Error(`${app} failed:\n${stderr}`);
  return time;
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

const ms = (time: number) => `${time.toFixed(0)} ms`;

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`synth: ${(error as Error).message}`);
  process.exitCode = 1;
}
