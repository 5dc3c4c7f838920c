import type { ResolvedCloud, ResolvedRegion } from '../lib';
import { allClouds, findCloud } from './clouds';
import { CommandError, type GeneralCommand, type Io, oneRegion, text, UsageError, type Values } from './command';

interface Uap {
  readonly cloud: ResolvedCloud;
  readonly region: ResolvedRegion;
}

export const url: GeneralCommand = {
  name: 'url',
  summary: 'Print the URL of an app from its address and port, or decode such a URL.',
  usage: '<address> <port>',
  options: {
    http: { help: 'the app speaks plain HTTP (default: https)' },
    cloud: { value: 'CLOUD', help: 'a UAP of this cloud (default: the one whose ranges contain the address)' },
    region: { value: 'REGION', help: 'the UAP of this region' },
    parse: { value: 'HOST', help: 'print the app that a host name or URL of a UAP stands for' },
    json: { help: 'print JSON' },
  },
  examples: ['url 198.51.100.7 8888 --http', 'url --parse http-198-51-100-7-8888.proxy.cloud.org'],

  async runGeneral(io, values, positionals) {
    const parse = text(values, 'parse');
    if (parse === undefined) return write(io, values, positionals);
    if (positionals.length > 0) throw new UsageError(`url --parse takes no address; remove "${positionals.join(' ')}"`);
    return read(io, values, parse);
  },
};

async function write(io: Io, values: Values, [address, portText, ...more]: readonly string[]): Promise<number> {
  if (address === undefined || portText === undefined) {
    throw new UsageError('url needs an address and a port: uap url 198.51.100.7 8888, or a host name: --parse HOST');
  }
  if (more.length > 0) throw new UsageError(`url takes one address and one port; remove "${more.join(' ')}"`);
  const { formatHost } = await import('../lib/hostname');
  const target = { protocol: values.http ? 'http' : 'https', address, port: Number(portText) } as const;
  const hostOf = ({ region }: Uap) => {
    try {
      return formatHost(target, region.hostname);
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  };
  const uaps = await candidates(io, values);
  // A wrong address is reported before the search for a UAP that serves it.
  for (const uap of uaps) hostOf(uap);
  const uap = serving(uaps, address);
  const result = `https://${hostOf(uap)}/`;
  io.stdout.write(values.json ? json({ url: result, ...place(uap) }) : `${result}\n`);
  return 0;
}

async function read(io: Io, values: Values, given: string): Promise<number> {
  const { parseHost } = await import('../lib/hostname');
  const host = given.replace(/^https?:\/\//i, '').replace(/[/?#:].*$/s, '');
  const uaps = await candidates(io, values);
  const uap = uaps.find(({ region }) => parseHost(host, region.hostname));
  const target = uap && parseHost(host, uap.region.hostname);
  if (!target) {
    const [first] = uaps;
    throw new CommandError(
      `"${host}" is not the host name of an app of ${uaps.map(({ region }) => region.hostname).join(', ')}; ` +
        `such a name looks like [http-]198-51-100-7-8888.${first?.region.hostname}`,
    );
  }
  const { protocol, address, port } = target;
  io.stdout.write(values.json ? json({ ...target, ...place(uap) }) : `${protocol}://${address}:${port}\n`);
  return 0;
}

/** The UAPs to consider: all of the app, unless options select some. */
async function candidates(io: Io, values: Values): Promise<Uap[]> {
  const [name, region, stacks] = [text(values, 'cloud'), text(values, 'region'), text(values, 'stacks')];
  const specs = name === undefined ? allClouds(stacks, io).clouds : [findCloud(name, stacks, io)];
  if (region !== undefined && specs.length > 1) throw new UsageError('--region needs a cloud: --cloud CLOUD');
  const { resolveCloud } = await import('../lib/settings');
  return specs
    .map((spec) => resolveCloud(spec))
    .flatMap((cloud) =>
      (region === undefined ? cloud.regions : [oneRegion(cloud, region)]).map((one) => ({ cloud, region: one })),
    );
}

/** The only UAP whose ranges contain the address. */
function serving(uaps: readonly Uap[], address: string): Uap {
  const asked = IpNetwork.parse(address);
  const found = uaps.filter(({ region }) => region.upstreamRanges.some((range) => range.contains(asked)));
  const [only, ...others] = found;
  if (!only) {
    const served = uaps.map((uap) => `${label(uap)} (${uap.region.upstreamRanges.join(', ')})`);
    throw new CommandError(`no UAP serves ${address}; the ranges are: ${served.join('; ')}`);
  }
  if (others.length > 0) {
    throw new UsageError(
      `several UAPs serve ${address}, choose one with --cloud and --region: ${found.map(label).join('; ')}`,
    );
  }
  return only;
}

function label({ cloud, region }: Uap): string {
  return `${cloud.name} ${region.region ?? region.hostname}`;
}

function place({ cloud, region }: Uap) {
  return { cloud: cloud.name, region: region.region, hostname: region.hostname };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

import { IpNetwork } from '../lib/ip-network';
