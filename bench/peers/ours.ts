import { serve } from '../../cli/serve/server';
import { DnsRecords } from '../../lib';
import { instanceFiles } from '../../lib/instance/files';
import type { InstanceFile } from '../../lib/instance-parts';
import type { Place } from '../../lib/nginx/place';
import { resolveCloud } from '../../lib/settings';
import { HOSTNAME, type Lab, UPSTREAM_RANGE } from '../lab';
import { PROXY_CORE } from '../process';
import type { Peer, RunningPeer } from './peer';

interface Form {
  readonly address: string;
  readonly variant: 'upstream-lua' | 'upstream-plain';
  /** How many ranges the region has, of which the first is the upstream's. @default 1 */
  readonly ranges?: number;
}

/** Starts the Nginx of an instance, as `uap serve` does. */
export async function startOurs(lab: Lab, { address, variant, ranges = 1 }: Form): Promise<RunningPeer> {
  const silent = { write: () => true };
  const served = await serve(
    (place) => renderedFiles(ranges, place),
    {
      hostname: HOSTNAME,
      listen: address,
      httpsPort: 443,
      httpPort: 80,
      workers: 1,
      certificate: lab.certificate,
      key: lab.key,
      root: `${lab.root}/${variant}-${address}`,
      ownAddresses: [address],
      upstream: variant,
      prefix: PROXY_CORE,
    },
    { stdout: silent, stderr: silent },
  );
  return { address, pid: served.pid, reload: () => served.reload(), stop: () => served.stop() };
}

/** The files of an instance with all defaults. */
export function renderedFiles(ranges = 1, place?: Place): readonly InstanceFile[] {
  const cloud = resolveCloud({
    name: 'bench',
    acme: { email: 'bench@cloud.org' },
    dns: DnsRecords.designate({ zone: 'cloud.org' }),
    regions: [
      {
        region: null,
        hostname: HOSTNAME,
        publicNetwork: 'public',
        upstreamRanges: [UPSTREAM_RANGE, ...otherRanges(ranges - 1)],
        allowSpecialPurposeRanges: true,
        image: 'debian-12',
        flavor: 'm1.small',
      },
    ],
  });
  const region = cloud.regions[0];
  if (!region) throw new Error('the cloud of the bench has no region');
  return instanceFiles(cloud, region, place);
}

/** Networks across the address space, none adjacent to another. */
function otherRanges(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${20 + (i % 50)}.${(i * 7) % 251}.${(2 * i) % 256}.0/24`);
}

export const ours: Peer = {
  name: 'ours',
  title: 'ours',
  about:
    'the configuration of `uap serve` with all defaults: access log in JSON, headers, cookies, ranges, refusals, limits',
  start: (lab) => startOurs(lab, { address: '192.0.2.1', variant: 'upstream-lua' }),
};

export const oursPlain: Peer = {
  name: 'ours-plain',
  title: 'ours without Lua',
  about: 'the same where Nginx has no Lua module: a connection for each request',
  opensConnections: true,
  start: (lab) => startOurs(lab, { address: '192.0.2.2', variant: 'upstream-plain' }),
};
