import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { userData } from './cloud-init';
import { formatHost } from './hostname';
import { certificateContext, instanceParts } from './instance-files';
import { ProxyInstance } from './proxy-instance';
import { ProxySecurityGroup } from './proxy-security-group';
import { Readiness } from './readiness';
import type { ResolvedCloud, ResolvedRegion } from './spec';

export interface UserApplicationProxyProps {
  /** The cloud's settings with every default, from `resolveCloud`. */
  readonly cloud: ResolvedCloud;
  /** One of its regions. */
  readonly region: ResolvedRegion;
}

/**
 * The User Application Proxy of a region:
 *
 *     security group ── port ─────────────┐
 *     certificate ── delivery ── metadata ─ server ── readiness ── DNS records
 *           secrets ──┐                     │
 *     settings ── files ── user data ───────┘
 */
export class UserApplicationProxy extends Construct {
  readonly hostname: string;
  readonly securityGroup: ProxySecurityGroup;
  readonly instance: ProxyInstance;
  /** Lines for a zone file that are left to be made by hand. */
  readonly manualRecords: readonly string[];
  /** End of the certificate's validity; undefined if only the instance knows it. */
  readonly certificateNotAfter?: string;
  /** The URL of an app that could be there. */
  readonly exampleUrl: string;

  constructor(scope: Construct, id: string, { cloud, region }: UserApplicationProxyProps) {
    super(scope, id);
    const context = certificateContext(cloud, region);
    const name = `${cloud.namePrefix}-${region.hostname.replaceAll('.', '-')}`;
    const common = { region: context.region, name, tags: cloud.tags.length > 0 ? cloud.tags : undefined };
    this.hostname = region.hostname;

    this.securityGroup = new ProxySecurityGroup(this, 'security-group', {
      ...common,
      description: `User Application Proxy ${region.hostname}`,
      adminNetworks: region.adminNetworks,
      egressRanges: region.strictEgress ? region.upstreamRanges : undefined,
    });

    const certificate = region.certificate.bind(this, context);
    this.certificateNotAfter = certificate.notAfter;
    const parts = instanceParts(cloud, region);
    const delivery = region.delivery.bind(this, parts.lateFiles, {
      ...certificate.contents,
      ...region.upstreamSecurity.bind(this),
    });
    this.instance = new ProxyInstance(this, 'instance', {
      ...common,
      publicNetwork: region.publicNetwork,
      image: region.image,
      flavor: region.flavor,
      keyPair: region.keyPair,
      securityGroupIds: [this.securityGroup.group.id],
      userData: userData(parts, { hostname: region.hostname }).withSecrets(delivery.secrets),
      delivery,
      preconditions: certificate.preconditions,
      dependsOn: this.securityGroup.rules,
    });

    const ready: ITerraformDependable[] = [];
    if (region.readinessTimeout > 0) {
      const readiness = new Readiness(this, 'readiness', {
        hostname: region.hostname,
        address: this.instance.address,
        instanceId: this.instance.server.id,
        chainPem: certificate.chainPem,
        timeout: region.readinessTimeout,
      });
      ready.push(readiness.resource);
    }
    this.manualRecords = region.dns.bind(
      new Construct(this, 'records'),
      [
        { id: 'apex', name: region.hostname },
        { id: 'wildcard', name: `*.${region.hostname}` },
      ].map((record) => ({
        ...record,
        type: 'A',
        ttl: region.recordTtl,
        addresses: this.instance.addresses,
        dependsOn: ready,
      })),
      context,
    ).manual;

    const protocol = region.httpUpstreams ? 'http' : 'https';
    this.exampleUrl = `https://${formatHost({ protocol, address: exampleAddress(region), port: 8888 }, region.hostname)}/`;
  }
}

/** An address that a user's instance could have: the seventh of the first range, or its first if it is small. */
function exampleAddress(region: ResolvedRegion): string {
  const [network = '', prefix = '32'] = (region.upstreamRanges[0] ?? '').split('/');
  const octets = network.split('.').map(Number);
  const offset = Number(prefix) <= 28 ? 7 : 0;
  return [...octets.slice(0, 3), (octets[3] ?? 0) + offset].join('.');
}
