import { ConsoleReadiness, Drain, Readiness } from '../../lib/constructs/readiness';
import type { Block, Resource } from './stack';

/** What a group of resources is for: the part of the picture that they are drawn as. */
export type Kind = 'records' | 'readiness' | 'entry' | 'securityGroup' | 'port' | 'instance' | 'certificate' | 'other';

export interface Words {
  readonly kind: Kind;
  readonly title: string;
  readonly lines: readonly string[];
}

/** Finds a data source that a resource refers to. */
export type LookUp = (type: string) => Block | undefined;

/**
 * The words for the resources of a region that are of one kind, or of one type that is not known here: nothing of a
 * stack is left out.
 */
export function describe(resources: readonly Resource[], lookUp: LookUp): Words {
  const [first] = resources as [Resource];
  const maker = makerOf(first);
  if (maker) return { kind: maker.kind, ...maker.words(resources, lookUp) };
  const ids = resources.map(({ element }) => element.node.id).join(', ');
  return { kind: 'other', title: first.type, lines: [ids] };
}

/** Resources of the same group are drawn as one part. */
export function groupOf(resource: Resource): string {
  return makerOf(resource)?.group ?? resource.type;
}

interface Maker {
  readonly group: string;
  readonly kind: Kind;
  words(resources: readonly Resource[], lookUp: LookUp): Omit<Words, 'kind'>;
}

function makerOf({ type, element }: Resource): Maker | undefined {
  const owner = element.node.scope;
  if (owner instanceof Readiness) return readiness;
  if (owner instanceof ConsoleReadiness) return step('wait-for-console');
  if (owner instanceof Drain) return step('drain');
  return type.startsWith('openstack_lb_') ? loadBalancer : makers[type];
}

const readiness: Maker = {
  group: 'readiness',
  kind: 'readiness',
  words: (resources) => ({ title: 'Readiness', lines: unique(resources.map(({ block }) => readinessText(block))) }),
};

function step(name: string): Maker {
  return { group: `step ${name}`, kind: 'other', words: () => ({ title: 'Step of a deployment', lines: [name] }) };
}

const loadBalancer: Maker = {
  group: 'load balancer',
  kind: 'entry',
  words: (resources) => ({
    title: 'Load balancer',
    lines: resources
      .filter(({ type }) => type === 'openstack_lb_listener_v2')
      .map(({ block }) => `${block.protocol} ${block.protocol_port}`)
      .sort(),
  }),
};

const floatingIp: Maker = {
  group: 'floating IP',
  kind: 'entry',
  words: (resources) => ({
    title: 'Floating IP',
    lines: [...resources.flatMap(({ block }) => (block.pool ? [`of ${block.pool}`] : [])), 'keeps the address'],
  }),
};

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}

const records: Maker = {
  group: 'records',
  kind: 'records',
  words: (resources) => ({ title: 'DNS records', lines: resources.map(({ block }) => record(block)) }),
};

const securityGroup: Maker = {
  group: 'security group',
  kind: 'securityGroup',
  words: (resources) => ({
    title: 'Security group',
    lines: ruleLines(resources.map(({ block }) => block).filter(({ direction }) => direction !== undefined)),
  }),
};

const makers: Readonly<Record<string, Maker>> = {
  openstack_networking_secgroup_v2: securityGroup,
  openstack_networking_secgroup_rule_v2: securityGroup,
  dns_a_record_set: records,
  dns_aaaa_record_set: records,
  openstack_dns_recordset_v2: records,
  openstack_networking_port_v2: {
    group: 'port',
    kind: 'port',
    words: (_, lookUp) => ({
      title: 'Port',
      lines: [`network ${lookUp('openstack_networking_network_v2')?.name}`, 'keeps the address'],
    }),
  },
  openstack_compute_instance_v2: {
    group: 'instance',
    kind: 'instance',
    words: (resources, lookUp) => ({
      title: resources.length === 1 ? 'Instance' : `${resources.length} instances`,
      lines: [
        ...resources.map(({ block }) => String(block.name)),
        ...unique(
          resources.map(({ block }) =>
            [
              lookUp('openstack_images_image_ids_v2')?.name ?? block.image_id,
              block.flavor_name ?? block.flavor_id,
            ].join(', '),
          ),
        ),
      ],
    }),
  },
  openstack_networking_floatingip_v2: floatingIp,
  openstack_networking_floatingip_associate_v2: floatingIp,
  openstack_compute_servergroup_v2: {
    group: 'server group',
    kind: 'other',
    words: ([group]) => ({ title: 'Server group', lines: [String((group as Resource).block.policies)] }),
  },
  acme_certificate: {
    group: 'certificate',
    kind: 'certificate',
    words: ([certificate]) => ({ title: 'Certificate', lines: certificateLines(certificate as Resource) }),
  },
  openstack_identity_application_credential_v3: {
    group: 'credential',
    kind: 'other',
    words: ([credential]) => ({
      title: 'Application credential',
      lines: [services((credential as Resource).block)],
    }),
  },
};

