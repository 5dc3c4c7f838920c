import { Fn, type ITerraformDependable, Lazy, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { userData } from './cloud-init';
import { InstanceFilesRecord, InstanceSource } from './constructs/instance-replacement';
import { Delivered } from './constructs/metadata-check';
import { ProxyInstance } from './constructs/proxy-instance';
import { ProxySecurityGroup } from './constructs/proxy-security-group';
import { ComputeApi, ConsoleReadiness, Drain, Readiness } from './constructs/readiness';
import { formatHost } from './hostname';
import { certificateContext, instanceParts } from './instance/files';
import { instanceChoices } from './instance/replacement-trigger';
import type { ResolvedCloud, ResolvedRegion } from './settings';
import { terraformAddress } from './terraform/address';
import { ComputeServergroupV2 } from './terraform/providers/openstack';

/** What a {@link UserApplicationProxy} is made of. */
export interface UserApplicationProxyProps {
  /** The cloud's settings with every default, from `resolveCloud`. */
  readonly cloud: ResolvedCloud;
  /** One of its regions. */
  readonly region: ResolvedRegion;
}

/**
 * The User Application Proxy of a region:
 *
 *     security group ── port ─────────────┐
 *     certificate ── delivery ── metadata ─ server ── readiness ── DNS records
 *           secrets ──┐                     │
 *     settings ── files ── user data ───────┤
 *           └── source (replaces it) ───────┘
 *
 * There are as many ports, servers and readinesses as `instances`; all else is shared. A floating IP stands between
 * server and readiness, a load balancer between readiness and records. Where a new instance is there before the old
 * one goes, draining comes last.
 *
 * @example new UserApplicationProxy(this, 'proxy', { cloud, region: cloud.regions[0] })
 */
export class UserApplicationProxy extends Construct {
  /** Host name of the UAP. */
  readonly hostname: string;
  /** What reaches the instance. */
  readonly securityGroup: ProxySecurityGroup;
  /** The first of the instances. */
  readonly instance: ProxyInstance;
  /** All of them. */
  readonly instances: readonly ProxyInstance[];
  /** A Terraform condition: whether an instance was made with other files than this version of the package writes. */
  readonly outdated: string;
  /** The IPv4 addresses in the records: a list token. */
  readonly addresses: string[];
  /** For each instance the IPv4 address that users' instances see. */
  readonly sourceAddresses: readonly string[];
  /** Lines for a zone file that are left to be made by hand. */
  readonly manualRecords: readonly string[];
  /** End of the certificate's validity; undefined if only the instance knows it. */
  readonly certificateNotAfter?: string;
  /** The URL of an app that could be there. */
  readonly exampleUrl: string;

  constructor(scope: Construct, id: string, { cloud, region }: UserApplicationProxyProps) {
    super(scope, id);
    const context = certificateContext(cloud, region);
    const name = `${cloud.namePrefix}-${region.hostname.replaceAll('.', '-')}`;
    const common = { region: context.region, tags: cloud.tags.length > 0 ? cloud.tags : undefined };
    const description = `User Application Proxy ${region.hostname}`;
    this.hostname = region.hostname;

    this.securityGroup = new ProxySecurityGroup(this, 'security-group', {
      ...common,
      name,
      description,
      adminNetworks: region.adminNetworks.map(String),
      balancerRanges: region.loadBalancer.sourceRanges,
      egressRanges: region.strictEgress ? region.upstreamRanges.map(String) : undefined,
    });

    const certificate = region.certificate.bind(this, context);
    this.certificateNotAfter = certificate.notAfter;
    const parts = instanceParts(cloud, region);
    // Known once the ports are there, which servers, that want to know it, come after.
    const addresses = new TerraformLocal(this, 'addresses', Lazy.anyValue({ produce: () => this.addresses }));
    const contents = {
      ...certificate.contents,
      ...region.upstreamSecurity.bind(this),
      addresses: Fn.join('\n', addresses.asList),
    };
    const delivery = region.delivery.bind(this, parts.lateFiles, contents, context);
    const bootData = userData(parts, { hostname: region.hostname });
    const made = {
      choices: instanceChoices(cloud, region),
      generation: region.generation,
      secrets: delivery.secrets,
    };
    const keepsPort = region.address.keepsPort && !region.loadBalancer.inFront;
    const boot = {
      network: region.address.network(region.publicNetwork),
      keepsPort,
      // Where nobody else serves, it would only make the outage longer.
      shutDown: !keepsPort || region.instances > 1,
      image: region.image,
      flavor: region.flavor,
      keyPair: region.keyPair,
      securityGroup: this.securityGroup.group,
      userData: bootData.withSecrets(delivery.secrets),
      delivery,
      preconditions: certificate.preconditions,
      dependsOn: this.securityGroup.rules,
      serverGroupId: region.instances > 1 ? this.serverGroup(name, context.region) : undefined,
    };
    const api = keepsPort ? undefined : new ComputeApi(this, 'compute-api', { name, region: context.region });

    const slots = [...Array(region.instances).keys()].map((index) => {
      // The first one has the ids and names that it has alone, so that more of them leave it as it is.
      const numbered = (text: string) => (index === 0 ? text : `${text}-${index + 1}`);
      const reserved = region.address.reserve(this, numbered('address'), { ...common, description });
      const sibling: ProxyInstance | undefined = this.node.tryFindChild('instance') as ProxyInstance | undefined;
      const instance = new ProxyInstance(this, numbered('instance'), {
        ...common,
        ...boot,
        name: numbered(name),
        sibling,
        // One for each, so that they can be rolled over one by one.
        source: new InstanceSource(this, numbered('source'), made).address,
      });
      const files = new InstanceFilesRecord(this, numbered('files'), instance.server, bootData.digest);
      return { numbered, reserved, instance, files, addresses: reserved.addresses ?? instance.addresses };
    });
    this.instances = slots.map(({ instance }) => instance);
    this.instance = this.instances[0] as ProxyInstance;
    this.outdated = slots.map(({ files }) => files.outdated).join(' || ');
    this.sourceAddresses = slots.map((slot) => Fn.element(slot.addresses, 0));

    const balancer = region.loadBalancer.bind(this, 'load-balancer', {
      ...common,
      name,
      hostname: region.hostname,
      networkId: this.instance.networkId,
    });
    const atInstances = slots.map((slot) => slot.addresses);
    this.addresses = balancer.port
      ? region.address.expose(this, 'public-address', balancer.port, { ...common, description })
      : atInstances.length === 1
        ? (atInstances[0] as string[])
        : Fn.concat(atInstances);

    const readiness = (
      id: string,
      address: string,
      instances: readonly ProxyInstance[],
      after: readonly ITerraformDependable[],
    ) =>
      region.readinessTimeout === 0
        ? after
        : [
            new Readiness(this, id, {
              hostname: region.hostname,
              address,
              instanceId: together(instances.map(({ server }) => server.id)),
              powerStates: instances.map(({ server }) => `${terraformAddress(server)}.power_state`),
              chainPem: certificate.chainPem,
              timeout: region.readinessTimeout,
              dependsOn: after.length > 0 ? after : undefined,
            }).resource,
          ];
    const ready = slots.flatMap(({ numbered, reserved, instance, addresses }) => {
      const instanceId = instance.server.id;
      const attached = [
        ...reserved.attach(instance, this.serves(numbered('console'), instanceId, region, api)),
        ...(Object.keys(delivery.metadata).length > 0
          ? [new Delivered(this, numbered('delivered'), instance.server).resource]
          : []),
      ];
      // Behind a load balancer nobody else reaches it.
      if (balancer.port) return attached;
      return readiness(numbered('readiness'), Fn.element(addresses, 0), [instance], attached);
    });
    let serving = balancer.serve(
      this.instances.map((instance) => instance.address),
      ready,
    );
    if (balancer.port) serving = readiness('readiness', Fn.element(this.addresses, 0), this.instances, serving);
    if (api && region.drain > 0) {
      for (const { numbered, instance } of slots) {
        new Drain(this, numbered('drain'), {
          serverName: numbered(name),
          instanceId: instance.server.id,
          api,
          time: region.drain,
          dependsOn: serving,
        });
      }
    }

    this.manualRecords = region.dns.bind(
      new Construct(this, 'records'),
      [
        { id: 'apex', name: region.hostname },
        { id: 'wildcard', name: `*.${region.hostname}` },
      ].map((record) => ({
        ...record,
        type: 'A',
        ttl: region.recordTtl,
        addresses: this.addresses,
        each: balancer.port ? [Fn.element(this.addresses, 0)] : this.sourceAddresses,
        dependsOn: [...serving],
      })),
      context,
    ).manual;

    const protocol = region.httpUpstreams ? 'http' : 'https';
    this.exampleUrl = `https://${formatHost({ protocol, address: exampleAddress(region), port: 8888 }, region.hostname)}/`;
  }

  /** What is there once a new instance serves that nobody reaches yet: it says so on its console. */
  private serves(id: string, instanceId: string, region: ResolvedRegion, api?: ComputeApi): ITerraformDependable[] {
    const { hostname, readinessTimeout: timeout } = region;
    if (!api || timeout === 0) return [];
    return [new ConsoleReadiness(this, id, { hostname, instanceId, api, timeout }).resource];
  }

  /** Keeps instances on different hosts as far as there are some. */
  private serverGroup(name: string, region: string | undefined): string {
    return new ComputeServergroupV2(this, 'server-group', { name, region, policies: ['soft-anti-affinity'] }).id;
  }
}

function together(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] as string) : Fn.join(' ', [...ids]);
}

/** An address that a user's instance could have: the seventh of the first range, or its first if it is small. */
function exampleAddress({ upstreamRanges: [range] }: ResolvedRegion): string {
  return range?.address(range.prefixLength <= 28 ? 7 : 0) ?? '';
}
