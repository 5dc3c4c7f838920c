import type { UapStack } from '../../lib';
import { Readiness } from '../../lib/constructs/readiness';
import { terraformAddress } from '../../lib/terraform/address';

/** An instance of a UAP as Terraform knows it. */
export interface Replica {
  readonly hostname: string;
  /** For people: the server's name. */
  readonly label: string;
  /** Address of the server's resource. */
  readonly server: string;
  /** Address of the resource that exists once the instance serves; none if nothing waits for it. */
  readonly readiness?: string;
}

/** The instances of a stack, region by region, each in the order of its instances. */
export function replicasOf({ proxies }: UapStack): Replica[] {
  return proxies.flatMap(({ hostname, instances, node }) => {
    const readinesses = node.children.filter((child) => child instanceof Readiness);
    return instances.map(({ server }, index) => {
      const readiness = readinesses[index];
      return {
        hostname,
        label: server.nameInput ?? hostname,
        server: terraformAddress(server),
        readiness: readiness && terraformAddress(readiness.resource),
      };
    });
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
