import { TerraformLocal } from 'cdktf';
import type { Construct } from 'constructs';
import type { DataOpenstackIdentityAuthScopeV3 } from './providers/openstack';

/** Which endpoint of a cloud. */
interface EndpointOptions {
  /** Type of the service in Keystone's catalog, e.g. `compute`. */
  readonly service: string;
  /** Region as OpenStack calls it. @default - the cloud's only one */
  readonly region?: string;
}

/**
 * URL of the public endpoint of a service, from Keystone's catalog: a token.
 * @param id of the local that holds it, since an expression must not stand inside of another function's arguments
 */
export function endpointUrl(
  scope: Construct,
  id: string,
  authScope: DataOpenstackIdentityAuthScopeV3,
  { service, region }: EndpointOptions,
): string {
  const inRegion = region === undefined ? '' : ` && endpoint.region_id == "${region}"`;
  const urls = `[for service in ${authScope.fqn}.service_catalog : [for endpoint in service.endpoints : endpoint.url if endpoint.interface == "public"${inRegion}] if service.type == "${service}"]`;
  // Sorted, as the order of a catalog may change, and other credentials make a new instance.
  return new TerraformLocal(scope, id, `\${sort(flatten(${urls}))[0]}`).asString;
}
