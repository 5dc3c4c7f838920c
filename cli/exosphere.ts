import { type CloudCommand, CommandError } from './command';

export const exosphere: CloudCommand = {
  name: 'exosphere',
  summary: "Print the cloud's entry for Exosphere's configuration (userAppProxy).",
  options: {},
  examples: ['exosphere cloud-a'],
  notes: 'Add it to the list "clouds" in cloud_configs.js. A region of null stands for every other region.',

  async run({ io, cloud }) {
    if (!cloud.keystoneHostname) {
      throw new CommandError(
        `${cloud.name} has no keystoneHostname, with which Exosphere finds the entry; set it, for example: keystoneHostname: 'keystone.cloud.org'`,
      );
    }
    const { exosphereEntry } = await import('../lib/exosphere');
    io.stdout.write(`${exosphereEntry(cloud)}\n`);
    return 0;
  },
};
