import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { HEALTH_PORT } from '../nginx/paths';
import { LbListenerV2, LbLoadbalancerV2, LbMembersV2, LbMonitorV2, LbPoolV2 } from '../terraform/providers/openstack';
import { checkIpv4Network } from '../validation/networks';
import type { Problem } from '../validation/problems';
import type { BalancerPort } from './instance-address';
import type { RegionContext } from './region-context';
import { typeGuard } from './type-guard';

/** How Octavia, OpenStack's load balancer, stands in front of the instances. */
export interface OctaviaOptions {
  /**
   * Networks (IPv4 CIDRs) that the load balancer connects to the instances from, usually the subnet that they are on
   * (`openstack subnet show -c cidr`). A host in them could pretend to be any client, so keep them small: with
   * `InstanceAddress.floatingIp` it is a network of the UAP's own.
   */
  readonly sourceRanges: readonly string[];
  /** Id of the load balancer's flavor (`openstack loadbalancer flavor list`). @default - the cloud's */
  readonly flavor?: string;
  /** Octavia's provider driver; it must know TCP pools with the PROXY protocol, as `amphora` does. @default - the cloud's */
  readonly provider?: string;
}

/** What a load balancer gives to the rest of the graph. */
export interface BoundLoadBalancer {
  /** Where clients connect to; undefined: to the instances themselves. */
  readonly port?: BalancerPort;
  /**
   * Puts instances into service.
   * @returns what must exist before the previous instances go out of service
   */
  serve(addresses: readonly string[], ready: readonly ITerraformDependable[]): readonly ITerraformDependable[];
}

/** Milliseconds: a WebSocket that is idle for a day lives, as it does without a load balancer. */
const idleTimeout = 24 * 3600 * 1000 + 60_000;

/**
 * What stands between clients and the instances of a UAP. TLS always ends at the UAP, never before.
 * @example LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] })
 */
export abstract class LoadBalancer {
  /** Nothing, the default: the DNS records name every instance. */
  static none(): LoadBalancer {
    return new NoLoadBalancer();
  }

  /**
   * Octavia, which passes TCP on with the client's address in the PROXY protocol. It asks each instance for
   * `/healthz` every 5 s and leaves out one that doesn't answer. New instances are in service before old ones go.
   */
  static octavia(options: OctaviaOptions): LoadBalancer {
    return new Octavia(options);
  }

  /** Whether a value is one of these strategies, also when it came from another copy of this package. */
  static readonly isLoadBalancer = typeGuard<LoadBalancer>('isLoadBalancer');

  /** What it is, for messages. */
  abstract readonly description: string;

  /** Whether clients connect to it and not to the instances, whose ports may then be new ones each time. */
  abstract readonly inFront: boolean;

  /** Networks that instances take the PROXY protocol from. */
  abstract readonly sourceRanges: readonly string[];

  /** Faults of the options, each with the name of the option. */
  problems(): readonly Problem[] {
    return [];
  }

  /**
   * Creates its resources.
   * @param networkId of the network that the instances are on; the load balancer has its address there
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
        "is missing: the networks that the load balancer connects from, usually the instances' own subnet (`openstack subnet show -c cidr`)";
      problems.push({ path: 'sourceRanges', wrong, example: "['10.0.0.0/24']" });
    }
    for (const [index, range] of this.sourceRanges.entries()) {
      const fault = checkIpv4Network(String(range));
      if (fault) problems.push({ path: `sourceRanges[${index}]`, wrong: fault.wrong, example: "'10.0.0.0/24'" });
    }
    if (this.options?.provider === 'ovn') {
      const wrong =
        'is "ovn", whose pools know neither the PROXY protocol nor health monitors by HTTP; allowed: a provider that does';
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
    // Octavia changes one thing of a load balancer at a time; in a chain nothing waits for a lock.
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
  /** The last of its resources. */
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
    // WebSockets live long: what counts is how many there are.
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
    // The UAP answers only for its own name, and only HTTP/1.1 sends one.
    httpVersion: '1.1',
    domainName: context.hostname,
    urlPath: '/healthz',
    expectedCodes: '200',
    // Dead after two requests in a row: in service no longer than 13 s.
    delay: 5,
    timeout: 3,
    maxRetries: 1,
    maxRetriesDown: 2,
    dependsOn: [listener],
  });
  return { protocol, port, pool, monitor };
}

/** All members in one resource, which changes in place: new ones come and old ones go in one step. */
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
