import type { CloudCommand } from './command';

export const show: CloudCommand = {
  name: 'show',
  summary: 'Show the settings of a cloud with every default filled in.',
  options: { json: { help: 'print JSON' } },
  examples: ['show cloud-a', 'show cloud-a --json'],
  notes: 'Secrets are shown only by source.',

  async run({ io, values, spec, cloud }) {
    const { settingsJson, settingsText } = await import('./show/settings-text');
    io.stdout.write(values.json ? settingsJson(cloud) : settingsText(spec, cloud));
    return 0;
  },
};
