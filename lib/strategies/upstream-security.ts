import type { Construct } from 'constructs';
import { type ApplyTimeContents, applyTimeFilePath, type InstanceParts } from '../instance-parts';
import { SCRIPTS } from '../instance-paths';
import { UPSTREAM_CA, UPSTREAM_CERTIFICATE, UPSTREAM_CERTIFICATE_KEY } from '../nginx/paths';
import type { UpstreamTls } from '../nginx/upstream-tls';
import { checkHostname } from '../validation/names';
import { nearest, type Problem, show } from '../validation/problems';
import { type PemCertificates, readPemCertificates } from './pem';
import { Secret } from './secret';
import { typeGuard } from './type-guard';

/** Which certificates of instances are good. */
export interface VerifiedTlsOptions {
  /**
   * PEM file with the certificate of the CA that signs those of the instances, the root; several while you change over
   * from one CA to another. Absolute, beginning with `~/`, or relative to the folder that you deploy from. It is read
   * when the settings are, and is no secret.
   */
  readonly ca: string;
  /**
   * Host name that the certificate of every instance must be for. It is sent as TLS name (SNI), too. Any instance with
   * a certificate of the CA can then pass for any other one; with the default an instance can only be what its
   * certificate says.
   * @default - the app's host name, as `149-165-152-7-8888.proxy.cloud.org`
   */
  readonly name?: string;
}

/** What the proxy shows to the instances, and which of their certificates are good. */
export interface MutualTlsOptions {
  /**
   * PEM file with the certificate of the CA that signs those of the instances, as for `verifiedTls`.
   * @default - the certificates of the instances aren't verified
   */
  readonly ca?: string;
  /**
   * Host name that the certificate of every instance must be for, as for `verifiedTls`.
   * @default - the app's host name
   */
  readonly name?: string;
  /** PEM file with the certificate that the UAP shows to the instances, and its intermediates; read as `ca` is. */
  readonly certificate: string;
  /** Its private key as PEM, without a passphrase, at most 1900 bytes: elliptic, or RSA of up to 2048 bits. A `Secret.file` must be there when the settings are read. */
  readonly key: Secret;
}

/**
 * How the proxy talks to `https` apps on the users' instances. Names that begin with `http-` go in the clear.
 * @example UpstreamSecurity.verifiedTls({ ca: 'stacks/instances-ca.pem' })
 */
export abstract class UpstreamSecurity {
  /**
   * TLS without verification: instances have self-signed certificates. The default. An attacker that can answer for an
   * instance's address on its network can read along; Neutron's port security prevents that.
   */
  static unverifiedTls(): UpstreamSecurity {
    return new UnverifiedTls();
  }

  /**
   * TLS with verification: only an instance that has a certificate of your CA for its name gets requests; all others
   * are answered with 502.
   */
  static verifiedTls(options: VerifiedTlsOptions): UpstreamSecurity {
    return new CheckedTls('verified TLS', options, ['ca', 'name'], ['ca']);
  }

  /**
   * The proxy shows a certificate, so that an instance can admit only the UAP; with `ca` it verifies the instances'
   * certificates as well.
   */
  static mutualTls(options: MutualTlsOptions): UpstreamSecurity {
    return new CheckedTls('mutual TLS', options, ['ca', 'name', 'certificate', 'key'], ['certificate', 'key']);
  }

  /** Whether a value is one of these strategies, also when it came from another copy of this package. */
  static readonly isUpstreamSecurity = typeGuard<UpstreamSecurity>('isUpstreamSecurity');

  /** What it is, for messages. */
  abstract readonly description: string;

  /** What is wrong with its options, each with the option as its path; reads the files that are no secret. */
  abstract problems(): readonly Problem[];

  /** Needs no Terraform. @throws Error if the options have problems. */
  abstract render(): UpstreamTls;

  /** The content of the apply-time files that {@link UpstreamSecurity.render} announced. */
  abstract bind(scope: Construct): ApplyTimeContents;
}

class UnverifiedTls extends UpstreamSecurity {
  readonly description = 'TLS without verification';

  problems(): readonly Problem[] {
    return [];
  }

