import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Served, type ServeOptions, serve } from '../../../cli/serve/server';
import { formatLabel, type Protocol } from '../../../lib/hostname';
import { IpNetwork } from '../../../lib/ip-network';
import { renderNginx } from '../../../lib/nginx';
import type { ProxyModel } from '../../../lib/nginx/proxy-model';
import { type ResolvedRegion, resolveCloud } from '../../../lib/settings';
import { DnsRecords } from '../../../lib/strategies/dns-records';
import { type Network, openNetwork, whyNot } from './network';

export const HOSTNAME = 'proxy.cloud.org';
export const CLIENT_ORIGIN = 'https://exosphere.app';

/** Both forms of the upstreams must pass the same tests. */
export const VARIANTS = ['upstream-lua', 'upstream-plain'] as const;
export type Variant = (typeof VARIANTS)[number];

/** A proxy on a machine of its own, reached over the network. */
export interface Uap {
  readonly network: Network;
  readonly served: Served;
  /** Host name of an app. */
  host(upstream: { address: string; port: number; protocol?: Protocol }): string;
  /** Lines of the access log, once Nginx has written them. */
  accessLog(): Record<string, unknown>[];
  errorLog(): string;
  stop(): Promise<void>;
}

/** A region with every default. */
const defaults = resolveCloud({
  name: 'test',
  acme: { email: 'ops@cloud.org' },
  dns: DnsRecords.designate({ zone: 'cloud.org' }),
  regions: [
    {
      region: null,
      hostname: HOSTNAME,
      publicNetwork: 'public',
      upstreamRanges: ['149.165.152.0/22'],
      image: 'debian-12',
      flavor: 'm1.small',
    },
  ],
}).regions[0] as ResolvedRegion;

type Networks = 'upstreamRanges' | 'deniedAddresses' | 'metricsNetworks';
/** Settings of a UAP, with networks as texts. */
export type Overrides = Partial<Omit<ProxyModel, Networks> & Record<Networks, readonly string[]>>;

export function model(network: Network, overrides: Overrides = {}): ProxyModel {
  const { upstreamRanges = [network.cidr], deniedAddresses = [], metricsNetworks = [], ...others } = overrides;
  return {
    ...defaults,
    upstreamRanges: upstreamRanges.map(IpNetwork.parse),
    deniedAddresses: deniedAddresses.map(IpNetwork.parse),
    metricsNetworks: metricsNetworks.map(IpNetwork.parse),
    upstreamTls: defaults.upstreamSecurity.render(),
    clientOrigins: [CLIENT_ORIGIN],
    proxyProtocolFrom: [],
    ...others,
  };
}

export async function startUap(
  variant: Variant,
  overrides: Overrides | ((network: Network) => Overrides) = {},
  certificate: Pick<ServeOptions, 'certificate' | 'key' | 'upstreamCertificate' | 'upstreamKey'> = {},
): Promise<Uap> {
  const network = await openNetwork();
  try {
    const settings = model(network, typeof overrides === 'function' ? overrides(network) : overrides);
    const silent = { stdout: { write: () => true }, stderr: { write: () => true } };
    const served = await serve(
      (place) => [...renderNginx(settings, place), ...(settings.upstreamTls.parts.files ?? [])],
      {
        hostname: HOSTNAME,
        listen: network.uap,
        httpsPort: 443,
        httpPort: 80,
        prefix: network.prefix,
        upstream: variant,
        ...certificate,
      },
      silent,
    );
    const log = (name: string) => readFileSync(path.join(served.root, 'var/log/nginx', name), 'utf8');
    return {
      network,
      served,
      host: ({ address, port, protocol = 'https' }) => `${formatLabel({ address, port, protocol })}.${HOSTNAME}`,
      accessLog: () =>
        log('access.log')
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      errorLog: () => log('error.log'),
      async stop() {
        await served.stop();
        network.close();
      },
    };
  } catch (error) {
    network.close();
    throw error;
  }
}

/** Declares tests that need a real Nginx, once for each form of the upstreams; where they can't run, it says why. */
export function describeUap(name: string, tests: (variant: Variant) => void): void {
  const reason = whyNot();
  if (reason !== undefined) {
    process.stderr.write(`SKIPPED ${name}: ${reason}\n`);
    describe.skip(`${name} (skipped: ${reason})`, () => test('needs a real nginx', () => undefined));
    return;
  }
  describe.each(VARIANTS)(`${name}, %s`, tests);
}
