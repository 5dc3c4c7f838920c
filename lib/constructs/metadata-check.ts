import { TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { terraformAddress } from '../terraform/address';
import type { ComputeInstanceV2 } from '../terraform/providers/openstack';

/**
 * For jq: the next plan sends all metadata again and checks it afterwards, as it re-creates the own resource. An import
 * would lose the port, which replaces the server.
 */
const forget = (own: string) =>
  `del(.resources[] | select(.name == "${own}")) ` +
  '| (.resources[] | select(.type == "openstack_compute_instance_v2") | .instances[].attributes.metadata) = {} | .serial += 1';

/**
 * Exists once Nova holds the metadata that the instance is to get. When Nova fails while the provider sends it, the
 * state has the new metadata all the same, no later plan sends it again, and the instance would wait for ever
 * (openstack provider 3.4.0). Nova's own view shows it: each plan reads `all_metadata`.
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
          // The own id is unknown while something is on its way: then it is looked at afterwards, else at each plan.
          condition: `\${self.id != "" && alltrue([for key, value in ${address}.metadata : lookup(${address}.all_metadata, key, "") == value])}`,
          // Terraform breaks no line that begins with a space.
          errorMessage:
            `Nova does not hold what was delivered to the instance, as it failed in the midst of it or somebody changed it, ` +
            `and the openstack provider does not notice. Let Terraform forget what it takes for delivered, then deploy again:\n\n` +
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
