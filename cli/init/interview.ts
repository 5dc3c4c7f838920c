import { isIP } from 'node:net';
import { checkHostname, normalHostname } from '../../lib/validation/names';
import type { Io } from '../command';
import { findCredentials } from '../services/openstack/credentials';
import { type ServiceType, Session } from '../services/openstack/session';
import type { Interview } from './answers';
import type { Asker } from './ask';
import { askAcme, askCertificate } from './certificate-questions';
import { askDns, askHostnames } from './dns-questions';
import { askRegion } from './region-questions';
import type { RegionAnswer, Settings } from './settings';
import { type Survey, survey } from './survey';

export interface About {
  readonly name: string;
  /** Entry of clouds.yaml; undefined: the OS_* variables. */
  readonly openstack: string | undefined;
  readonly timeout: number;
}

/** Services that a UAP can use, and need not. */
const extras: readonly (readonly [ServiceType, string])[] = [
  ['load-balancer', 'load balancers (Octavia)'],
  ['key-manager', 'a store of secrets (Barbican)'],
];

/** Asks the cloud what it has, then the operator what is wanted. */
export async function interview(
  io: Io,
  ask: Asker,
  { name, openstack, timeout }: About,
): Promise<{ settings: Settings; remarks: readonly string[] }> {
  const credentials = findCredentials(io, openstack);
  const session = await Session.connect(credentials, timeout);
  const state: Interview = { ask, remarks: [], timeout };
  const regions = await askRegions(state, session);
  const surveys = await Promise.all(regions.map((region) => survey(session, region ?? undefined)));
  const first = surveys[0] as Survey;

  const more = extras.filter(([type]) => session.has(type, regions[0] ?? undefined)).map(([, what]) => what);
  if (more.length > 0) state.remarks.push(`the cloud also has ${more.join(' and ')}`);

  const parts: Omit<RegionAnswer, 'hostname'>[] = [];
  for (const [index, region] of regions.entries()) {
    parts.push(await askRegion(state, region, surveys[index] as Survey, regions.length > 1));
  }
  const dns = await askDns(state, first);
  const zone = dns.kind === 'manual' ? undefined : dns.zone;
  const hostnames = await askHostnames(state, regions, zone);
  const certificate = await askCertificate(state, dns);
  const zoneEmail = first.zones?.find((one) => normalHostname(one.name) === zone)?.email;
  const nameServers = first.networks.find((one) => one.name === parts[0]?.publicNetwork)?.subnets ?? [];
  const acme =
    certificate.kind === 'fromPem'
      ? undefined
      : await askAcme(state, zoneEmail, [...new Set(nameServers.flatMap((subnet) => subnet.dns_nameservers))]);

  const keystone = new URL(credentials.authUrl).hostname;
  const named = !isIP(keystone.replace(/^\[|\]$/g, '')) && !checkHostname(keystone);
  return {
    settings: {
      name,
      openstack: openstack ?? null,
      keystoneHostname: named ? keystone : undefined,
      acme,
      dns,
      certificate,
      regions: parts.map((part, index) => ({ ...part, hostname: hostnames[index] as string })),
    },
    remarks: state.remarks,
  };
}

async function askRegions({ ask, remarks }: Interview, session: Session): Promise<(string | null)[]> {
  const names = session.regions();
  if (names.length === 0) return [null];
  const preferred = session.defaultRegion ?? names[0];
  const chosen = await ask.chooseSeveral({
    option: 'region',
    message: 'Which regions get a UAP?',
    choices: names.map((value) => ({ value })),
    proposal: preferred !== undefined && names.includes(preferred) ? preferred : names[0],
  });
  const others = names.filter((one) => !chosen.includes(one));
  if (others.length > 0) remarks.push(`the cloud also has the regions: ${others.join(', ')}`);
  return chosen;
}
