import { Construct } from 'constructs';
import { endpointUrl } from './endpoint-url';
import { DataOpenstackIdentityAuthScopeV3 } from './providers/openstack';

/** Nova's API for scripts on the machine that deploys, with the credentials of the deployment. */
export class ComputeApi extends Construct {
  /** Token of the project, valid for as long as Keystone says. It is in the state, marked sensitive. */
  readonly token: string;
  /** URL of Nova's public endpoint. */
  readonly url: string;

  constructor(scope: Construct, id: string, { name, region }: { readonly name: string; readonly region?: string }) {
    super(scope, id);
    const authScope = new DataOpenstackIdentityAuthScopeV3(this, 'auth-scope', { name, region, setTokenId: true });
    this.token = authScope.tokenId;
    this.url = endpointUrl(this, 'url', authScope, { service: 'compute', region });
  }
}