  render(): UpstreamTls {
    return { directives: [sentName(), ['proxy_ssl_verify', 'off']], parts: {} };
  }

  bind(): ApplyTimeContents {
    return {};
  }
}

/** Names of the apply-time files, and of the hook that takes both over. */
const clientCertificate = 'upstream-certificate';
const clientKey = 'upstream-key';
/** Room for a leaf and an intermediate with 4096 bit RSA keys. */
const certificateMaxLength = 6000;
/** Elliptic curves, or RSA of up to 2048 bits: user data has little room, and takes each byte as almost two. */
const keyMaxLength = 1900;
/** A private CA's root and its successor; the system's bundle would fill the user data. */
const caMaxLength = 16_384;
/** Intermediates between an instance's certificate and the root. */
const verifyDepth = '3';

const examples: Readonly<Record<string, string>> = {
  ca: "'stacks/instances-ca.pem'",
  name: "'instance.cloud.org'",
  certificate: "'stacks/uap-client.pem'",
  key: "Secret.file('~/uap-client.key')",
};

/** Verified TLS, mutual TLS or both: with a CA it verifies, with a certificate and a key it shows its identity. */
class CheckedTls extends UpstreamSecurity {
  private readonly options: Partial<MutualTlsOptions>;

  constructor(
    private readonly kind: string,
    /** Given by people, perhaps without a compiler: anything may be in it. */
    options: Partial<MutualTlsOptions>,
    private readonly known: readonly string[],
    private readonly required: readonly string[],
  ) {
    super();
    this.options = { ...options };
  }

  get description(): string {
    const { ca, name, certificate } = this.options;
    const parts = [
      ...(ca ? [`CA ${ca}${name ? `, all as ${name}` : ''}`] : ['instances not verified']),
      ...(certificate ? [`client certificate ${certificate}`] : []),
    ];
    return `${this.kind} (${parts.join('; ')})`;
  }

  problems(): readonly Problem[] {
    const { ca, name, certificate, key } = this.options;
    return [
      ...Object.keys(this.options).flatMap((option) => unknownOption(option, this.known)),
      ...this.required
        .filter((option) => this.options[option as keyof MutualTlsOptions] === undefined)
        .map((option) => problem(option, undefined, 'is missing')),
      ...(ca === undefined ? [] : fileProblems('ca', ca, caFault)),
      ...(name === undefined ? [] : nameProblems(name, ca !== undefined)),
      ...(certificate === undefined ? [] : fileProblems('certificate', certificate, clientFault)),
      ...(key === undefined ? [] : keyProblems(key)),
    ];
  }

  render(): UpstreamTls {
    const { ca, name = publicName, certificate } = this.options;
    return {
      directives: [
        sentName(name),
        ...(ca === undefined ? [['proxy_ssl_verify', 'off']] : verification),
        ...(certificate === undefined ? [] : identification),
      ],
      ...(ca === undefined ? {} : { verifiedName: name }),
      logsReasons: true,
      parts: {
        files: ca === undefined ? [] : [{ path: UPSTREAM_CA, content: readPemCertificates(ca).pem }],
        ...(certificate === undefined ? {} : clientParts),
      },
    };
  }

  bind(scope: Construct): ApplyTimeContents {
    const { certificate, key } = this.options;
    if (certificate === undefined || key === undefined) return {};
    return { [clientCertificate]: readPemCertificates(certificate).pem, [clientKey]: key.bind(scope) };
  }
}

/** The name in the TLS handshake, and the one that a certificate must be for: Nginx has one setting for both. */
const publicName = '$host';
function sentName(name = publicName): readonly string[] {
  return ['proxy_ssl_name', name];
}

const verification = [
  ['proxy_ssl_verify', 'on'],
  ['proxy_ssl_trusted_certificate', UPSTREAM_CA],
  ['proxy_ssl_verify_depth', verifyDepth],
  // Each connection verifies its upstream again; Nginx would resume sessions of fixed upstreams only.
  ['proxy_ssl_session_reuse', 'off'],
];

const identification = [
  ['proxy_ssl_certificate', UPSTREAM_CERTIFICATE],
  ['proxy_ssl_certificate_key', UPSTREAM_CERTIFICATE_KEY],
];

