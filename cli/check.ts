import type { CloudCommand } from './command';
import { seconds } from './seconds';

export const check: CloudCommand = {
  name: 'check',
  summary: 'Look, before a deployment, whether the cloud, the DNS and the CA will do what the settings ask for.',
  options: {
    json: { help: 'as JSON' },
    timeout: { value: 'SECONDS', help: 'longest wait for an answer of a service (default: 10)' },
  },
  notes:
    'A TXT record is written and removed again; nothing else is changed. The exit code is 1 if something failed,\n' +
    'and 130 when it was ended by Ctrl-C.',

  async run({ io, values, spec, cloud }) {
    const timeout = seconds(values, 'timeout', 10);
    const start = Date.now();
    const [{ CloudContext }, { cloudChecks, regionChecks }, { runChecks, worst }, { table }, { Undo }] =
      await Promise.all([
        import('./check/context'),
        import('./check/checks'),
        import('./check/run-checks'),
        import('./check/table'),
        import('./check/undo'),
      ]);
    const context = new CloudContext(io, spec, cloud, timeout, new Undo());
    const { rows, interrupted } = await untilEnded(io.signal, (ended) =>
      runChecks(context, cloudChecks, regionChecks, ended),
    );
    const took = (Date.now() - start) / 1000;
    const result = interrupted ? 'interrupted' : worst(rows);
    if (values.json) {
      io.stdout.write(`${JSON.stringify({ cloud: cloud.name, result, seconds: took, checks: rows }, null, 2)}\n`);
    } else {
      const color = (io.stdout as { isTTY?: boolean }).isTTY === true && !io.env.NO_COLOR;
      if (rows.length > 0) io.stdout.write(table(rows, color));
      io.stdout.write(`\n${summary(cloud.name, rows, interrupted)} (${took.toFixed(1)} s)\n`);
    }
    if (interrupted) return 130;
    return result === 'failed' ? 1 : 0;
  },
};

function summary(name: string, rows: readonly { readonly result: string }[], interrupted: boolean): string {
  if (interrupted) return `${name}: ended before all was checked`;
  const counts = ['ok', 'warning', 'failed', 'not checked'].flatMap((result) => {
    const count = rows.filter((row) => row.result === result).length;
    return count > 0 ? [`${count} ${result}`] : [];
  });
  return `${name}: ${counts.join(', ')}`;
}

/** Runs something that is told of Ctrl-C and the like, instead of being ended by it. */
async function untilEnded<T>(signal: AbortSignal | undefined, call: (ended: AbortSignal) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, end);
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await call(ended.signal);
  } finally {
    for (const name of signals) process.removeListener(name, end);
    signal?.removeEventListener('abort', end);
  }
}
