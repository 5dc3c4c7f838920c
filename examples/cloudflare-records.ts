import { TerraformProvider, TerraformResource, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { type AcmeChallenge, type AddressRecord, DnsRecords, type Secret } from '../lib';

/** The zone of the records in Cloudflare, and the credential that may write them. */
export interface CloudflareOptions {
  /** Name of the zone, e.g. `cloud.org`. */
  readonly zone: string;
  /** Id of the zone, as the dashboard shows it. */
  readonly zoneId: string;
  /** API token with the permissions Zone:Read and DNS:Edit for this zone only. */
  readonly token: Secret;
}

/** Terraform's cloudflare provider, without generated bindings. */
class CloudflareProvider extends TerraformProvider {
  constructor(
    stack: TerraformStack,
    id: string,
    private readonly token: Secret,
  ) {
    super(stack, id, {
      terraformResourceType: 'cloudflare',
      terraformGeneratorMetadata: { providerName: 'cloudflare', providerVersionConstraint: '~> 5.0' },
      terraformProviderSource: 'cloudflare/cloudflare',
    });
  }

  protected override synthesizeAttributes() {
    return { api_token: this.token.bind(this) };
  }
}

/**
 * Records in a zone of Cloudflare, and the ACME challenge with the same token. `uap check` writes no test record there,
 * and no distribution's ACME client knows Cloudflare: with `acmeOnInstance()` the settings are refused at synth.
 */
export class CloudflareRecords extends DnsRecords {
  readonly description: string;
  override readonly zone: string;
  readonly solvesChallenge = true;

  constructor(private readonly options: CloudflareOptions) {
    super();
    this.zone = options.zone;
    this.description = `cloudflare (zone ${options.zone})`;
  }

  bind(scope: Construct, records: readonly AddressRecord[]): { manual: string[] } {
    const provider = this.provider(TerraformStack.of(scope));
    for (const { id, name, type, ttl, separateAddresses, dependsOn } of records) {
      for (const [index, address] of separateAddresses.entries()) {
        const record = new TerraformResource(scope, `${id}-${index}`, {
          terraformResourceType: 'cloudflare_dns_record',
          provider,
          dependsOn,
        });
        record.addOverride('zone_id', this.options.zoneId);
        record.addOverride('name', name);
        record.addOverride('type', type);
        record.addOverride('content', address);
        record.addOverride('ttl', ttl);
        record.addOverride('proxied', false); // Cloudflare's own proxy has no certificate for names two labels below the zone
      }
    }
    return { manual: [] };
  }

  acmeChallenge(scope: Construct): AcmeChallenge {
    return { provider: 'cloudflare', config: { CF_DNS_API_TOKEN: this.options.token.bind(scope) } };
  }

  /** One provider for each stack, for any number of regions. */
  private provider(stack: TerraformStack): CloudflareProvider {
    const existing = stack.node.tryFindChild('cloudflare') as CloudflareProvider | undefined;
    return existing ?? new CloudflareProvider(stack, 'cloudflare', this.options.token);
  }
}
