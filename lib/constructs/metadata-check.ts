import { TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { terraformAddress } from '../terraform/address';
import type { ComputeInstanceV2 } from '../terraform/providers/openstack';

/**
 * A jq program that edits the state: the next plan sends all metadata again, then checks it, as it re-creates the own
 * resource. An import would lose the port, which replaces the server.
 */
const forget = (own: string) =>
  `del(.resources[] | select(.name == "${own}")) ` +
  '| (.resources[] | select(.type == "openstack_compute_instance_v2") | .instances[].attributes.metadata) = {} | .serial += 1';

/**
 * Exists once Nova holds the metadata for the instance. If Nova fails while the provider sends it, the state has the new
 * metadata nevertheless, no later plan sends it again, and the instance waits forever (openstack provider 3.4.0). Each
 * plan reads `all_metadata`, which shows what Nova holds.
 */
export class MetadataCheck extends Construct {
  readonly resource: TerraformResource;

  constructor(scope: Construct, id: string, server: ComputeInstanceV2) {
    super(scope, id);
    const address = terraformAddress(server);
    const terraform = `terraform -chdir=cdktf.out/stacks/${TerraformStack.of(this).node.id}`;
    this.resource = new TerraformResource(this, 'Resource', { terraformResourceType: 'terraform_data' });
    const { friendlyUniqueId: own } = this.resource;
    this.resource.lifecycle = {
      postcondition: [
        {
          // The own id is unknown while metadata changes: then Terraform checks after the apply, otherwise at each plan.
          condition: `\${self.id != "" && alltrue([for key, value in ${address}.metadata : lookup(${address}.all_metadata, key, "") == value])}`,
          // Terraform breaks no line that begins with a space.
          errorMessage:
            `Nova does not hold the metadata that was sent for the instance: sending it failed, or the metadata was changed ` +
            `later. The openstack provider does not notice. Remove it from the state, then deploy again:\n\n` +
            `  ${terraform} state pull | jq '${forget(own)}' | ${terraform} state push -`,
        },
      ],
    };
    this.resource.addOverride('triggers_replace', {
      instance: server.id,
      metadata: `\${sha256(jsonencode(${address}.metadata))}`,
    });
  }
}
