import { Fn, type ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { BoundLoadBalancer } from '../strategies/load-balancer';
import { terraformAddress } from '../terraform/address';
import type { ComputeApi } from '../terraform/compute-api';
import { MetadataCheck } from './metadata-check';
import type { ProxyInstance } from './proxy-instance';
import { ConsoleReadiness, Drain, Readiness } from './readiness';
import type { Replica } from './replica';

/** Settings of a roll-out. */
export interface RolloutConfig {
  /** Host name of the UAP. */
  readonly hostname: string;
  readonly replicas: readonly Replica[];
  readonly balancer: BoundLoadBalancer;
  /** The addresses that clients connect to: a list token. */
  readonly addresses: string[];
  /** The chain that the UAP must present, as PEM. @default - any certificate for the host name */
  readonly chainPem?: string;
  /** Seconds until a replica must serve; 0: no wait. */
  readonly readinessTimeout: number;
  /** Whether Nova's metadata carries files and must be compared with what was sent. */
  readonly checksMetadata: boolean;
  /** Nova's API, if a new instance serves before the old one is destroyed; undefined if it takes the old one's port. */
  readonly computeApi?: ComputeApi;
  /** Seconds for the old instance to finish in-flight requests. */
  readonly drain: number;
}

/**
 * Puts the replicas into service and drains their predecessors:
 *
 *     console ── address ── readiness ── records                   without a load balancer
 *     console ── address ── load balancer ── readiness ── records  with one
 *                                              └── drain
 *
 * @returns resources that must exist before the public records
 */
export function rollOut(scope: Construct, config: RolloutConfig): readonly ITerraformDependable[] {
  const { replicas, balancer, addresses } = config;
  const instances = replicas.map(({ instance }) => instance);
  const ready = replicas.flatMap((replica) => {
    const attached = attach(scope, config, replica);
    // Behind a load balancer, only that reaches it.
    if (balancer.port) return attached;
    const { sourceAddress, instance, numbered } = replica;
    return waitUntilReady(scope, numbered('readiness'), config, sourceAddress, [instance], attached);
  });
  const served = balancer.serve(
    instances.map(({ address }) => address),
    ready,
  );
  const serving = balancer.port
    ? waitUntilReady(scope, 'readiness', config, Fn.element(addresses, 0), instances, served)
    : served;
  drainPredecessors(scope, config, serving);
  return serving;
}

/** Associates a replica with its address once it serves, and checks its metadata. */
function attach(scope: Construct, config: RolloutConfig, replica: Replica): readonly ITerraformDependable[] {
  const { hostname, readinessTimeout: timeout, computeApi: api, checksMetadata } = config;
  const { reserved, instance, numbered } = replica;
  const serves: ITerraformDependable[] = [];
  if (api && timeout > 0) {
    // No client can reach it yet, so its console reports that it serves.
    const console = { hostname, instanceId: instance.server.id, api, timeout };
    serves.push(new ConsoleReadiness(scope, numbered('console'), console).resource);
  }
  const attached = reserved.attach(instance, serves);
  if (!checksMetadata) return attached;
  return [...attached, new MetadataCheck(scope, numbered('delivered'), instance.server).resource];
}

/** Waits until the UAP answers at an address with the right certificate; without a timeout it doesn't wait. */
function waitUntilReady(
  scope: Construct,
  id: string,
  { hostname, chainPem, readinessTimeout: timeout }: RolloutConfig,
  address: string,
  instances: readonly ProxyInstance[],
  dependsOn: readonly ITerraformDependable[],
): readonly ITerraformDependable[] {
  if (timeout === 0) return dependsOn;
  const readiness = new Readiness(scope, id, {
    hostname,
    address,
    instanceId: joinIds(instances.map(({ server }) => server.id)),
    powerStates: instances.map(({ server }) => `${terraformAddress(server)}.power_state`),
    chainPem,
    timeout,
    dependsOn: dependsOn.length > 0 ? dependsOn : undefined,
  });
  return [readiness.resource];
}

function drainPredecessors(scope: Construct, config: RolloutConfig, serving: readonly ITerraformDependable[]): void {
  const { computeApi: api, drain: time, replicas } = config;
  if (!api || time === 0) return;
  for (const { numbered, name, instance } of replicas) {
    const instanceId = instance.server.id;
    new Drain(scope, numbered('drain'), { serverName: name, instanceId, api, time, dependsOn: serving });
  }
}

function joinIds(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] as string) : Fn.join(' ', [...ids]);
}
