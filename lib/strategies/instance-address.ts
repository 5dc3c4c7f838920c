import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { NetworkingFloatingipAssociateV2, NetworkingFloatingipV2 } from '../terraform/providers/openstack';
import type { Problem } from '../validation/problems';
import type { RegionContext } from './region-context';
import { typeGuard } from './type-guard';

/** A floating IP for each instance. */
export interface FloatingIpOptions {
  /**
   * Name of the external network of the floating IPs, which users and their instances can reach: usually
   * `publicNetwork`.
   */
  readonly pool: string;
  /** Name or id of the project's own network for the instances; a router connects it to the pool. */
  readonly network: string;
}

/** An instance that an address can be associated with. */
export interface AddressedInstance {
  /** Id of the instance's current port. */
  readonly portId: string;
}

/** An address that exists before its instance and outlives it. */
export interface ReservedAddress {
  /** IPv4 addresses as a list token; undefined: those of the instance's port. */
  readonly addresses?: string[];
  /**
   * Associates the address with an instance once it is ready.
   * @returns resources that must exist before the instance answers at the address
   */
  attach(instance: AddressedInstance, ready: readonly ITerraformDependable[]): readonly ITerraformDependable[];
}

/** The port of a load balancer. */
export interface BalancerPort {
  /** Its IPv4 address on the network of the instances. */
  readonly address: string;
  /** Id of the port. */
  readonly portId: string;
}

/**
 * How instances get the address that browsers connect to and that users' instances see. The address outlives the
 * instance; its kind decides how a new instance takes over from the old one.
 * @example InstanceAddress.floatingIp({ pool: 'public', network: 'uap' })
 */
export abstract class InstanceAddress {
  /**
   * A port on the public network itself, the default. Only one instance can use the port at a time: a new instance
   * replaces the old one, and the address does not answer in between.
   */
  static publicPort(): InstanceAddress {
    return new PublicPort();
  }

  /**
   * A floating IP for an instance on a network of your own. The address moves once the new instance is ready, and the
   * old one stays for another `drain` seconds.
   */
  static floatingIp(options: FloatingIpOptions): InstanceAddress {
    return new FloatingIp(options);
  }

  /** Whether a value is one of these strategies, also one of another copy of this package. */
  static readonly isInstanceAddress = typeGuard<InstanceAddress>('isInstanceAddress');

  /** Description for messages. */
  abstract readonly description: string;

  /** Whether the address belongs to the port, which a new instance takes over from the old one. */
  abstract readonly keepsPort: boolean;

  /** Problems of the options; the path is the name of the option. */
  problems(): readonly Problem[] {
    return [];
  }

  /** Name or id of the network of the instances. */
  abstract network(publicNetwork: string): string;

  /** Reserves an address for an instance that is created later. */
  abstract reserve(scope: Construct, id: string, context: RegionContext): ReservedAddress;

  /** The addresses (a list token) where clients reach a load balancer on the network of the instances. */
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
          ? 'is missing: a floating IP needs an instance on a network of the project, connected to the pool by a router'
          : 'is missing: floating IPs come from an external network (`openstack network list --external`)';
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
