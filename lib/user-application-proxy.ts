import { Fn, Lazy, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { userData } from './cloud-init';
import type { ProxyInstance } from './constructs/proxy-instance';
import { ProxySecurityGroup } from './constructs/proxy-security-group';
import { createReplicas } from './constructs/replica';
import { rollOut } from './constructs/rollout';
import { serverProps } from './constructs/server-props';
import { formatHost } from './hostname';
import { instanceParts, regionContext } from './instance/files';
import { replacementTrigger } from './instance/replacement-trigger';
import type { ResolvedCloud, ResolvedRegion } from './settings';
import type { AddressRecord } from './strategies/dns-records';
import { ComputeApi } from './terraform/compute-api';

/** What a {@link UserApplicationProxy} is created from. */
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
 *     settings ── files ── user data ───────┤
 *           └── source (replaces it) ───────┘
 *
 * There are as many ports, servers and readinesses as `instances`; all else is shared. A floating IP stands between
 * server and readiness, a load balancer between readiness and records. Where a new instance exists before the old
 * one goes, draining comes last.
 *
 * @example new UserApplicationProxy(this, 'proxy', { cloud, region: cloud.regions[0] })
 */
export class UserApplicationProxy extends Construct {
  /** Host name of the UAP. */
  readonly hostname: string;
  /** What reaches the instance. */
  readonly securityGroup: ProxySecurityGroup;
  /** The first of the instances. */
  readonly instance: ProxyInstance;
  /** All of them. */
  readonly instances: readonly ProxyInstance[];
  /** A Terraform condition: whether an instance was created with other files than this version of the package writes. */
  readonly outdated: string;
  /** The IPv4 addresses in the records: a list token. */
  readonly addresses: string[];
  /** For each instance the IPv4 address that users' instances see. */
  readonly sourceAddresses: readonly string[];
  /** Lines for a zone file that the operator has to add. */
  readonly manualRecords: readonly string[];
  /** End of the certificate's validity; undefined if only the instance knows it. */
  readonly certificateNotAfter?: string;
  /** URL of an app on an instance that could exist. */
  readonly exampleUrl: string;

  constructor(scope: Construct, id: string, { cloud, region }: UserApplicationProxyProps) {
    super(scope, id);
    const { hostname, address } = region;
    const context = regionContext(cloud, region);
    this.hostname = hostname;
    this.exampleUrl = exampleUrl(region);

    this.securityGroup = new ProxySecurityGroup(this, 'security-group', {
      ...context,
      adminNetworks: region.adminNetworks.map(String),
      balancerRanges: region.loadBalancer.sourceRanges,
      egressRanges: region.strictEgress ? region.upstreamRanges.map(String) : undefined,
    });

    const certificate = region.certificate.bind(this, context);
    this.certificateNotAfter = certificate.notAfter;
    const upstream = region.upstreamSecurity.bind(this);
    // Lazy, as the instances are given the addresses of the ports that are created with them.
    const addresses = new TerraformLocal(this, 'addresses', Lazy.anyValue({ produce: () => this.addresses })).asList;
    const contents = { ...certificate.contents, ...upstream, addresses: Fn.join('\n', addresses) };
    const parts = instanceParts(cloud, region);
    const delivery = region.delivery.bind(this, parts.applyTimeFiles, contents, context);
    const bootData = userData(parts, { hostname });

    const server = serverProps(this, {
      ...region,
      ...context,
      region: context.region,
      securityGroup: this.securityGroup,
      certificate,
      delivery,
      userData: bootData.withSecrets(delivery.secrets),
    });
    const computeApi = server.keepsPort ? undefined : new ComputeApi(this, 'compute-api', context);
    const { digest } = bootData;
    const { generation } = region;
    const triggers = { settings: replacementTrigger(cloud, region), generation, secrets: delivery.secrets };
    const replicas = createReplicas(this, region.instances, { context, address, server, triggers, digest });
    this.instances = replicas.map(({ instance }) => instance);
    this.instance = this.instances[0] as ProxyInstance;
    this.outdated = replicas.map(({ files }) => files.outdated).join(' || ');
    this.sourceAddresses = replicas.map((replica) => replica.sourceAddress);

    const { networkId } = this.instance;
    const balancer = region.loadBalancer.bind(this, 'load-balancer', networkId, context);
    this.addresses = balancer.port
      ? address.expose(this, 'public-address', balancer.port, context)
      : concat(replicas.map((replica) => replica.addresses));

    const { chainPem } = certificate;
    const checksMetadata = Object.keys(delivery.metadata).length > 0;
    const rollout = { ...region, replicas, balancer, computeApi, addresses: this.addresses, chainPem, checksMetadata };
    const serving = rollOut(this, rollout);

    const separateAddresses = balancer.port ? [Fn.element(this.addresses, 0)] : this.sourceAddresses;
    const records = addressRecords(region, { addresses: this.addresses, separateAddresses, dependsOn: [...serving] });
    this.manualRecords = region.dns.bind(new Construct(this, 'records'), records, context).manual;
  }
}

/** The records of the UAP's host name and of all names below it. */
function addressRecords(
  { hostname, recordTtl: ttl }: ResolvedRegion,
  target: Pick<AddressRecord, 'addresses' | 'separateAddresses' | 'dependsOn'>,
): AddressRecord[] {
  return [
    { id: 'apex', name: hostname, type: 'A', ttl, ...target },
    { id: 'wildcard', name: `*.${hostname}`, type: 'A', ttl, ...target },
  ];
}

function concat(lists: readonly string[][]): string[] {
  return lists.length === 1 ? (lists[0] as string[]) : Fn.concat([...lists]);
}

function exampleUrl(region: ResolvedRegion): string {
  const protocol = region.httpUpstreams ? 'http' : 'https';
  return `https://${formatHost({ protocol, address: exampleAddress(region), port: 8888 }, region.hostname)}/`;
}

/** An address that a user's instance could have: the seventh of the first range, or its first if it is small. */
function exampleAddress({ upstreamRanges: [range] }: ResolvedRegion): string {
  return range?.address(range.prefixLength <= 28 ? 7 : 0) ?? '';
}
