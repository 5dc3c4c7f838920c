import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CloudCommand, CommandError, text } from './command';

export const diagram: CloudCommand = {
  name: 'diagram',
  summary: 'Draw the resources that a deployment creates.',
  options: {
    out: { value: 'FILE', help: 'file to write to (default: the terminal)' },
  },
  examples: ['diagram cloud-a', 'diagram cloud-a --out cloud-a.mmd'],
  notes:
    'The output is a Mermaid flowchart, which GitHub, GitLab and mermaid.live draw. Bold lines are requests, dashed ' +
    'lines DNS queries, thin lines the order of creation.',

  async run({ io, values, spec, cloud }) {
    const [{ withStack }, { pictureOf }, { mermaid }] = await Promise.all([
      import('./stack'),
      import('./diagram/picture'),
      import('./diagram/mermaid'),
    ]);
    const drawn = mermaid(withStack(spec, pictureOf));
    const out = text(values, 'out');
    if (out === undefined) {
      io.stdout.write(drawn);
      return 0;
    }
    try {
      writeFileSync(resolve(io.cwd, out), drawn);
    } catch (error) {
      throw new CommandError(`${out} can't be written: ${(error as NodeJS.ErrnoException).code}`);
    }
    io.stdout.write(`${cloud.name} is drawn in ${out}\n`);
    return 0;
  },
};
