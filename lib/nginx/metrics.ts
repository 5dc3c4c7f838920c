import type { IpNetwork } from '../ip-network';
import { because, directive, location } from './directive';
import type { ConfFile, Feature } from './feature';
import { HEALTH, include, readAsset, UAP } from './paths';

export interface MetricsSettings {
  /** Networks that may read `/metrics` and the details of `/healthz`. */
  readonly metricsNetworks: readonly IpNetwork[];
}

/** `/metrics`, only for the operator's networks; its content depends on the Lua module. */
export function metrics({ metricsNetworks }: MetricsSettings): Feature {
  return {
    about: 'Counters for Prometheus.',
    http: [include('upstream/counters')],
    uap: [
      location(
        ['=', '/metrics'],
        [
          include('own-headers'),
          ...metricsNetworks.map((network) => directive('allow', String(network))),
          directive('deny', 'all'),
          directive('default_type', 'text/plain'),
          include('upstream/metrics'),
        ],
      ),
    ],
    pageLocation: [include('upstream/page')],
    confFiles: [...withLua(), ...withoutLua()],
    files: [
      ...['count', 'metrics'].map((name) => ({
        path: `${UAP}/lua/${name}.lua`,
        content: readAsset(`lua/${name}.lua`),
      })),
      { path: `${UAP}/pages/metrics.txt`, content: readAsset('pages/metrics.txt') },
      // Served until the instance's scripts write it.
      { path: `${HEALTH}/metrics.txt`, content: '' },
    ],
  };
}

function withLua(): ConfFile[] {
  return [
    {
      name: 'variants/upstream-lua/counters',
      about: "Counters of the UAP's own answers.",
      directives: [directive('lua_shared_dict', 'uap_answers', '100k')],
    },
    {
      name: 'variants/upstream-lua/page',
      about: "Counts the UAP's own answers, not those of apps.",
      directives: [directive('log_by_lua_file', `${UAP}/lua/count.lua`)],
    },
    {
      name: 'variants/upstream-lua/metrics',
      about: 'Counters for Prometheus.',
      directives: [
        directive('set', '$uap_health_metrics', `${HEALTH}/metrics.txt`),
        directive('content_by_lua_file', `${UAP}/lua/metrics.lua`),
      ],
    },
  ];
}

function withoutLua(): ConfFile[] {
  return [
    {
      name: 'variants/upstream-plain/counters',
      about: 'Empty: counters need the Lua module.',
      directives: [],
    },
    {
      name: 'variants/upstream-plain/page',
      about: 'Empty: counters need the Lua module.',
      directives: [],
    },
    {
      name: 'variants/upstream-plain/metrics',
      about: 'Variables of Nginx, for Prometheus.',
      directives: [
        because(
          'Not a rewrite, which would run before the check of the client.',
          directive('alias', `${UAP}/pages/metrics.txt`),
        ),
        directive('ssi', 'on'),
        directive('ssi_types', 'text/plain'),
        directive('ssi_last_modified', 'off'),
        directive('etag', 'off'),
      ],
    },
  ];
}
