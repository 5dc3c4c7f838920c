import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { HEALTH_PORT } from '../nginx/paths';
import { LbListenerV2, LbLoadbalancerV2, LbMembersV2, LbMonitorV2, LbPoolV2 } from '../terraform/providers/openstack';
import { checkIpv4Network } from '../validation/networks';
import type { Problem } from '../validation/problems';
import type { BalancerPort } from './instance-address';
import type { RegionContext } from './region-context';
import { typeGuard } from './type-guard';

/** A load balancer of Octavia in front of the instances. */
export interface OctaviaOptions {
  /**
   * Networks (IPv4 CIDRs) from which the load balancer connects to the instances, usually the instances' subnet
   * (`openstack subnet show -c cidr`). A host in them can forge client addresses, so keep them small: with
   * `InstanceAddress.floatingIp` the UAP has a network of its own.
   */
  readonly sourceRanges: readonly string[];
  /** Id of the load balancer's flavor (`openstack loadbalancer flavor list`). @default - the cloud's */
  readonly flavor?: string;
  /** Octavia's provider driver; it must support TCP pools with the PROXY protocol, as `amphora` does. @default - the cloud's */
  readonly provider?: string;
}

/** A load balancer that is bound to a UAP. */
export interface BoundLoadBalancer {
  /** The port that clients connect to; undefined: those of the instances. */
  readonly port?: BalancerPort;
  /**
   * Puts instances into service.
   * @returns resources that must exist before the previous instances go out of service
   */
  serve(addresses: readonly string[], ready: readonly ITerraformDependable[]): readonly ITerraformDependable[];
}

/** Milliseconds: a WebSocket may be idle for a day, as without a load balancer. */
const idleTimeout = 24 * 3600 * 1000 + 60_000;

/**
 * The load balancer between clients and the instances of a UAP. TLS always ends at the UAP, never at the load balancer.
 * @example LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] })
 */
export abstract class LoadBalancer {
  /** No load balancer, the default: the DNS records list every instance. */
  static none(): LoadBalancer {
    return new NoLoadBalancer();
  }

  /**
   * Octavia forwards TCP with the client's address in the PROXY protocol. It requests `/healthz` from each instance
   * every 5 s and excludes those that fail. New instances are in service before old ones are removed.
   */
  static octavia(options: OctaviaOptions): LoadBalancer {
    return new Octavia(options);
  }

  /** Whether a value is one of these strategies, also one of another copy of this package. */
  static readonly isLoadBalancer = typeGuard<LoadBalancer>('isLoadBalancer');

  /** Description for messages. */
  abstract readonly description: string;

  /** Whether clients connect to it and not to the instances; then a new instance may have another port. */
  abstract readonly inFront: boolean;

  /** Networks from which instances accept the PROXY protocol. */
  abstract readonly sourceRanges: readonly string[];

  /** Problems of the options; the path is the name of the option. */
  problems(): readonly Problem[] {
    return [];
  }

  /**
   * Creates its resources.
   * @param networkId network of the instances, where the load balancer has its address
   */
  abstract bind(scope: Construct, id: string, networkId: string, context: RegionContext): BoundLoadBalancer;
}

class NoLoadBalancer extends LoadBalancer {
  readonly description = 'none';
  readonly inFront = false;
  readonly sourceRanges = [];

  bind(): BoundLoadBalancer {
    return { serve: (_, ready) => ready };
  }
}

class Octavia extends LoadBalancer {
  readonly description: string;
  readonly inFront = true;
  readonly sourceRanges: readonly string[];

  constructor(private readonly options: OctaviaOptions) {
    super();
    this.sourceRanges = Array.isArray(options?.sourceRanges) ? [...options.sourceRanges] : [];
    this.description = `octavia (connects from ${this.sourceRanges.join(', ')})`;
  }

