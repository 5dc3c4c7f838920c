import { timeoutOf } from './arguments';
import { type CloudCommand, oneRegion, text, UsageError } from './command';
import { untilEnded } from './process';

/** Seconds; a day for clouds of emulated instances. */
const longest = 86_400;

export const image: CloudCommand = {
  name: 'image',
  summary: 'Build a guest image with the packages of a UAP, from the image of a region.',
  options: {
    name: { value: 'NAME', help: 'name of the new image' },
    region: { value: 'REGION', help: 'the region (not needed if the cloud has only one)' },
    timeout: { value: 'SECONDS', help: 'longest wait for the installation, and again for the image (default: 1800)' },
    keep: { help: 'keep an instance that failed, to inspect it' },
  },
  examples: ['image cloud-a --region RegionOne --name uap-debian-12'],
  notes:
    "An instance with the region's image, flavor, network and package mirror installs the packages. It is stored as an " +
    'image, then deleted. An older image of that name stays: a UAP boots from the newest.',

  async run({ io, values, spec, cloud }) {
    const name = text(values, 'name');
    if (name === undefined) throw new UsageError('image needs a name for the new image: --name NAME');
    const region = oneRegion(cloud, text(values, 'region'));
    const timeout = timeoutOf(values, 1800, longest);
    const start = Date.now();
    const log = (line: string) => {
      const seconds = String(Math.floor((Date.now() - start) / 1000)).padStart(4);
      io.stdout.write(`[${seconds} s] ${line}\n`);
    };
    const [
      { CloudContext, RegionContext },
      { Undo },
      { buildImage },
      { imageUserData },
      { Session },
      { instanceFiles },
    ] = await Promise.all([
      import('./check/context'),
      import('./check/undo'),
      import('./image/build'),
      import('./image/user-data'),
      import('./services/openstack/session'),
      import('../lib/instance/files'),
    ]);
    const common = new CloudContext(io, spec, cloud, 30, new Undo());
    const context = new RegionContext(common, region);
    // First, for its own error; the queries below would only report a missing prerequisite.
    await common.session();
    await context.session();
    const userData = imageUserData(instanceFiles(cloud, region));
    const [base, flavor, network] = await Promise.all([context.image(), context.flavor(), context.network()]);
    log(`an instance of ${region.image} installs the packages`);
    return untilEnded(io.signal, async (signal) => {
      const ids = { image: base.id, flavor: flavor.id, network: network.id };
      const order = { ...ids, name, region: context.name, userData, timeout, keep: values.keep === true };
      try {
        await buildImage(async () => Session.connect(await common.credentials(), common.timeout), {
          ...order,
          pause: 5,
          log,
          signal,
        });
      } catch (error) {
        if (signal.aborted) return 130;
        throw error;
      }
      log(`image ${name} is ready: set image: '${name}' for the region`);
      return 0;
    });
  },
};
