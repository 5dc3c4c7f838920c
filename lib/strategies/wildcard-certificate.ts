import { Annotations, Fn, TerraformLocal, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { acmeCa, acmeCredentials, acmeParts } from '../cloud-init';
import { type ApplyTimeContents, type ApplyTimeFile, applyTimeFilePath, type InstanceParts } from '../instance-parts';
import { SCRIPTS } from '../instance-paths';
import { credentialLines } from '../terraform/application-credential';
import { AcmeCertificate, AcmeProvider, AcmeRegistration } from '../terraform/providers/acme';
import { type AcmeSettings, directoryId, directoryUrl } from './acme-settings';
import type { DnsRecords } from './dns-records';
import type { RegionContext } from './region-context';
import { Secret } from './secret';
import { typeGuard } from './type-guard';

/** A region's UAP, as the certificate strategies need to know it. */
export interface CertificateContext extends RegionContext {
  /** Solves the DNS-01 challenge. */
  readonly dns: DnsRecords;
  /** The ACME account; undefined if the cloud has none. */
  readonly acme?: AcmeSettings;
}

/** A certificate that is bound to a UAP. */
export interface BoundCertificate {
  /** Content of the apply-time files that {@link WildcardCertificate.instanceParts} announced. */
  readonly contents: ApplyTimeContents;
  /** Checked before the server is created or changed. @default none */
  readonly preconditions?: readonly { readonly condition: string; readonly errorMessage: string }[];
  /** The chain as PEM, leaf first: readiness waits for exactly this one. @default none, if Terraform doesn't know it */
  readonly chainPem?: string;
  /** When it expires; undefined if Terraform doesn't know it. */
  readonly notAfter?: string;
}

/** How a certificate is ordered by Terraform's acme provider. */
export interface AcmeCertificateOptions {
  /**
   * How the DNS-01 challenge is solved: any provider of the lego library, with its variables.
   * `{ provider: 'cloudflare', config: { CF_DNS_API_TOKEN: Secret.variable('cloudflare_token') } }`
   * @default - the `dns` strategy solves it, with the same credentials
   */
  readonly challenge?: { readonly provider: string; readonly config: Readonly<Record<string, string | Secret>> };
  /**
   * Whether a certificate that is destroyed is also revoked: by `cdktf destroy`, with its region, or when a changed
   * setting or key replaces it. The instance uses a revoked certificate until the new one has arrived. Deploy once with
   * this option before you destroy. A renewal revokes nothing.
   * @default false
   */
  readonly revokeOnDestroy?: boolean;
}

/** The files of a certificate of your own. */
export interface PemCertificateOptions {
  /** PEM file with the leaf and its intermediates, leaf first; absolute, or beginning with `~/`. */
  readonly chainFile: string;
  /**
   * The private key as encrypted PKCS#8 PEM, which `openssl pkcs8 -topk8 -v2 aes256 -in key.pem -out encrypted.pem`
   * writes: more people can read the metadata that carries it than the passphrase.
   */
  readonly key: Secret;
  /** Passphrase of the key, at least 20 random characters: `openssl rand -hex 32`. A change creates a new instance. */
  readonly passphrase: Secret;
}

/**
 * Where the certificate for a UAP's host name and the names below it comes from.
 * @example WildcardCertificate.acmeOnInstance()
 */
export abstract class WildcardCertificate {
  /**
   * Ordered by Terraform's acme provider; the default. It is renewed by `cdktf deploy`, so let a scheduler run that
   * daily. The private key is in Terraform's state and travels encrypted.
   */
  static acme(options: AcmeCertificateOptions = {}): WildcardCertificate {
    return new AcmeWildcard(options);
  }

  /**
   * Ordered and renewed on the instance by the ACME client of its distribution. The private key never leaves the
   * instance. Credentials for the DNS challenge are on it; changing them creates a new instance.
   */
  static acmeOnInstance(): WildcardCertificate {
    return new AcmeOnInstance();
  }

  /**
   * Your own certificate. A new one is delivered by the next `cdktf deploy`, in place if its key has the same
   * passphrase.
   */
  static fromPem(options: PemCertificateOptions): WildcardCertificate {
    return new PemWildcard(options);
  }

  /** Whether a value is one of these strategies, also one of another copy of this package. */
  static readonly isWildcardCertificate = typeGuard<WildcardCertificate>('isWildcardCertificate');

  /** Description for messages. */
  abstract readonly description: string;
  /** Whether the `acme` settings of the cloud are needed. */
  abstract readonly needsAcme: boolean;
  /** Whether it supports the setting `acme.externalAccountBinding`. */
  abstract readonly bindsExternalAccount: boolean;
  /** Whether the `dns` strategy has to solve the DNS-01 challenge. */
  abstract readonly needsDnsChallenge: boolean;

  /** Whether several instances share one certificate; if not, each one orders its own. */
  readonly shared: boolean = true;

  /** What it installs on the instance; needs no Terraform. */
  abstract instanceParts(context: CertificateContext): InstanceParts;

  /** Creates its resources and the content of its apply-time files. */
  abstract bind(scope: Construct, context: CertificateContext): BoundCertificate;
}

/** Apply-time files that `certificate <verb>` installs, in the order of its arguments. */
function installed(verb: string, applyTimeFiles: readonly Omit<ApplyTimeFile, 'onChange'>[]): InstanceParts {
  const hook = 'certificate';
  return {
    applyTimeFiles: applyTimeFiles.map((file) => ({ ...file, onChange: hook })),
    hooks: [
      {
        name: hook,
        command: [`${SCRIPTS}/certificate`, verb, ...applyTimeFiles.map(({ name }) => applyTimeFilePath(name))],
      },
    ],
  };
}

/** The settings are checked before any strategy is used; this is for the compiler. */
function acmeOf(context: CertificateContext): AcmeSettings {
  if (!context.acme) throw new Error('the setting acme is missing, which this certificate strategy needs');
  return context.acme;
}

class AcmeWildcard extends WildcardCertificate {
  readonly description: string;
  readonly needsAcme = true;
  readonly bindsExternalAccount = true;
  readonly needsDnsChallenge: boolean;

  constructor(private readonly options: AcmeCertificateOptions) {
    super();
    this.needsDnsChallenge = options.challenge === undefined;
    this.description = `acme provider${options.challenge ? ` (challenge by ${options.challenge.provider})` : ''}`;
  }

  instanceParts(): InstanceParts {
    return installed('install-p12', [
      // Leaf, two intermediates and a key, all RSA with 4096 bits, and some reserve.
      { name: 'certificate-p12', maxLength: 12_288 },
      { name: 'certificate-password', maxLength: 64, secret: true },
    ]);
  }

  bind(scope: Construct, context: CertificateContext): BoundCertificate {
    const acme = acmeOf(context);
    const { provider, registration } = this.account(TerraformStack.of(scope), acme);
    // As hard to guess as the account's key, and stable, so that a renewal replaces no instance.
    const password = Fn.sha256(
      Fn.join('\n', ['cdktf-openstack-uap: password of a certificate', context.hostname, registration.accountKeyPem]),
    );
    const certificate = new AcmeCertificate(scope, `certificate-${directoryId(acme.directory)}`, {
      provider,
      accountKeyPem: registration.accountKeyPem,
      certificateP12Password: password,
      commonName: context.hostname,
      subjectAlternativeNames: [`*.${context.hostname}`],
      keyType: acme.keyType,
      profile: acme.profile,
      recursiveNameservers: acme.recursiveNameservers ? [...acme.recursiveNameservers] : undefined,
      ...renewal(acme),
      // The provider's default is true, which revokes the live certificate when it is replaced.
      revokeCertificateOnDestroy: this.options.revokeOnDestroy ?? false,
      dnsChallenge: [this.challenge(scope, context)],
      lifecycle: { createBeforeDestroy: true },
    });
    const chain = Fn.join('', [certificate.certificatePem, certificate.issuerPem]);
    return {
      // The provider writes the PKCS#12 file when it orders or renews, so its salts don't change in between.
      contents: { 'certificate-p12': certificate.certificateP12, 'certificate-password': password },
      chainPem: chain,
      notAfter: certificate.certificateNotAfter,
    };
  }

  private challenge(scope: Construct, context: CertificateContext) {
    const { challenge } = this.options;
    if (challenge) {
      const config = Object.fromEntries(
        Object.entries(challenge.config).map(([name, value]) => [
          name,
          Secret.isSecret(value) ? value.bind(scope) : value,
        ]),
      );
      return { provider: challenge.provider, config };
    }
    const byDns = context.dns.acmeChallenge(scope, context);
    if (!byDns) throw new Error(`the dns strategy ${context.dns.description} can't solve an ACME challenge`);
    return { provider: byDns.provider, config: { ...byDns.config } };
  }

  /** One provider and one account for each directory of a stack. */
  private account(stack: TerraformStack, acme: AcmeSettings) {
    const id = directoryId(acme.directory);
    const existing = stack.node.tryFindChild(`acme-${id}`) as AcmeProvider | undefined;
    if (existing) {
      return { provider: existing, registration: stack.node.findChild(`acme-account-${id}`) as AcmeRegistration };
    }
    const { directory, externalAccountBinding: eab } = acme;
    const caFile = privateCa(acme);
    if (caFile && !process.env.LEGO_CA_CERTIFICATES) {
      Annotations.of(stack).addWarning(
        `the ACME directory ${directoryUrl(directory)} has a private CA, and the acme provider reads it only from the ` +
          `environment: deploy with LEGO_CA_CERTIFICATES=${caFile} cdktf deploy ${stack.node.id}`,
      );
    }
    const provider = new AcmeProvider(stack, `acme-${id}`, { serverUrl: directoryUrl(directory) });
    const registration = new AcmeRegistration(stack, `acme-account-${id}`, {
      provider,
      emailAddress: acme.email,
      accountKeyAlgorithm: 'ECDSA',
      accountKeyEcdsaCurve: 'P256',
      externalAccountBinding: eab && { keyId: eab.keyId, hmacBase64: eab.hmacKey.bind(stack) },
    });
    return { provider, registration };
  }
}

class AcmeOnInstance extends WildcardCertificate {
  readonly description = 'ACME client on the instance';
  override readonly shared = false;
  readonly needsAcme = true;
  // The distribution's client accepts the key only on its command line, which every process can read.
  readonly bindsExternalAccount = false;
  readonly needsDnsChallenge = true;

  instanceParts(context: CertificateContext): InstanceParts {
    const acme = acmeOf(context);
    const dnsProvider = context.dns.instanceChallengeProvider;
    if (!dnsProvider) throw new Error(`the dns strategy ${context.dns.description} can't solve an ACME challenge`);
    return acmeParts({
      email: acme.email,
      directoryUrl: directoryUrl(acme.directory),
      hostname: context.hostname,
      keyType: acme.keyType,
      profile: acme.profile,
      dnsProvider,
      dnsResolvers: acme.recursiveNameservers,
      privateCa: privateCa(acme) !== undefined,
    });
  }

  bind(scope: Construct, context: CertificateContext): BoundCertificate {
    const caFile = privateCa(acmeOf(context));
    const variables = context.dns.instanceChallenge(scope, context) ?? {};
    return {
      contents: {
        [acmeCredentials]: credentialLines(variables),
        ...(caFile ? { [acmeCa]: Fn.file(Fn.pathexpand(caFile)) } : {}),
      },
    };
  }
}

/**
 * When the acme provider renews: by the days left, or when the CA says so. With both it would plan a renewal by the days
 * left, then sleep until the CA's time: up to a day, with the state locked.
 */
function renewal({ renewalInfo }: AcmeSettings) {
  // Works for validities of 90, 64, 45 and 6 days alike.
  if (!renewalInfo) return { minDaysDynamic: true, useRenewalInfo: false };
  return { minDaysRemaining: -1, useRenewalInfo: true, renewalInfoMaxSleep: 0 };
}

function privateCa({ directory }: AcmeSettings): string | undefined {
  return typeof directory === 'object' ? directory.caFile : undefined;
}

/** Without backslashes, which a function's argument loses. */
const encryptedKeyOnly =
  '^[[:space:]]*-----BEGIN ENCRYPTED PRIVATE KEY-----[A-Za-z0-9+/=[:space:]]+-----END ENCRYPTED PRIVATE KEY-----[[:space:]]*$';

class PemWildcard extends WildcardCertificate {
  readonly description: string;
  readonly needsAcme = false;
  readonly bindsExternalAccount = false;
  readonly needsDnsChallenge = false;

  constructor(private readonly options: PemCertificateOptions) {
    super();
    this.description = `PEM file ${options.chainFile}`;
  }

  instanceParts(): InstanceParts {
    return installed('install', [
      // As above; room for an encrypted key of 4096 bits.
      { name: 'certificate-chain', maxLength: 8192 },
      { name: 'certificate-key', maxLength: 4096 },
      { name: 'certificate-passphrase', maxLength: 256, secret: true },
    ]);
  }

  bind(scope: Construct): BoundCertificate {
    const { chainFile, key, passphrase } = this.options;
    const chain = Fn.file(Fn.pathexpand(chainFile));
    // A local, since a precondition must refer to an object.
    const keyPem = new TerraformLocal(scope, 'certificate-key', key.bind(scope)).asString;
    return {
      contents: {
        'certificate-chain': chain,
        'certificate-key': keyPem,
        'certificate-passphrase': passphrase.bind(scope),
      },
      chainPem: chain,
      preconditions: [
        {
          // Plans print the metadata that carries it, so nothing else may be in it.
          condition: Fn.can(Fn.regex(encryptedKeyOnly, keyPem)).toString(),
          errorMessage:
            `The private key (${key.source}) must be one encrypted PKCS#8 key, "-----BEGIN ENCRYPTED PRIVATE KEY-----", ` +
            'and nothing else. Create one: openssl pkcs8 -topk8 -v2 aes256 -in key.pem -out encrypted.pem',
        },
      ],
    };
  }
}
