/** A block of Terraform's JSON. */
export type Block = Readonly<Record<string, unknown>>;

/** A resource or a look-up of a synthesized stack. */
export interface Resource {
  /** As expressions write it: `openstack_compute_instance_v2.one`, `data.openstack_images_image_ids_v2.two`. */
  readonly address: string;
  /** `openstack_compute_instance_v2` */
  readonly type: string;
  /** Ids of its constructs, the stack's first. */
  readonly path: readonly string[];
  readonly block: Block;
  /** Addresses of what it refers to, by way of locals, too, or waits for. */
  readonly refersTo: readonly string[];
}

/** The resources and look-ups of a synthesized stack (`cdk.tf.json`), and what refers to what. */
export function readStack(stack: Block): Resource[] {
  const locals = (stack.locals ?? {}) as Block;
  // A terraform_data that runs nothing is bookkeeping: what replaces an instance, what it was made with.
  const found = [...blocks(stack.resource, ''), ...blocks(stack.data, 'data.')].filter(
    ({ type, block }) => type !== 'terraform_data' || block.provisioner !== undefined,
  );
  const known = new Set(found.map(({ address }) => address));
  return found.map((one) => ({
    ...one,
    refersTo: [...references(one.block, locals)].filter((address) => known.has(address) && address !== one.address),
  }));
}

function blocks(byType: unknown, prefix: string): Omit<Resource, 'refersTo'>[] {
  return Object.entries((byType ?? {}) as Record<string, Record<string, Block>>).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, block]) => ({
      address: `${prefix}${type}.${name}`,
      type,
      path: constructPath(block, name),
      block,
    })),
  );
}

function constructPath(block: Block, name: string): string[] {
  const comment = block['//'] as { metadata?: { path?: string } } | undefined;
  return (comment?.metadata?.path ?? name).split('/');
}

/** Addresses in the expressions of a block. */
function references(block: unknown, locals: Block, seen = new Set<string>()): Set<string> {
  const text = JSON.stringify(block);
  for (const [, data = '', type = '', name = ''] of text.matchAll(/\b(data\.)?([a-z][a-z0-9_]*)\.([A-Za-z][\w-]*)/g)) {
    const address = `${data}${type}.${name}`;
    if (seen.has(address)) continue;
    seen.add(address);
    if (type === 'local' && name in locals) references(locals[name], locals, seen);
  }
  return seen;
}
