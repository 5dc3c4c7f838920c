import { TerraformDataSource, TerraformProvider, TerraformResource, type TerraformStack } from 'cdktf';

/** A block of Terraform's JSON. */
export type Block = Readonly<Record<string, unknown>>;

/** A resource or a data source of a stack. */
export interface Resource {
  readonly element: TerraformResource | TerraformDataSource;
  /** As expressions write it: `openstack_compute_instance_v2.one`, `data.openstack_images_image_ids_v2.two`. */
  readonly address: string;
  /** `openstack_compute_instance_v2` */
  readonly type: string;
  readonly block: Block;
  /** Of its provider. */
  readonly provider?: Block;
  /** Addresses of what it refers to, by way of locals, too, or waits for. */
  readonly refersTo: readonly string[];
}

/** What a stack writes, by the kind, type and id of its elements. */
interface Written {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
  readonly data?: Written['resource'];
  readonly provider?: Readonly<Record<string, readonly Block[]>>;
  readonly locals?: Block;
}

/** The resources and data sources of a stack, with their references. */
export function readStack(stack: TerraformStack): Resource[] {
  const written: Written = stack.toTerraform();
  const elements = stack.node.findAll();
  const providers = elements.filter((one) => TerraformProvider.isTerraformProvider(one));
  const found = elements.flatMap((element) => {
    const isResource = TerraformResource.isTerraformResource(element);
    if (!isResource && !TerraformDataSource.isTerraformDataSource(element)) return [];
    const { terraformResourceType: type, friendlyUniqueId: id } = element;
    const block = (isResource ? written.resource : written.data)?.[type]?.[id] ?? {};
    const { terraformResourceType: kind = '', alias } =
      element.provider ?? providers.find((one) => type.startsWith(`${one.terraformResourceType}_`) && !one.alias) ?? {};
    const provider = written.provider?.[kind]?.find((one) => one.alias === alias);
    return [{ element, address: `${isResource ? '' : 'data.'}${type}.${id}`, type, block, provider }];
  });
  // A terraform_data that runs nothing is bookkeeping: what replaces an instance, how it was created.
  const shown = found.filter(({ type, block }) => type !== 'terraform_data' || block.provisioner !== undefined);
  const known = new Set(shown.map(({ address }) => address));
  return shown.map((one) => ({
    ...one,
    refersTo: [...references(one.block, written.locals ?? {})].filter(
      (address) => known.has(address) && address !== one.address,
    ),
  }));
}

/** Addresses in the expressions of a block, with or without an attribute, and in the locals that they use. */
function references(block: unknown, locals: Block, found = new Set<string>()): Set<string> {
  for (const word of JSON.stringify(block).split(/[^\w.-]+/)) {
    const [kind = '', name = '', more = ''] = word.split('.');
    const address = kind === 'data' ? `${kind}.${name}.${more}` : `${kind}.${name}`;
    if (found.has(address)) continue;
    found.add(address);
    if (kind === 'local' && name in locals) references(locals[name], locals, found);
  }
  return found;
}
