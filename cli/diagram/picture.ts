import type { ResolvedRegion, UapStack, UserApplicationProxy } from '../../lib';
import { describe, few, groupOf, type Kind, type Words } from './parts';
import { type Resource, readStack } from './stack';

export interface Part extends Words {
  readonly id: string;
}

/** One after the other: the second needs the first. */
export interface Step {
  readonly from: string;
  readonly to: string;
}

export interface Lane {
  /** The region, if the cloud has several or names it. */
  readonly title: string;
  readonly parts: readonly Part[];
  readonly steps: readonly Step[];
  /** Where requests go in the end. */
  readonly users: Words;
}

/** The content of the diagram of a cloud. */
export interface Picture {
  readonly cloud: string;
  readonly lanes: readonly Lane[];
}

/**
 * What a stack creates, by region: each part is one or more of its resources, each step a reference between them. Only
 * what is no resource comes from the settings.
 */
export function pictureOf(stack: UapStack): Picture {
  const resources = readStack(stack);
  return {
    cloud: stack.cloud.name,
    lanes: stack.cloud.regions.map((region, index) =>
      lane(`r${index}`, region, stack.proxies[index] as UserApplicationProxy, resources),
    ),
  };
}

function lane(prefix: string, region: ResolvedRegion, proxy: UserApplicationProxy, all: readonly Resource[]): Lane {
  const inside = new Set<unknown>(proxy.node.findAll());
  const own = all.filter(({ element, address }) => inside.has(element) && !address.startsWith('data.'));
  const groups = new Map<string, Resource[]>();
  for (const one of own) groups.set(groupOf(one), [...(groups.get(groupOf(one)) ?? []), one]);
  const idOf = (group: string) => `${prefix}_${group.replace(/\W/g, '_')}`;
  const parts = [...groups].map(([group, resources]): Part => {
    const referred = new Set(resources.flatMap(({ refersTo }) => refersTo));
    // What is looked up for the port or the instance is named as its property.
    const lookUp = (type: string) => all.find((one) => one.type === type && referred.has(one.address))?.block;
    return { id: idOf(group), ...describe(resources, lookUp) };
  });
  const groupByAddress = new Map(own.map((one) => [one.address, idOf(groupOf(one))]));
  const steps = new Map<string, Step>();
  for (const one of own) {
    const to = groupByAddress.get(one.address) as string;
    for (const address of one.refersTo) {
      const from = groupByAddress.get(address);
      if (from && from !== to) steps.set(`${from} ${to}`, { from, to });
    }
  }
  return {
    title: [region.region, region.hostname].filter(Boolean).join(': '),
    parts: withSettings(prefix, region, parts),
    steps: withoutDetours([...steps.values()]),
    users: users(region),
  };
}

/**
 * The steps without those that others imply: a before c, where a is before b and b before c. Parts that are before one
 * another, as groups of resources can be, have no order.
 */
function withoutDetours(steps: readonly Step[]): Step[] {
  const ordered = steps.filter(({ from, to }) => !steps.some((other) => other.from === to && other.to === from));
  const after = (id: string, found = new Set<string>()): Set<string> => {
    for (const { from, to } of ordered) {
      if (from !== id || found.has(to)) continue;
      found.add(to);
      after(to, found);
    }
    return found;
  };
  return ordered.filter(
    ({ from, to }) =>
      !ordered.some(
        (step) => step.from === from && step.to !== to && !after(step.to).has(from) && after(step.to).has(to),
      ),
  );
}

/** What the settings say without a resource. */
function withSettings(prefix: string, region: ResolvedRegion, parts: readonly Part[]): Part[] {
  const lines = [`certificate: ${region.certificate.description}`];
  const shown = parts.map((part) => (part.kind === 'instance' ? { ...part, lines: [...part.lines, ...lines] } : part));
  if (shown.some(({ kind }) => kind === 'records')) return shown;
  const names = [region.hostname, `*.${region.hostname}`];
  return [...shown, { id: `${prefix}_records`, kind: 'records', title: 'DNS records, created manually', lines: names }];
}

function users(region: ResolvedRegion): Words {
  const { upstreamRanges: ranges, upstreamSecurity, httpUpstreams } = region;
  return {
    kind: 'other',
    title: "Users' instances",
    lines: [...few(ranges.map(String)), `https: ${upstreamSecurity.description}`, ...(httpUpstreams ? ['http'] : [])],
  };
}

export function partOf({ parts }: Lane, kind: Kind): Part | undefined {
  return parts.find((part) => part.kind === kind);
}