function record({ name, zone, type = 'A', ttl }: Block): string {
  const full = [name, zone].filter(Boolean).join('.').replace(/\.$/, '');
  return `${full}  ${type}, ${ttl} s`;
}

/** `in from everywhere: TCP 80, 443, ICMP`: rules for both families, and those with the same ports, are one line. */
function ruleLines(rules: readonly Block[]): string[] {
  const byWhere = grouped(rules, ({ direction, remote_ip_prefix: prefix }) => {
    const where = !prefix || prefix === '0.0.0.0/0' || prefix === '::/0' ? 'everywhere' : String(prefix);
    return `${direction === 'ingress' ? 'in from' : 'out to'} ${where}`;
  });
  const lines = [...byWhere].map(([key, those]) => {
    const [, way = '', where = ''] = /^(in from|out to) (.*)$/.exec(key) ?? [];
    return { way, where, ports: portsText(those) };
  });
  return [...grouped(lines, ({ way, ports }) => `${way} ${ports}`).values()].map((alike) => {
    const [{ way, ports }] = alike as [(typeof lines)[number]];
    return `${way} ${few(alike.map(({ where }) => where)).join(', ')}: ${ports}`;
  });
}

/** `TCP 80, 443, UDP 53` */
function portsText(rules: readonly Block[]): string {
  const byProtocol = grouped(rules, ({ protocol }) =>
    protocol
      ? String(protocol)
          .replace(/^ipv6[-_]/, '')
          .toUpperCase()
      : 'all',
  );
  return [...byProtocol]
    .map(([protocol, those]) => {
      const ranges = those.flatMap(({ port_range_min: min, port_range_max: max }) =>
        min ? [min === max ? `${min}` : `${min}-${max}`] : [],
      );
      const sorted = [...new Set(ranges)].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
      return [protocol, sorted.join(', ')].filter(Boolean).join(' ');
    })
    .join(', ');
}

const shown = 3;

/** The first of a list, and how many more there are. */
export function few(list: readonly string[]): string[] {
  return list.length <= shown + 1 ? [...list] : [...list.slice(0, shown), `and ${list.length - shown} more`];
}

function grouped<T>(list: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

function readinessText(block: Block): string {
  const [provisioner] = (block.provisioner ?? []) as { 'local-exec'?: { environment?: Block } }[];
  const { UAP_TIMEOUT } = provisioner?.['local-exec']?.environment ?? {};
  return UAP_TIMEOUT ? `waits for an answer, at most ${UAP_TIMEOUT} s` : 'waits for an answer';
}

function certificateLines({ block, provider }: Resource): string[] {
  const { common_name: name, subject_alternative_names: others = [], key_type: key } = block;
  return [...([name, ...(others as unknown[])] as string[]), `key ${key}`, `from ${hostOf(provider?.server_url)}`];
}

/** Without the scheme: Mermaid would make a link of it. */
function hostOf(url: unknown): string {
  return String(url).replace(/^https?:\/\/([^/]*).*$/, '$1');
}

function services({ access_rules: rules = [] }: Block): string {
  const names = [...new Set((rules as { service?: string }[]).map(({ service }) => service))];
  return names.length > 0 ? `only for ${names.join(', ')}` : 'for the whole project';
}
