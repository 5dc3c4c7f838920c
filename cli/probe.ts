import { existsSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { timeoutOf } from './arguments';
import { type CloudCommand, CommandError, type Io, oneRegion, text, UsageError, type Values } from './command';
import type { App } from './probe/app';
import type { ProbeOptions } from './probe/region';

export const probe: CloudCommand = {
  name: 'probe',
  summary: 'Test the deployed UAPs: DNS, certificate, TLS, an app, refusals, latency.',
  options: {
    region: { value: 'REGION', help: 'this region only' },
    target: {
      value: 'ADDRESS:PORT',
      help: 'an app on an instance, to request through the UAP; with http:// in front if it has no TLS',
    },
    websocket: { value: 'PATH', help: 'path of a WebSocket of that app (default: /)' },
    ca: { value: 'FILE', help: "PEM file of the CAs to trust (default: the system's)" },
    resolver: {
      value: 'ADDRESS',
      help: 'name server to query, with :PORT if it is not 53 (default: those of this machine)',
    },
    'warn-days': { value: 'DAYS', help: 'warn if fewer days are left (default: a quarter of the validity)' },
    'fail-days': { value: 'DAYS', help: 'fail if fewer days are left (default: a tenth of the validity)' },
    timeout: { value: 'SECONDS', help: 'longest wait for each answer (default: 10)' },
    json: { help: 'print JSON' },
  },
  examples: [
    'probe cloud-a',
    'probe cloud-a --region RegionOne --target http://198.51.100.21:8888 --websocket /ws',
    'probe cloud-a --json --timeout 5 || alert',
  ],
  notes:
    'The exit code is 1 if a check failed, and 0 if all others are ok or warnings, so it fits a monitoring job. ' +
    'Each check sends one or two harmless requests.',

  async run({ io, values, cloud }) {
    const name = text(values, 'region');
    const regions = name === undefined ? cloud.regions : [oneRegion(cloud, name)];
    const options = await readOptions(io, values);
    const { probeRegion } = await import('./probe/region');
    const { exitCode, writeReport } = await import('./report');
    const sections = await Promise.all(regions.map((region) => probeRegion(cloud, region, options)));
    writeReport(io, sections, values.json ? { cloud: cloud.name } : undefined);
    return exitCode(sections);
  },
};

async function readOptions(io: Io, values: Values): Promise<ProbeOptions> {
  const app = readTarget(values);
  const [warnDays, failDays] = [days(values, 'warn-days'), days(values, 'fail-days')];
  const timeoutMs = timeoutOf(values, 10) * 1000;
  const caFile = text(values, 'ca');
  if (caFile !== undefined && !existsSync(resolve(io.cwd, caFile)))
    throw new UsageError(`--ca: ${caFile} does not exist`);
  const { promises: dns } = await import('node:dns');
  const resolver = new dns.Resolver({ timeout: timeoutMs / 2, tries: 2 });
  const server = text(values, 'resolver');
  if (server !== undefined) {
    try {
      resolver.setServers([server]);
    } catch {
      throw new UsageError(`--resolver must be an address such as 192.0.2.53 or 192.0.2.53:5353; got "${server}"`);
    }
  }
  const { trust } = await import('./probe/certificate');
  try {
    const trusted = trust(caFile === undefined ? undefined : { label: caFile, file: resolve(io.cwd, caFile) }, io.env);
    return { app, warnDays, failDays, timeoutMs, resolver, trust: trusted };
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

function readTarget(values: Values): App | undefined {
  const given = text(values, 'target');
  const webSocket = text(values, 'websocket');
  if (given === undefined) {
    if (webSocket !== undefined)
      throw new UsageError('--websocket is a path of the app that --target names: give both');
    return undefined;
  }
  const [, protocol = 'https', address = '', port = ''] = /^(?:(https?):\/\/)?([\d.]+):(\d+)\/?$/.exec(given) ?? [];
  if (!isIPv4(address) || !isPort(port)) {
    throw new UsageError(
      `--target must be an IPv4 address and a port such as 198.51.100.7:8443, or http://198.51.100.7:8888; got "${given}"`,
    );
  }
  if (webSocket !== undefined && !/^\/[\x21-\x7e]*$/.test(webSocket)) {
    throw new UsageError(`--websocket must be a path such as /ws; got "${webSocket}"`);
  }
  return { protocol: protocol as App['protocol'], address, port: Number(port), webSocket };
}

function isPort(port: string): boolean {
  return /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535;
}

function days(values: Values, name: string): number | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  if (/^\d{1,6}(\.\d+)?$/.test(given) && Number(given) > 0) return Number(given);
  throw new UsageError(`--${name} must be a number of days such as 14; got "${given}"`);
}
