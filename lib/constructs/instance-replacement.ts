import { createHash } from 'node:crypto';
import { Fn, TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { terraformAddress } from '../terraform/address';
import type { ComputeInstanceV2 } from '../terraform/providers/openstack';

export interface ReplacementTriggerProps {
  /** The settings that an instance is created from, as text. */
  readonly settings: string;
  /** The setting of that name. */
  readonly generation: number;
  /** The secret files in the user data by name: sensitive tokens. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Replaces an instance when the operator changes its settings or secrets or raises the generation. Changed user data
 * replaces nothing, as a newer version of this package writes other user data for the same settings.
 */
export class ReplacementTrigger extends Construct {
  /** Address for the server's `replace_triggered_by`, which takes no expression. */
  readonly address: string;

  constructor(scope: Construct, id: string, props: ReplacementTriggerProps) {
    super(scope, id);
    const resource = new TerraformResource(this, 'Resource', { terraformResourceType: 'terraform_data' });
    resource.addOverride('triggers_replace', {
      settings: sha256(props.settings),
      generation: props.generation,
      secrets: Fn.sha256(Fn.join('\n', Object.values(props.secrets))),
    });
    this.address = terraformAddress(resource);
  }
}

/** Records which files an instance was created with. */
export class InstanceFilesRecord extends Construct {
  /** A Terraform condition: whether this version writes other files. */
  readonly outdated: string;

  /** @param digest of the user data, as this version of the package writes it */
  constructor(scope: Construct, id: string, server: ComputeInstanceV2, digest: string) {
    super(scope, id);
    const resource = new TerraformResource(this, 'Resource', {
      terraformResourceType: 'terraform_data',
      // Terraform ignores it for as long as this stays, which is as long as the server.
      lifecycle: { ignoreChanges: ['input'] },
    });
    resource.addOverride('input', digest);
    resource.addOverride('triggers_replace', server.id);
    this.outdated = `${terraformAddress(resource)}.output != "${digest}"`;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
