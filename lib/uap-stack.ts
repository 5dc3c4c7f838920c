import { Annotations, TerraformDataSource, TerraformOutput, TerraformResource, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { exosphereEntry } from './exosphere';
import { type CloudSpec, type ResolvedCloud, resolveCloud, settingsWarnings } from './settings';
import { checkCloudNames } from './settings/source';
import { DataOpenstackNetworkingPortV2, OpenstackProvider } from './terraform/providers/openstack';
import { UserApplicationProxy } from './user-application-proxy';

/**
 * A cloud: the stack `cdktf deploy <name>` with one {@link UserApplicationProxy} for each region.
 *
 *     state backend, openstack provider ── user application proxies ── outputs
 *
 * @example new UapStack(app, cloudFromYaml('stacks/my-cloud.yaml')).proxies[0].instance.server
 */
export class UapStack extends TerraformStack {
  /** The settings with every default. */
  readonly cloud: ResolvedCloud;
  /** One for each region, in the order of the settings. */
  readonly proxies: readonly UserApplicationProxy[];

  /** @throws SettingsError that lists all problems of the settings */
  constructor(scope: Construct, spec: CloudSpec) {
    const cloud = resolveCloud(spec);
    checkCloudNames([...cloudsIn(scope), cloud]);
    super(scope, cloud.name);
    this.cloud = cloud;
    for (const warning of settingsWarnings(spec)) Annotations.of(this).addWarning(warning);
    // For terraform_data, preconditions and others; also OpenTofu.
    this.addOverride('terraform.required_version', '>= 1.5.0');
    cloud.backend.bind(this);
    // Every resource names its region, so that one provider serves them all.
    new OpenstackProvider(this, 'openstack', { cloud: cloud.openstack });
    this.proxies = cloud.regions.map(
      (region) => new UserApplicationProxy(this, region.region ?? 'region', { cloud, region }),
    );
    this.addOutputs();
    this.lookUpFirst();
  }

  /**
   * Every resource waits for all look-ups: if an image, network or zone is not found, Terraform plans nothing and prints
   * only the error, not a long plan before it, the end of which the CDKTF CLI may lose.
   */
  private lookUpFirst(): void {
    const elements = this.node.findAll();
    const lookups = elements
      .filter((element) => TerraformDataSource.isTerraformDataSource(element))
      // The port of an instance exists only after it.
      .filter((element) => !(element instanceof DataOpenstackNetworkingPortV2))
      .map(({ terraformResourceType, friendlyUniqueId }) => `data.${terraformResourceType}.${friendlyUniqueId}`);
    for (const resource of elements) {
      if (TerraformResource.isTerraformResource(resource)) {
        resource.dependsOn = [...(resource.dependsOn ?? []), ...lookups];
      }
    }
  }

  private addOutputs(): void {
    const byHostname = <T>(value: (proxy: UserApplicationProxy) => T) =>
      Object.fromEntries(this.proxies.map((proxy) => [proxy.hostname, value(proxy)]));
    const output = (name: string, description: string, value: unknown) => {
      new TerraformOutput(this, name, { description, value }).overrideLogicalId(name);
    };

    output(
      'addresses',
      'Public addresses of each UAP',
      byHostname((proxy) => proxy.addresses),
    );
    output(
      'instance_rules',
      "Lets a UAP reach a user's instance whose security group is GROUP",
      byHostname((proxy) =>
        proxy.sourceAddresses
          .map(
            (address) =>
              `openstack security group rule create --ingress --protocol tcp --remote-ip ${address}/32 GROUP`,
          )
          .join('\n'),
      ),
    );
    output(
      'example_urls',
      "What an app's URL looks like: address and port of the instance",
      byHostname((proxy) => proxy.exampleUrl),
    );

    output(
      'outdated',
      'UAPs whose instance was created by another version of this package; raise `generation` for a new instance',
      `\${compact([${this.proxies.map(({ hostname, outdated }) => `${outdated} ? "${hostname}" : ""`).join(', ')}])}`,
    );
    const notAfter = this.proxies.filter((proxy) => proxy.certificateNotAfter !== undefined);
    if (notAfter.length > 0) {
      output(
        'certificates_not_after',
        'When each certificate expires, unless it is renewed before',
        Object.fromEntries(notAfter.map((proxy) => [proxy.hostname, proxy.certificateNotAfter])),
      );
    }
    const manual = this.proxies.flatMap((proxy) => proxy.manualRecords);
    if (manual.length > 0) output('manual_records', 'Records to create by hand, as lines of a zone file', manual);
    if (this.cloud.keystoneHostname) {
      output('exosphere', "The cloud's entry for Exosphere's configuration", exosphereEntry(this.cloud));
    }
  }
}

function cloudsIn(scope: Construct): ResolvedCloud[] {
  return scope.node.children.flatMap((child) => (child instanceof UapStack ? [child.cloud] : []));
}