  override problems(): readonly Problem[] {
    const problems: Problem[] = [];
    if (this.sourceRanges.length === 0) {
      const wrong =
        "is missing: the networks from which the load balancer connects, usually the instances' subnet (`openstack subnet show -c cidr`)";
      problems.push({ path: 'sourceRanges', wrong, example: "['10.0.0.0/24']" });
    }
    for (const [index, range] of this.sourceRanges.entries()) {
      const fault = checkIpv4Network(String(range));
      if (fault) problems.push({ path: `sourceRanges[${index}]`, wrong: fault.wrong, example: "'10.0.0.0/24'" });
    }
    if (this.options?.provider === 'ovn') {
      const wrong =
        'is "ovn", which supports neither the PROXY protocol nor HTTP health monitors; allowed: a provider that does';
      problems.push({ path: 'provider', wrong, example: "'amphora'" });
    }
    return problems;
  }

  bind(parent: Construct, id: string, networkId: string, context: RegionContext): BoundLoadBalancer {
    const scope = new Construct(parent, id);
    const balancer = new LbLoadbalancerV2(scope, 'Resource', {
      region: context.region,
      tags: tagsOf(context),
      name: context.name,
      description: context.description,
      vipNetworkId: networkId,
      flavorId: this.options.flavor,
      loadbalancerProvider: this.options.provider,
    });
    // Octavia allows one change of a load balancer at a time; a chain of dependencies avoids waiting for its lock.
    const https = createPool(scope, context, balancer, { protocol: 'https', port: 443, after: balancer });
    const http = createPool(scope, context, balancer, { protocol: 'http', port: 80, after: https.monitor });
    return {
      port: { address: balancer.vipAddress, portId: balancer.vipPortId },
      serve: (addresses, ready) => {
        const httpsMembers = setMembers(scope, context, https, addresses, [...ready, http.monitor]);
        return [httpsMembers, setMembers(scope, context, http, addresses, [httpsMembers])];
      },
    };
  }
}

/** A port of the load balancer, and the pool of instances behind it. */
interface BalancedPort {
  readonly protocol: 'https' | 'http';
  readonly port: number;
  readonly pool: LbPoolV2;
  /** The resource that is created last. */
  readonly monitor: LbMonitorV2;
}

function createPool(
  scope: Construct,
  context: RegionContext,
  balancer: LbLoadbalancerV2,
  { protocol, port, after }: Pick<BalancedPort, 'protocol' | 'port'> & { readonly after: ITerraformDependable },
): BalancedPort {
  const { region } = context;
  const common = { region, tags: tagsOf(context), name: `${context.name}-${protocol}`, loadbalancerId: balancer.id };
  const pool = new LbPoolV2(scope, `pool-${protocol}`, {
    ...common,
    protocol: 'PROXY',
    // WebSockets are long-lived, so the number of connections is the load.
    lbMethod: 'LEAST_CONNECTIONS',
    dependsOn: [after],
  });
  const listener = new LbListenerV2(scope, `listener-${protocol}`, {
    ...common,
    defaultPoolId: pool.id,
    protocol: 'TCP',
    protocolPort: port,
    timeoutClientData: idleTimeout,
    timeoutMemberData: idleTimeout,
  });
  const monitor = new LbMonitorV2(scope, `monitor-${protocol}`, {
    region,
    name: common.name,
    poolId: pool.id,
    type: 'HTTP',
    httpMethod: 'GET',
    // The UAP answers only for its own name, which only HTTP/1.1 sends.
    httpVersion: '1.1',
    domainName: context.hostname,
    urlPath: '/healthz',
    expectedCodes: '200',
    // Two failures in a row: a dead instance is out of service within 13 s.
    delay: 5,
    timeout: 3,
    maxRetries: 1,
    maxRetriesDown: 2,
    dependsOn: [listener],
  });
  return { protocol, port, pool, monitor };
}

/** All members in one resource, which changes in place: new ones replace old ones in one step. */
function setMembers(
  scope: Construct,
  { name, region }: RegionContext,
  { protocol, port, pool }: BalancedPort,
  addresses: readonly string[],
  dependsOn: ITerraformDependable[],
): LbMembersV2 {
  return new LbMembersV2(scope, `members-${protocol}`, {
    region,
    poolId: pool.id,
    member: addresses.map((address, index) => ({
      name: index === 0 ? name : `${name}-${index + 1}`,
      address,
      protocolPort: port,
      monitorPort: HEALTH_PORT,
    })),
    dependsOn,
  });
}

function tagsOf({ tags }: RegionContext): string[] | undefined {
  return tags && [...tags];
}
