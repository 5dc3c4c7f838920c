/** An instance of a UAP as Terraform knows it. */
export interface Slot {
  /** Id of the region's construct. */
  readonly region: string;
  readonly hostname: string;
  /** For people: the server's name. */
  readonly label: string;
  /** Address of the server's resource. */
  readonly server: string;
  /** Address of the resource that is there once the instance serves; none if nobody waits. */
  readonly readiness?: string;
}

type Resource = {
  readonly '//'?: { readonly metadata?: { readonly path?: string } };
  readonly name?: string;
  readonly provisioner?: readonly { readonly 'local-exec'?: { readonly environment?: Record<string, string> } }[];
};

/** The instances in a stack's synth output, region by region, each in the order of its instances. */
export function slotsOf(stack: { readonly resource?: Readonly<Record<string, Record<string, Resource>>> }): Slot[] {
  const all = Object.entries(stack.resource ?? {}).flatMap(([type, byId]) =>
    Object.entries(byId).map(([id, resource]) => {
      const [, region = '', part = ''] = resource['//']?.metadata?.path?.split('/') ?? [];
      return { type, address: `${type}.${id}`, region, part, resource };
    }),
  );
  return all
    .filter(({ type, part }) => type === 'openstack_compute_instance_v2' && /^instance(-\d+)?$/.test(part))
    .map(({ address, region, part, resource }) => {
      const readiness = all.find(
        (other) => other.region === region && other.part === part.replace('instance', 'readiness'),
      );
      return {
        region,
        hostname: readiness?.resource.provisioner?.[0]?.['local-exec']?.environment?.UAP_HOSTNAME ?? '',
        label: resource.name ?? address,
        server: address,
        readiness: readiness?.address,
      };
    });
}

/** Addresses of what a plan replaces, from the lines of `terraform plan -json`. */
export function plannedReplacements(output: string): string[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const { type, change } = JSON.parse(line);
    return type === 'planned_change' && change.action === 'replace' ? [change.resource.addr as string] : [];
  });
}
