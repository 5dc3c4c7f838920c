import type { TerraformResource } from 'cdktf';

/** The address of a resource in its stack, for where Terraform takes one and no expression. */
export function terraformAddress(resource: TerraformResource): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
}
