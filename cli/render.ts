import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ResolvedCloud, ResolvedRegion } from '../lib';
import { type CloudCommand, CommandError, oneRegion, text, UsageError } from './command';

export const render: CloudCommand = {
  name: 'render',
  summary: 'Write the files of an instance to a folder, to read or compare them.',
  options: {
    out: { value: 'DIR', help: 'folder to write to; created if missing' },
    region: { value: 'REGION', help: 'this region only (default: all, with a folder for each if there are several)' },
    force: { help: 'write to a folder that is not empty; other files in it stay' },
  },
  examples: ['render cloud-a --region RegionOne --out /tmp/one'],
  notes: 'Certificates and credentials are not among these files; a deployment delivers them.',

  async run({ io, values, cloud }) {
    const out = text(values, 'out');
    if (out === undefined) throw new UsageError('render needs a folder to write to: --out DIR');
    const folder = resolve(io.cwd, out);
    refuseUsed(folder, out, values.force === true);
    const name = text(values, 'region');
    const regions = name === undefined ? cloud.regions : [oneRegion(cloud, name)];
    for (const region of regions) {
      const own = regions.length === 1 ? [] : [regionFolder(region)];
      const count = await writeFiles(cloud, region, join(folder, ...own));
      io.stdout.write(`${count} files of ${region.hostname} in ${join(out, ...own)}\n`);
    }
    return 0;
  },
};

function refuseUsed(folder: string, label: string, force: boolean): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw new CommandError(`${label} is not a folder`);
  if (readdirSync(folder).length === 0 || force) return;
  throw new CommandError(`${label} is not empty; give another folder, or --force to write to it anyway`);
}

function regionFolder({ region, hostname }: ResolvedRegion): string {
  // A region's name may hold any character; only those safe in a path stay.
  return (region ?? hostname).replace(/[^\w.-]/g, '_').replace(/^\.+/, '_');
}

async function writeFiles(cloud: ResolvedCloud, region: ResolvedRegion, folder: string): Promise<number> {
  const { instanceFiles } = await import('../lib/instance/files');
  const files = instanceFiles(cloud, region);
  for (const { path, content, mode = '0644' } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    // The mode option of writeFile is limited by the umask and ignored for existing files.
    chmodSync(file, Number.parseInt(mode, 8));
  }
  return files.length;
}
