import type { InstanceParts } from './instance-parts';

/** What an upstream driver adds to the Nginx configuration of https upstreams, and what it needs on the instance. */
export interface UpstreamTls {
  /** Directives of the location that proxies to https upstreams, e.g. [["proxy_ssl_verify", "off"]]. */
  readonly directives: readonly (readonly string[])[];
  readonly parts: InstanceParts;
}

/** How the proxy talks to `https` apps on the users' instances. */
export abstract class UpstreamSecurity {
  /**
   * TLS without verification: instances have self-signed certificates. The default. Whoever can answer for an
   * instance's address on its network can read along; Neutron's port security is what prevents that.
   */
  static unverifiedTls(): UpstreamSecurity {
    return new UnverifiedTls();
  }

  abstract render(): UpstreamTls;
}

class UnverifiedTls extends UpstreamSecurity {
  render(): UpstreamTls {
    return { directives: [['proxy_ssl_verify', 'off']], parts: {} };
  }
}
