import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { NetworkingFloatingipAssociateV2, NetworkingFloatingipV2 } from '../terraform/providers/openstack';
import type { Problem } from '../validation/problems';
import type { RegionContext } from './region-context';
import { typeGuard } from './type-guard';

/** A floating IP for each instance. */
export interface FloatingIpOptions {
  /**
   * Name of the external network that floating IPs are taken from, in the region's reach of users and their
   * instances: usually `publicNetwork`.
   */
  readonly pool: string;
  /** Name or id of the project's own network that the instances are on; a router joins it to the pool. */
  readonly network: string;
}

/** An instance that an address can lead to. */
export interface AddressedInstance {
  /** Id of the port that the instance is on now. */
  readonly portId: string;
}

/** An address that exists before its instance, and stays when the instance is replaced. */
export interface ReservedAddress {
  /** IPv4 addresses as a list token; undefined: those of the instance's port. */
  readonly addresses?: string[];
  /**
   * Leads the address to an instance, once it is ready.
   * @returns what must exist before the instance answers at the address
   */
  attach(instance: AddressedInstance, ready: readonly ITerraformDependable[]): readonly ITerraformDependable[];
}

/** An address at which a load balancer is reached. */
export interface BalancerPort {
  /** Its IPv4 address on the network of the instances. */
  readonly address: string;
  /** Id of the port that has it. */
  readonly portId: string;
}

/**
 * How instances get the address that browsers connect to and that users' instances see. It outlives the instance; how
 * one takes over from the other depends on it.
 * @example InstanceAddress.floatingIp({ pool: 'public', network: 'uap' })
 */
export abstract class InstanceAddress {
  /**
   * A port on the public network itself, the default. Two instances can't have it at the same time, so a new instance
   * takes the place of the old one, and in between the address doesn't answer.
   */
  static publicPort(): InstanceAddress {
    return new PublicPort();
  }

  /**
   * A floating IP for an instance on a network of your own. A new instance is ready before the address moves to it,
   * and the old one stays for `drain` seconds after.
   */
  static floatingIp(options: FloatingIpOptions): InstanceAddress {
    return new FloatingIp(options);
  }

  /** Whether a value is one of these strategies, also when it came from another copy of this package. */
  static readonly isInstanceAddress = typeGuard<InstanceAddress>('isInstanceAddress');

  /** What it is, for messages. */
  abstract readonly description: string;

  /** Whether the address belongs to the port, which a new instance takes over from the old one. */
  abstract readonly keepsPort: boolean;

  /** Faults of the options, each with the name of the option. */
  problems(): readonly Problem[] {
    return [];
  }

  /** Name or id of the network that the instances are on. */
  abstract network(publicNetwork: string): string;

  /** Takes an address for an instance to come. */
  abstract reserve(scope: Construct, id: string, context: RegionContext): ReservedAddress;

  /** The addresses, a list token, at which clients reach a load balancer on the network of the instances. */
  abstract expose(scope: Construct, id: string, balancer: BalancerPort, context: RegionContext): string[];
}

class PublicPort extends InstanceAddress {
  readonly description = 'port on the public network';
  readonly keepsPort = true;

  network(publicNetwork: string): string {
    return publicNetwork;
  }

  reserve(): ReservedAddress {
    return { attach: (_, ready) => ready };
  }

  expose(_scope: Construct, _id: string, balancer: BalancerPort): string[] {
    return [balancer.address];
  }
}

class FloatingIp extends InstanceAddress {
  readonly description: string;
  readonly keepsPort = false;

  constructor(private readonly options: FloatingIpOptions) {
    super();
    this.description = `floating IP of ${options?.pool}, instance on ${options?.network}`;
  }

  override problems() {
    return (['pool', 'network'] as const).flatMap((path) => {
      const value: unknown = this.options?.[path];
      if (typeof value === 'string' && value.trim() !== '') return [];
      const wrong =
        path === 'network'
          ? "is missing: a floating IP leads to an instance on a network of the project's own, which a router joins to the pool"
          : 'is missing: floating IPs are taken from an external network (`openstack network list --external`)';
      return [{ path, wrong, example: "InstanceAddress.floatingIp({ pool: 'public', network: 'uap' })" }];
    });
  }

  network(): string {
    return this.options.network;
  }

  reserve(scope: Construct, id: string, context: RegionContext): ReservedAddress {
    const own = new Construct(scope, id);
    const address = this.take(own, context);
    return {
      addresses: [address],
      attach: ({ portId }, ready) => [this.associate(own, context, address, portId, ready)],
    };
  }

  expose(scope: Construct, id: string, { portId }: BalancerPort, context: RegionContext): string[] {
    const own = new Construct(scope, id);
    const address = this.take(own, context);
    this.associate(own, context, address, portId);
    return [address];
  }

  private take(scope: Construct, { region, description, tags }: RegionContext): string {
    const { pool } = this.options;
    const options = { region, pool, description, tags: tags && [...tags] };
    return new NetworkingFloatingipV2(scope, 'Resource', options).address;
  }

  /** Changes in place: the address moves from one port to the other in one step. */
  private associate(
    scope: Construct,
    { region }: RegionContext,
    floatingIp: string,
    portId: string,
    ready?: readonly ITerraformDependable[],
  ): ITerraformDependable {
    const dependsOn = ready && [...ready];
    return new NetworkingFloatingipAssociateV2(scope, 'association', { region, floatingIp, portId, dependsOn });
  }
}
