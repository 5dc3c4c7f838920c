import { TerraformProvider, TerraformResource } from 'cdktf';
import type { CloudSpec } from '../../lib';
import { withStack } from '../stack';

/** A resource that Terraform would create. */
export interface PlannedResource {
  /** e.g. `openstack_compute_instance_v2`. */
  readonly type: string;
  readonly name?: string;
  readonly region?: string;
  /** Number of metadata items, of an instance. */
  readonly metadataItems: number;
}

/** A provider that Terraform needs. */
export interface PlannedProvider {
  /** Without the registry's host name: `terraform-provider-openstack/openstack`. */
  readonly source: string;
  /** As the stack asks for it: `3.4.0` or `~> 3.2`. */
  readonly constraint: string;
}

export interface Plan {
  readonly resources: readonly PlannedResource[];
  readonly providers: readonly PlannedProvider[];
}

/** What the generated bindings of some resources have. */
interface Inputs {
  readonly nameInput?: string;
  readonly regionInput?: string;
  readonly metadataInput?: object;
}

/** What a cloud's stack consists of; read from the stack, so the checks need no list of resources. */
export function planOf(spec: CloudSpec): Plan {
  return withStack(spec, ({ node }) => {
    const elements = node.findAll();
    const resources = elements.filter((element) => TerraformResource.isTerraformResource(element));
    const providers = elements.filter((element) => TerraformProvider.isTerraformProvider(element));
    const named = providers.map((provider) => ({
      source: withNamespace(provider.terraformProviderSource ?? provider.terraformResourceType),
      constraint: provider.terraformGeneratorMetadata?.providerVersionConstraint ?? '>= 0',
    }));
    return {
      resources: resources.map((resource) => {
        const { nameInput, regionInput, metadataInput } = resource as Inputs;
        return {
          type: resource.terraformResourceType,
          name: nameInput,
          region: regionInput,
          metadataItems: Object.keys(metadataInput ?? {}).length,
        };
      }),
      providers: [...new Map(named.map((provider) => [provider.source, provider])).values()],
    };
  });
}

function withNamespace(source: string): string {
  return source.includes('/') ? source : `hashicorp/${source}`;
}
