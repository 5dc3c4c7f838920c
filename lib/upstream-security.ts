import type { InstanceParts } from './instance-parts';

/** What an upstream driver adds to the Nginx configuration of https upstreams, and what it needs on the instance. */
export interface UpstreamTls {
  /** Directives of the location that proxies to https upstreams, e.g. [["proxy_ssl_verify", "off"]]. */
  readonly directives: readonly (readonly string[])[];
  readonly parts: InstanceParts;
}

const brand = Symbol.for('cdktf-openstack-uap.UpstreamSecurity');

/** How the proxy talks to `https` apps on the users' instances. */
export abstract class UpstreamSecurity {
  /**
   * TLS without verification: instances have self-signed certificates. The default. Whoever can answer for an
   * instance's address on its network can read along; Neutron's port security is what prevents that.
   */
  static unverifiedTls(): UpstreamSecurity {
    return new UnverifiedTls();
  }

  /** Whether a value is one of these strategies, also when it came from another copy of this package. */
  static isUpstreamSecurity(value: unknown): value is UpstreamSecurity {
    return typeof value === 'object' && value !== null && brand in value;
  }

  readonly [brand] = true;

  /** What it is, for people. */
  abstract readonly description: string;

  abstract render(): UpstreamTls;
}

class UnverifiedTls extends UpstreamSecurity {
  readonly description = 'TLS without verification';

  render(): UpstreamTls {
    return { directives: [['proxy_ssl_verify', 'off']], parts: {} };
  }
}
