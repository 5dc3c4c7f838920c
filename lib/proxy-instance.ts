import { Fn, type ITerraformDependable, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import {
  ComputeInstanceV2,
  DataOpenstackImagesImageIdsV2,
  DataOpenstackNetworkingNetworkV2,
  NetworkingPortV2,
} from './providers/openstack';
import type { BoundDelivery } from './secret-delivery';

export interface ProxyInstanceProps {
  readonly name: string;
  readonly region?: string;
  readonly tags?: readonly string[];
  /** Network that the users' instances are on: name or id. */
  readonly publicNetwork: string;
  /** Name or id. */
  readonly image: string;
  /** Name or id. */
  readonly flavor: string;
  readonly keyPair?: string;
  readonly securityGroupIds: readonly string[];
  /** The cloud-config with the secret late files: a sensitive Terraform template. */
  readonly userData: string;
  readonly delivery: BoundDelivery;
  /** Checked, with those of the delivery, before the server is created or changed. @default none */
  readonly preconditions?: BoundDelivery['preconditions'];
  /** Rules must be there before the instance boots: it asks the metadata service and perhaps a mirror. */
  readonly dependsOn?: readonly ITerraformDependable[];
}

const uuid = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/**
 * The instance of a UAP on a port of its own, whose address outlives the instance:
 *
 *     network (looked up) ── port ── server ── metadata (certificate, changes in place)
 *                                      └────── user data (configuration and secrets, replaces the server)
 */
export class ProxyInstance extends Construct {
  readonly port: NetworkingPortV2;
  readonly server: ComputeInstanceV2;
  /** The IPv4 addresses of the port: a list token. */
  readonly addresses: string[];
  /** The first of them. */
  readonly address: string;

  constructor(scope: Construct, id: string, props: ProxyInstanceProps) {
    super(scope, id);
    const { region } = props;
    const tags = props.tags ? [...props.tags] : undefined;
    // The id is in the provider's error, which itself does not say what was not found.
    const network = new DataOpenstackNetworkingNetworkV2(this, `network-${props.publicNetwork}`, {
      region,
      ...(uuid.test(props.publicNetwork) ? { networkId: props.publicNetwork } : { name: props.publicNetwork }),
    });
    this.port = new NetworkingPortV2(this, 'port', {
      region,
      name: props.name,
      networkId: network.id,
      adminStateUp: true,
      securityGroupIds: [...props.securityGroupIds],
      tags,
    });
    this.server = new ComputeInstanceV2(this, 'Resource', {
      region,
      name: props.name,
      imageId: this.imageId(props),
      ...(uuid.test(props.flavor) ? { flavorId: props.flavor } : { flavorName: props.flavor }),
      keyPair: props.keyPair,
      network: [{ port: this.port.id }],
      userData: props.userData,
      metadata: { ...props.delivery.metadata },
      tags,
      dependsOn: props.dependsOn ? [...props.dependsOn] : undefined,
      lifecycle: {
        // A newer image of the same name must not replace a running UAP by surprise.
        ignoreChanges: ['image_id'],
        precondition: [...(props.preconditions ?? []), ...props.delivery.preconditions],
      },
    });
    const ipv4 = `[for address in ${this.port.fqn}.all_fixed_ips : address if !can(regex(":", address))]`;
    this.addresses = new TerraformLocal(this, 'addresses', `\${${ipv4}}`).asList;
    this.address = Fn.element(this.addresses, 0);
  }

  /** The newest image of that name; looked up as a list, since the provider's error for none names nothing. */
  private imageId({ image, region }: ProxyInstanceProps): string {
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
              `There is no image "${image}"${region ? ` in region ${region}` : ''}. ` +
              '`openstack image list` shows those that are; the setting "image" names one.',
          },
        ],
      },
    });
    return Fn.element(images.ids, 0);
  }
}
