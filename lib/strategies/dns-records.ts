import { type ITerraformDependable, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { instanceCredential } from '../terraform/application-credential';
import { ARecordSet, DnsProvider } from '../terraform/providers/dns';
import { DataOpenstackDnsZoneV2, DnsRecordsetV2 } from '../terraform/providers/openstack';
import type { RegionContext } from './region-context';
import type { Secret } from './secret';
import { typeGuard } from './type-guard';

/** An address record set to publish; `addresses` is a Terraform list token. */
export interface AddressRecord {
  /** Id of its construct, unique among the records of a UAP. */
  readonly id: string;
  /** Without final dot, e.g. `*.proxy.cloud.org`. */
  readonly name: string;
  /** Type of the record. */
  readonly type: 'A';
  /** Seconds. */
  readonly ttl: number;
  /** The addresses: a Terraform list token. */
  readonly addresses: string[];
  /** The same addresses, one token each: for a strategy that writes one line per address. */
  readonly separateAddresses: readonly string[];
  /** Resources that must exist before the record. A dependency of the construct would not reach Terraform. */
  readonly dependsOn: ITerraformDependable[];
}

/** An ACME DNS-01 challenge as the lego library solves it: its provider's name and the provider's variables. */
export interface AcmeChallenge {
  /** The provider's name, e.g. `rfc2136`. */
  readonly provider: string;
  /** Its environment variables, e.g. `RFC2136_NAMESERVER`; values may be tokens. */
  readonly config: Readonly<Record<string, string>>;
}

/** A DNS server that accepts updates (RFC 2136) signed with a TSIG key (RFC 8945). */
export interface Rfc2136Options {
  /** Host name or address of the primary server. */
  readonly server: string;
  /** Port of the server. @default 53 */
  readonly port?: number;
  /** The zone of the records, e.g. `cloud.org`. */
  readonly zone: string;
  /** The key that may write the records of the UAPs. */
  readonly key: TsigKey;
  /**
   * A key for only the ACME challenge. The server's update-policy can limit it to the TXT records
   * `_acme-challenge.<host name>`. With ACME on the instance it is the only key on the instance.
   * @default key
   */
  readonly challengeKey?: TsigKey;
}

/** A key of DNS updates: RFC 8945. */
export interface TsigKey {
  /** Name of the key as the server has it, e.g. `uap`. */
  readonly name: string;
  /** HMAC of the key. @default "hmac-sha256" */
  readonly algorithm?: 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512';
  /** The key in base64, as in `secret "…"` of BIND. */
  readonly secret: Secret;
}

/** The zone of the records in Designate. */
export interface DesignateOptions {
  /** The zone of the records, e.g. `cloud.org`; it must belong to the project or be shared with it. */
  readonly zone: string;
  /**
   * Entry of clouds.yaml whose project has the zone, if it is in another cloud or project.
   * Only used for the challenge of the acme provider.
   * @default - the cloud's own credentials
   */
  readonly openstack?: string;
}

/** One function for each strategy, for code that talks to the DNS service without Terraform. */
export interface DnsVisitor<T> {
  /** For `DnsRecords.rfc2136`. */
  rfc2136(options: Rfc2136Options): T;
  /** For `DnsRecords.designate`. */
  designate(options: DesignateOptions): T;
  /** For `DnsRecords.manual`. */
  manual(): T;
  /** For every other strategy, such as those of other packages. */
  other(strategy: DnsRecords): T;
}

/**
 * Publishes the records of UAPs and, where it can, solves the ACME DNS-01 challenge with the same credentials.
 * @example DnsRecords.designate({ zone: 'cloud.org' })
 */
export abstract class DnsRecords {
  /** Dynamic updates (RFC 2136): BIND, Knot, PowerDNS, Windows DNS. */
  static rfc2136(options: Rfc2136Options): DnsRecords {
    return new Rfc2136Records(options);
  }

  /** OpenStack's own DNS service. */
  static designate(options: DesignateOptions): DnsRecords {
    return new DesignateRecords(options);
  }

  /** Writes no records; the output `manual_records` lists the lines for your zone file. */
  static manual(): DnsRecords {
    return new ManualRecords();
  }

  /** Whether a value is one of these strategies, also one of another copy of this package. */
  static readonly isDnsRecords = typeGuard<DnsRecords>('isDnsRecords');

  /** Description for messages: `rfc2136 (zone cloud.org at ns1.cloud.org)`. */
  abstract readonly description: string;

  /** The zone of the records; undefined if unknown. */
  readonly zone?: string;

  /** Whether the strategy solves DNS-01 challenges: for Terraform and on the instance. */
  abstract readonly solvesChallenge: boolean;

  /** Publishes the records; returns the zone-file lines that the operator has to add. */
  abstract bind(scope: Construct, records: readonly AddressRecord[], context: RegionContext): { manual: string[] };

  /** The challenge for the acme provider. */
  abstract acmeChallenge(scope: Construct, context: RegionContext): AcmeChallenge | undefined;

  /** Calls the visitor's function for this strategy, with its options; returns what that returns. */
  visit<T>(visitor: DnsVisitor<T>): T {
    return visitor.other(this);
  }

  /** Name of lego's provider for an ACME client on the instance; undefined if it has none for this service. */
  readonly instanceChallengeProvider: 'rfc2136' | 'exec' | undefined = undefined;

  /** The variables of that provider; they reach the instance as a secret apply-time file. */
  instanceChallenge(_scope: Construct, _context: RegionContext): Readonly<Record<string, string>> | undefined {
    return undefined;
  }
}

const fqdn = (name: string) => (name.endsWith('.') ? name : `${name}.`);
const withoutFinalDot = (name: string) => name.replace(/\.$/, '');

/** Name of a record relative to its zone, as dynamic updates take it. */
function relativeName(name: string, zone: string): string {
  const suffix = `.${withoutFinalDot(zone)}`;
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

class Rfc2136Records extends DnsRecords {
  readonly description: string;
  override readonly zone: string;
  readonly solvesChallenge = true;
  override readonly instanceChallengeProvider = 'rfc2136';

  constructor(private readonly options: Rfc2136Options) {
    super();
    this.zone = withoutFinalDot(options.zone.toLowerCase());
    this.description = `rfc2136 (zone ${this.zone} at ${options.server})`;
  }

  override visit<T>(visitor: DnsVisitor<T>): T {
    return visitor.rfc2136(this.options);
  }

  bind(scope: Construct, records: readonly AddressRecord[]): { manual: string[] } {
    const provider = this.provider(TerraformStack.of(scope));
    for (const record of records) {
      const name = relativeName(record.name, this.zone);
      new ARecordSet(scope, record.id, {
        provider,
        zone: fqdn(this.zone),
        // The provider accepts no name for records of the zone itself.
        name: record.name === this.zone ? undefined : name,
        addresses: record.addresses,
        ttl: record.ttl,
        dependsOn: record.dependsOn,
      });
    }
    return { manual: [] };
  }

  /** One provider for each server and key of a stack. */
  private provider(stack: TerraformStack): DnsProvider {
    const { server, port = 53, key } = this.options;
    const id = `dns-${server}-${port}-${key.name}`;
    const existing = stack.node.tryFindChild(id) as DnsProvider | undefined;
    if (existing) return existing;
    const others = stack.node.children.filter((child) => child instanceof DnsProvider);
    return new DnsProvider(stack, id, {
      alias: others.length === 0 ? undefined : `dns${others.length + 1}`,
      update: [
        {
          server,
          port,
          keyName: fqdn(key.name),
          keyAlgorithm: key.algorithm ?? 'hmac-sha256',
          keySecret: key.secret.bind(stack),
        },
      ],
    });
  }

  acmeChallenge(scope: Construct): AcmeChallenge {
    const { server, port = 53, key, challengeKey = key } = this.options;
    return {
      provider: 'rfc2136',
      config: {
        RFC2136_NAMESERVER: `${server}:${port}`,
        RFC2136_TSIG_KEY: fqdn(challengeKey.name),
        RFC2136_TSIG_ALGORITHM: `${challengeKey.algorithm ?? 'hmac-sha256'}.`,
        RFC2136_TSIG_SECRET: challengeKey.secret.bind(TerraformStack.of(scope)),
        // Apex and wildcard share one TXT name. With a short TTL no resolver caches the first value, so lego's default
        // pause of 60 s between the two is unnecessary.
        RFC2136_TTL: '1',
        RFC2136_SEQUENCE_INTERVAL: '2',
        RFC2136_POLLING_INTERVAL: '1',
      },
    };
  }

  override instanceChallenge(scope: Construct): Readonly<Record<string, string>> {
    return this.acmeChallenge(scope).config;
  }
}

class DesignateRecords extends DnsRecords {
  readonly description: string;
  override readonly zone: string;
  readonly solvesChallenge = true;
  override readonly instanceChallengeProvider = 'exec';

  constructor(private readonly options: DesignateOptions) {
    super();
    this.zone = withoutFinalDot(options.zone.toLowerCase());
    this.description = `designate (zone ${this.zone})`;
  }

  override visit<T>(visitor: DnsVisitor<T>): T {
    return visitor.designate(this.options);
  }

  bind(scope: Construct, records: readonly AddressRecord[], context: RegionContext): { manual: string[] } {
    // The provider's error shows this id, but not the name that was not found.
    const zone = new DataOpenstackDnsZoneV2(scope, `zone-${this.zone.replaceAll('.', '-')}`, {
      name: fqdn(this.zone),
      region: context.region,
    });
    for (const record of records) {
      new DnsRecordsetV2(scope, record.id, {
        region: context.region,
        zoneId: zone.id,
        name: fqdn(record.name),
        type: record.type,
        ttl: record.ttl,
        records: record.addresses,
        dependsOn: record.dependsOn,
      });
    }
    return { manual: [] };
  }

  acmeChallenge(_scope: Construct, context: RegionContext): AcmeChallenge {
    const cloud = this.options.openstack ?? context.openstack;
    return {
      provider: 'designate',
      config: {
        // Without an entry of clouds.yaml the acme provider reads the OS_* variables itself.
        ...(cloud === undefined ? {} : { OS_CLOUD: cloud }),
        ...(context.region === undefined ? {} : { OS_REGION_NAME: context.region }),
        DESIGNATE_ZONE_NAME: fqdn(this.zone),
        DESIGNATE_POLLING_INTERVAL: '1',
        DESIGNATE_PROPAGATION_TIMEOUT: '120',
      },
    };
  }

  /** An application credential that can only read zones and write record sets. */
  override instanceChallenge(scope: Construct, context: RegionContext): Readonly<Record<string, string>> {
    return instanceCredential(scope, 'dns-credential', context, {
      name: `${context.namePrefix}-${context.hostname}-dns`,
      description: `ACME challenges of the User Application Proxy ${context.hostname}`,
      accessRules: dnsAccessRules.map(([method, path]) => ({ service: 'dns', method, path })),
    });
  }
}

const dnsAccessRules: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/v2/zones'],
  ['GET', '/v2/zones/*/recordsets'],
  ['GET', '/v2/zones/*/recordsets/*'],
  ['POST', '/v2/zones/*/recordsets'],
  ['PUT', '/v2/zones/*/recordsets/*'],
  ['DELETE', '/v2/zones/*/recordsets/*'],
];

class ManualRecords extends DnsRecords {
  readonly description = 'manual';
  readonly solvesChallenge = false;

  override visit<T>(visitor: DnsVisitor<T>): T {
    return visitor.manual();
  }

  bind(_scope: Construct, records: readonly AddressRecord[]): { manual: string[] } {
    return {
      manual: records.flatMap(({ name, ttl, type, separateAddresses }) =>
        separateAddresses.map((address) => `${fqdn(name)} ${ttl} IN ${type} ${address}`),
      ),
    };
  }

  acmeChallenge(): undefined {
    return undefined;
  }
}
