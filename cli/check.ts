import { timeoutOf } from './arguments';
import type { CloudCommand } from './command';
import { untilEnded } from './process';
import { exitCode, writeReport } from './report';

export const check: CloudCommand = {
  name: 'check',
  summary: 'Check credentials, quotas, DNS and CA before a deployment.',
  options: {
    json: { help: 'print JSON' },
    timeout: { value: 'SECONDS', help: 'longest wait for each answer (default: 10)' },
  },
  examples: ['check cloud-a', 'check cloud-a --json --timeout 5'],
  notes:
    'It writes a TXT record and removes it again; nothing else changes. The exit code is 1 if a check failed, and 130 ' +
    'after Ctrl-C.',

  async run({ io, values, spec, cloud }) {
    const timeout = timeoutOf(values, 10);
    const start = Date.now();
    const [{ CloudContext }, { cloudChecks, regionChecks }, { runChecks, sectionsOf }, { Undo }] = await Promise.all([
      import('./check/context'),
      import('./check/checks'),
      import('./check/run-checks'),
      import('./check/undo'),
    ]);
    const context = new CloudContext(io, spec, cloud, timeout, new Undo());
    const { rows, interrupted } = await untilEnded(io.signal, (ended) =>
      runChecks(context, cloudChecks, regionChecks, ended),
    );
    const took = (Date.now() - start) / 1000;
    const sections = sectionsOf(cloud.name, rows);
    if (sections.length > 0 || values.json) {
      writeReport(io, sections, values.json ? { cloud: cloud.name, interrupted, seconds: took } : undefined);
    }
    if (!values.json) {
      io.stdout.write(interrupted ? 'interrupted before all checks had ended\n' : `in ${took.toFixed(1)} s\n`);
    }
    return interrupted ? 130 : exitCode(sections);
  },
};
