import { baseParts, packageList, type UserData, userData } from '../cloud-init';
import { type InstanceFile, type InstanceParts, mergeParts } from '../instance-parts';
import { PACKAGES, SCRIPTS } from '../instance-paths';
import { renderNginx } from '../nginx';
import type { Place } from '../nginx/place';
import type { UpstreamTls } from '../nginx/upstream-tls';
import type { ResolvedCloud, ResolvedRegion } from '../settings';
import type { CertificateContext } from '../strategies/wildcard-certificate';

/** What the strategies of a region need to know about it. */
export function regionContext(cloud: ResolvedCloud, region: ResolvedRegion): CertificateContext {
  const { openstack, namePrefix, tags, acme } = cloud;
  const { hostname, dns } = region;
  return {
    hostname,
    openstack,
    region: region.region ?? undefined,
    namePrefix,
    name: `${namePrefix}-${hostname.replaceAll('.', '-')}`,
    description: `User Application Proxy ${hostname}`,
    tags: tags.length > 0 ? tags : undefined,
    dns,
    acme,
  };
}

/**
 * The addresses that clients reach the UAP at: those of all its instances, which none of them may proxy to. At boot an
 * instance finds only its own address, and behind a floating IP not even that one.
 */
const addressParts: InstanceParts = {
  // A few instances' addresses, or one of a load balancer.
  applyTimeFiles: [{ name: 'addresses', maxLength: 256, onChange: 'addresses' }],
  hooks: [{ name: 'addresses', command: [`${SCRIPTS}/own-addresses`, '--reload'] }],
};

/** What certificate and upstream security put on the instance of a region, the apply-time files as its delivery carries them. */
export function applyTimeParts(
  cloud: ResolvedCloud,
  region: ResolvedRegion,
  upstreamTls: UpstreamTls,
): Required<InstanceParts> {
  const certificate = region.certificate.instanceParts(regionContext(cloud, region));
  // Hooks run in this order: the certificate starts Nginx, which needs what upstreams ask for.
  const late = mergeParts(addressParts, upstreamTls.parts, certificate);
  return { ...late, applyTimeFiles: region.delivery.route(late.applyTimeFiles) };
}

/**
 * Everything that is on the instance of a region: one list of files, units and packages, with the apply-time files that the
 * certificate strategy announces. Pure: no Terraform, no cloud.
 * @param place where Nginx runs; an instance by default
 * @example instanceParts(cloud, cloud.regions[0]).packages
 */
export function instanceParts(cloud: ResolvedCloud, region: ResolvedRegion, place?: Place): Required<InstanceParts> {
  const upstreamTls = region.upstreamSecurity.render();
  const model = { ...region, upstreamTls, proxyProtocolFrom: region.loadBalancer.sourceRanges };
  const late = applyTimeParts(cloud, region, upstreamTls);
  const parts = mergeParts(
    { files: renderNginx(model, place) },
    baseParts({ hostname: region.hostname, packageMirror: region.packageMirror }),
    late,
    region.delivery.instanceParts(late.applyTimeFiles, late.hooks, { pollInterval: region.certificatePollInterval }),
  );
  const packages = { path: PACKAGES, content: packageList(parts.packages) };
  return mergeParts(parts, { files: [packages] });
}

/**
 * The files that cloud-init writes on the instance of a region.
 * @param place where Nginx runs; an instance by default
 * @example instanceFiles(cloud, cloud.regions[0]).map(({ path }) => path)
 */
export function instanceFiles(cloud: ResolvedCloud, region: ResolvedRegion, place?: Place): readonly InstanceFile[] {
  return instanceParts(cloud, region, place).files;
}

/**
 * The user data of the instance of a region.
 * @example instanceUserData(cloud, cloud.regions[0]).text
 */
export function instanceUserData(cloud: ResolvedCloud, region: ResolvedRegion): UserData {
  return userData(instanceParts(cloud, region), { hostname: region.hostname });
}