const clientParts: InstanceParts = {
  applyTimeFiles: [
    { name: clientCertificate, maxLength: certificateMaxLength, onChange: clientCertificate },
    { name: clientKey, maxLength: keyMaxLength, onChange: clientCertificate, secret: true },
  ],
  hooks: [
    {
      name: clientCertificate,
      command: [
        `${SCRIPTS}/certificate`,
        'install-client',
        applyTimeFilePath(clientCertificate),
        applyTimeFilePath(clientKey),
      ],
    },
  ],
};

function problem(option: string, value: unknown, wrong: string, fix?: string): Problem {
  const shown = value === undefined ? {} : { value: show(value) };
  return { path: option, ...shown, wrong, ...(fix === undefined ? { example: examples[option] } : { fix }) };
}

/** A misspelt `ca` would leave instances unverified without a word. */
function unknownOption(option: string, known: readonly string[]): Problem[] {
  if (known.includes(option)) return [];
  const meant = nearest(option, known);
  return [
    problem(option, undefined, meant ? 'is not an option' : `is not an option; options are ${known.join(', ')}`, meant),
  ];
}

function fileProblems(option: string, file: unknown, check: (pem: PemCertificates) => string | undefined): Problem[] {
  if (typeof file !== 'string' || file === '') {
    return [problem(option, file, 'is not allowed; allowed: the path of a PEM file')];
  }
  // The text itself in place of its path: don't repeat it.
  if (file.includes('-----BEGIN'))
    return [problem(option, undefined, 'is a PEM text; allowed: the path of a PEM file')];
  let fault: string | undefined;
  try {
    fault = check(readPemCertificates(file));
  } catch (error) {
    fault = (error as Error).message;
  }
  return fault === undefined ? [] : [problem(option, file, fault)];
}

function caFault({ pem, certificates }: PemCertificates): string | undefined {
  const leaf = certificates.find((certificate) => !certificate.ca);
  if (leaf) return `holds a certificate that is not of a CA (${subject(leaf.subject)}); allowed: those of CAs`;
  if (!certificates.some((certificate) => certificate.checkIssued(certificate))) {
    const [{ issuer } = { issuer: '' }] = certificates;
    return `holds no root: add the certificate of ${subject(issuer)}, which signed what is in it`;
  }
  if (pem.length > caMaxLength) {
    return `is ${pem.length} bytes, at most ${caMaxLength} are allowed: the CA of the instances alone is needed`;
  }
  return undefined;
}

/** Extended key usage: TLS client (RFC 5280, 4.2.1.12). */
const clientAuth = '1.3.6.1.5.5.7.3.2';

function clientFault({ pem, certificates }: PemCertificates): string | undefined {
  const [leaf] = certificates;
  if (leaf?.keyUsage && !leaf.keyUsage.includes(clientAuth)) {
    return 'begins with a certificate that is not for TLS clients; allowed: extended key usage clientAuth';
  }
  if (pem.length > certificateMaxLength) {
    return `is ${pem.length} bytes, at most ${certificateMaxLength} are allowed: the root isn't needed in it`;
  }
  return undefined;
}

function subject(text: string): string {
  return text.replaceAll('\n', ', ');
}

function nameProblems(name: unknown, verifies: boolean): Problem[] {
  if (typeof name !== 'string') return [problem('name', name, 'is not allowed; allowed: a host name')];
  const fault = checkHostname(name);
  if (fault) return [problem('name', name, fault.wrong, fault.fix === undefined ? undefined : `'${fault.fix}'`)];
  return verifies
    ? []
    : [problem('ca', undefined, 'is missing: name is checked in certificates that a CA vouches for')];
}

function keyProblems(key: unknown): Problem[] {
  if (!Secret.isSecret(key)) {
    // Perhaps the key itself.
    return [problem('key', undefined, 'is not a secret; allowed: Secret.file(…) or Secret.variable(…)')];
  }
  const fault = key.fault();
  return fault === undefined ? [] : [{ ...problem('key', undefined, fault), value: `(secret: ${key.source})` }];
}
