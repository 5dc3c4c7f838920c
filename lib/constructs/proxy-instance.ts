import { Fn, type ITerraformDependable, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import type { BoundDelivery } from '../strategies/secret-delivery';
import {
  ComputeInstanceV2,
  DataOpenstackImagesImageIdsV2,
  DataOpenstackNetworkingNetworkV2,
  DataOpenstackNetworkingPortV2,
  NetworkingPortV2,
} from '../terraform/providers/openstack';

/** What a {@link ProxyInstance} is created from. */
export interface ProxyInstanceProps {
  /** Name of port and server. */
  readonly name: string;
  /** Region as OpenStack calls it. @default - the provider's */
  readonly region?: string;
  /** Tags of port and server. @default [] */
  readonly tags?: readonly string[];
  /** Network that the instance is on: name or id. */
  readonly network: string;
  /**
   * Whether the port outlives the instance, so that a new instance takes over its address. If not, a new instance gets
   * a new port and is created before the old one is destroyed.
   * @default true
   */
  readonly keepsPort?: boolean;
  /**
   * Whether the instance is shut down before it is destroyed, so that Nginx finishes in-flight requests and closes its
   * connections. It takes some seconds.
   * @default false
   */
  readonly shutDown?: boolean;
  /** Another instance of the same UAP, whose look-ups are reused. @default none */
  readonly sibling?: ProxyInstance;
  /** Id of a server group. @default none */
  readonly serverGroupId?: string;
  /** Name or id. */
  readonly image: string;
  /** Name or id. */
  readonly flavor: string;
  /** Name of the SSH key pair. @default - no SSH key */
  readonly keyPair?: string;
  /** The security group of its port. */
  readonly securityGroup: { readonly id: string; readonly name: string };
  /** The cloud-config with the secret apply-time files: a sensitive Terraform template. */
  readonly userData: string;
  /** Address of a resource whose change replaces the server; a change of only the user data doesn't. */
  readonly replacementTrigger: string;
  /** The metadata and its preconditions. */
  readonly delivery: BoundDelivery;
  /** Checked, with those of the delivery, before the server is created or changed. @default none */
  readonly preconditions?: BoundDelivery['preconditions'];
  /** Rules that must exist before the instance boots, as it asks the metadata service and perhaps a mirror. @default [] */
  readonly dependsOn?: readonly ITerraformDependable[];
}

const uuid = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/**
 * The instance of a UAP. On a port of its own, its address outlives it:
 *
 *     network (looked up) ── port ── server ── metadata (certificate, changes in place)
 *                                      └────── user data (configuration and secrets)
 *        replacement trigger ── replaces the server
 *
 * Otherwise Nova creates the port with the server: a port belongs to one server only, and here the new server exists
 * before the old one is destroyed.
 *
 * @example proxy.instance.server.addOverride('scheduler_hints', [{ group: 'your-server-group' }])
 */
export class ProxyInstance extends Construct {
  /** The port that outlives the instance, the binding of `openstack_networking_port_v2`; undefined if there is none. */
  readonly port?: NetworkingPortV2;
  /** The server: the binding of `openstack_compute_instance_v2`. */
  readonly server: ComputeInstanceV2;
  /** Id of its network. */
  readonly networkId: string;
  /** Its IPv4 addresses on its network: a list token. */
  readonly addresses: string[];
  /** The first of them. */
  readonly address: string;
  private readonly imageId: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ProxyInstanceProps,
  ) {
    super(scope, id);
    const { region, securityGroup, keepsPort = true } = props;
    const tags = props.tags ? [...props.tags] : undefined;
    this.networkId = props.sibling?.networkId ?? this.lookUpNetwork();
    if (keepsPort) {
      this.port = new NetworkingPortV2(this, 'port', {
        region,
        name: props.name,
        networkId: this.networkId,
        adminStateUp: true,
        securityGroupIds: [securityGroup.id],
        tags,
      });
    }
    this.imageId = props.sibling?.imageId ?? this.lookUpImage();
    this.server = new ComputeInstanceV2(this, 'Resource', {
      region,
      name: props.name,
      imageId: this.imageId,
      ...(uuid.test(props.flavor) ? { flavorId: props.flavor } : { flavorName: props.flavor }),
      keyPair: props.keyPair,
      network: [this.port ? { port: this.port.id } : { uuid: this.networkId }],
      securityGroups: this.port ? undefined : [securityGroup.name],
      schedulerHints: props.serverGroupId ? [{ group: props.serverGroupId }] : undefined,
      userData: props.userData,
      metadata: { ...props.delivery.metadata },
      configDrive: props.delivery.configDrive,
      tags,
      stopBeforeDestroy: props.shutDown || undefined,
      // Also limits the wait for an API that does not answer; the provider's default is half an hour.
      timeouts: { create: '10m', update: '10m', delete: '10m' },
      dependsOn: props.dependsOn ? [...props.dependsOn] : undefined,
      lifecycle: {
        createBeforeDestroy: this.port ? undefined : true,
        // A newer image of the same name, a newer version of this package (other user data) or a second instance (a
        // server group) must not replace a running instance unexpectedly; they apply to the next new one.
        ignoreChanges: ['image_id', 'user_data', 'scheduler_hints'],
        replaceTriggeredBy: [props.replacementTrigger],
        precondition: [...(props.preconditions ?? []), ...props.delivery.preconditions],
      },
    });
    if (this.port) {
      const ipv4 = `[for address in ${this.port.fqn}.all_fixed_ips : address if !can(regex(":", address))]`;
      this.addresses = new TerraformLocal(this, 'addresses', `\${${ipv4}}`).asList;
      this.address = Fn.element(this.addresses, 0);
    } else {
      this.address = this.server.accessIpV4;
      this.addresses = [this.address];
    }
  }

  /** Id of the server's current port. */
  get portId(): string {
    if (this.port) return this.port.id;
    const id = 'current-port';
    const port =
      (this.node.tryFindChild(id) as DataOpenstackNetworkingPortV2 | undefined) ??
      new DataOpenstackNetworkingPortV2(this, id, {
        region: this.props.region,
        deviceId: this.server.id,
        networkId: this.networkId,
      });
    return port.id;
  }

  private lookUpNetwork(): string {
    const { network, region } = this.props;
    // The provider's error shows this id, but not the name that was not found.
    return new DataOpenstackNetworkingNetworkV2(this, `network-${network}`, {
      region,
      ...(uuid.test(network) ? { networkId: network } : { name: network }),
    }).id;
  }

  /** The newest image of that name; looked up as a list, since the provider's own error names no image. */
  private lookUpImage(): string {
    const { image, region } = this.props;
    if (uuid.test(image)) return image;
    const images = new DataOpenstackImagesImageIdsV2(this, 'image', {
      region,
      name: image,
      sort: 'created_at:desc',
      lifecycle: {
        postcondition: [
          {
            condition: '${length(self.ids) > 0}',
            errorMessage:
              `The image "${image}" does not exist${region ? ` in region ${region}` : ''}. ` +
              'Set "image" to one that `openstack image list` shows.',
          },
        ],
      },
    });
    return Fn.element(images.ids, 0);
  }
}
