import type { ResolvedCloud } from './settings';

/**
 * A cloud's entry for Exosphere's configuration, as JSON: Exosphere finds it by the host name of Keystone. A region
 * that is null stands for every region without an entry of its own. If an entry has no `friendlyName`, Exosphere refuses
 * its whole configuration; what else an entry may have is optional.
 * Source: https://gitlab.com/exosphere/exosphere, docs/user-app-proxy.md
 */
export function exosphereEntry(cloud: ResolvedCloud): string {
  const userAppProxy = cloud.regions.map(({ region, hostname }) => ({ region, hostname }));
  return JSON.stringify({ keystoneHostname: cloud.keystoneHostname, friendlyName: cloud.name, userAppProxy }, null, 2);
}
