import { TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { DataOpenstackIdentityAuthScopeV3 } from './providers/openstack';

/** Nova's API as scripts on the machine that deploys use it, with the credentials of the deployment. */
export class ComputeApi extends Construct {
  /** Of the project, good for as long as Keystone says. It is in the state, marked sensitive. */
  readonly token: string;
  readonly url: string;

  constructor(scope: Construct, id: string, { name, region }: { readonly name: string; readonly region?: string }) {
    super(scope, id);
    const scopeOf = new DataOpenstackIdentityAuthScopeV3(this, 'auth-scope', { name, region, setTokenId: true });
    this.token = scopeOf.tokenId;
    const inRegion = region === undefined ? '' : ` && endpoint.region_id == "${region}"`;
    const urls = `[for service in ${scopeOf.fqn}.service_catalog : [for endpoint in service.endpoints : endpoint.url if endpoint.interface == "public"${inRegion}] if service.type == "compute"]`;
    this.url = new TerraformLocal(this, 'url', `\${sort(flatten(${urls}))[0]}`).asString;
  }
}
