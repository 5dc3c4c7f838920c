import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CloudCommand, CommandError, text } from './command';

export const diagram: CloudCommand = {
  name: 'diagram',
  summary: 'Draw what a deployment makes, from the stack itself.',
  options: {
    format: { value: 'FORMAT', help: 'svg (default) or mermaid', choices: ['svg', 'mermaid'] },
    out: { value: 'FILE', help: 'file to write to (default: the terminal)' },
  },
  examples: ['diagram cloud-a --out cloud-a.svg', 'diagram cloud-a --format mermaid'],
  notes:
    'Bold lines are the way of a request, dashed ones look-ups of names, thin ones the order in which things are made.',

  async run({ io, values, spec, cloud }) {
    // The same as cdktf synth would write, but for what the app's main.ts adds to it.
    const [{ App }, { UapStack }, { pictureOf }] = await Promise.all([
      import('cdktf'),
      import('../lib'),
      import('./diagram/picture'),
    ]);
    const stack = new UapStack(new App({ stackTraces: false }), spec);
    const picture = pictureOf(cloud, stack.toTerraform());
    const drawn =
      text(values, 'format') === 'mermaid'
        ? (await import('./diagram/mermaid')).mermaid(picture)
        : (await import('./diagram/svg')).svg(picture);
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
