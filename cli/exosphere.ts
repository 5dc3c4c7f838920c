import { type CloudCommand, CommandError } from './command';

export const exosphere: CloudCommand = {
  name: 'exosphere',
  summary: "Write the cloud's entry for Exosphere's configuration (userAppProxy).",
  options: {},
  examples: ['exosphere cloud-a'],
  notes: 'It goes into the list "clouds" of cloud_configs.js; a region of null stands for every other region.',

  async run({ io, cloud }) {
    if (!cloud.keystoneHostname) {
      throw new CommandError(
        `${cloud.name} has no keystoneHostname, by which Exosphere finds the entry; set it as in: keystoneHostname: 'keystone.cloud.org'`,
      );
    }
    const { exosphereEntry } = await import('../lib/exosphere');
    io.stdout.write(`${exosphereEntry(cloud)}\n`);
    return 0;
  },
};
