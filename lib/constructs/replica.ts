import { Fn } from 'cdktf';
import type { Construct } from 'constructs';
import type { InstanceAddress, ReservedAddress } from '../strategies/instance-address';
import type { RegionContext } from '../strategies/region-context';
import { InstanceFilesRecord, ReplacementTrigger, type ReplacementTriggerProps } from './instance-replacement';
import { ProxyInstance } from './proxy-instance';
import type { ServerProps } from './server-props';

/** What the replicas of a UAP are created from. */
export interface ReplicaConfig {
  readonly context: RegionContext;
  readonly address: InstanceAddress;
  readonly server: ServerProps;
  /** Changes of these replace the instance. */
  readonly triggers: ReplacementTriggerProps;
  /** Digest of the user data. */
  readonly digest: string;
}

/** One of the instances of a UAP, with its address and the record of its files. */
export interface Replica {
  /** Appends the number of the replica to an id or a name; not for the first, so that adding replicas leaves it as is. */
  readonly numbered: (text: string) => string;
  /** Name of the server. */
  readonly name: string;
  readonly reserved: ReservedAddress;
  readonly instance: ProxyInstance;
  readonly files: InstanceFilesRecord;
  /** Its IPv4 addresses: a list token. */
  readonly addresses: string[];
  /** The first of them, which users' instances see. */
  readonly sourceAddress: string;
}

/** Creates the replicas as children of the UAP itself: the ids of the first one are those of a UAP with one instance. */
export function createReplicas(scope: Construct, count: number, config: ReplicaConfig): Replica[] {
  const replicas: Replica[] = [];
  for (let index = 0; index < count; index++) {
    replicas.push(createReplica(scope, index, config, replicas[0]?.instance));
  }
  return replicas;
}

function createReplica(scope: Construct, index: number, config: ReplicaConfig, sibling?: ProxyInstance): Replica {
  const { context, address, server, triggers, digest } = config;
  const numbered = (text: string) => (index === 0 ? text : `${text}-${index + 1}`);
  const name = numbered(server.name);
  const reserved = address.reserve(scope, numbered('address'), context);
  // One per replica, so that Terraform can replace them one by one.
  const trigger = new ReplacementTrigger(scope, numbered('source'), triggers);
  const instance = new ProxyInstance(scope, numbered('instance'), {
    ...server,
    name,
    sibling,
    replacementTrigger: trigger.address,
  });
  const files = new InstanceFilesRecord(scope, numbered('files'), instance.server, digest);
  const addresses = reserved.addresses ?? instance.addresses;
  return { numbered, name, reserved, instance, files, addresses, sourceAddress: Fn.element(addresses, 0) };
}
