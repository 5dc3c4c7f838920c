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

/** How certificates of instances are verified. */
export interface VerifiedTlsOptions {
  /**
   * PEM file with the root certificate of the CA that signs the instances' certificates; several during a change of
   * the CA. Absolute, beginning with `~/`, or relative to the folder that you deploy from. It is read with the settings
   * and is no secret.
   */
  readonly ca: string;
  /**
   * Host name that every instance's certificate must contain; also sent as TLS server name (SNI). With such a common
   * name an instance can impersonate any other; with the default it needs a certificate for its own name.
   * @default - the app's host name, as `149-165-152-7-8888.proxy.cloud.org`
   */
  readonly name?: string;
}

/** The client certificate of the proxy, and how certificates of instances are verified. */
export interface MutualTlsOptions {
  /**
   * PEM file with the root certificate of the CA that signs the instances' certificates, as for `verifiedTls`.
   * @default - the certificates of the instances aren't verified
   */
  readonly ca?: string;
  /**
   * Host name that every instance's certificate must contain, as for `verifiedTls`.
   * @default - the app's host name
   */
  readonly name?: string;
  /** PEM file with the UAP's client certificate and its intermediates; read like `ca`. */
  readonly certificate: string;
  /**
   * Its private key as PEM without a passphrase, at most 1900 bytes: ECDSA, or RSA of up to 2048 bits. A `Secret.file`
   * must exist when the settings are read.
   */
  readonly key: Secret;
}

/**
 * How the proxy connects to `https` apps on the users' instances. Names that begin with `http-` use plain HTTP.
 * @example UpstreamSecurity.verifiedTls({ ca: 'stacks/instances-ca.pem' })
 */
export abstract class UpstreamSecurity {
  /**
   * TLS without verification, the default: instances have self-signed certificates. An attacker that can answer for an
   * instance's address on its network can read the traffic; Neutron's port security prevents that.
   */
  static unverifiedTls(): UpstreamSecurity {
    return new UnverifiedTls();
  }

  /**
   * TLS with verification: only instances with a certificate of your CA for their name get requests. For others the
   * proxy responds with 502.
   */
  static verifiedTls(options: VerifiedTlsOptions): UpstreamSecurity {
    return new CheckedTls('verified TLS', options, ['ca', 'name'], ['ca']);
  }

  /**
   * The proxy has a client certificate, so that an instance can admit only the UAP. With `ca` it also verifies the
   * instances' certificates.
   */
  static mutualTls(options: MutualTlsOptions): UpstreamSecurity {
    return new CheckedTls('mutual TLS', options, ['ca', 'name', 'certificate', 'key'], ['certificate', 'key']);
  }

  /** Whether a value is one of these strategies, also one of another copy of this package. */
  static readonly isUpstreamSecurity = typeGuard<UpstreamSecurity>('isUpstreamSecurity');

  /** Description for messages. */
  abstract readonly description: string;

  /** Problems of the options; the path is the name of the option. Reads the files that are no secret. */
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

/** Names of the apply-time files, and of the hook that installs both. */
const clientCertificate = 'upstream-certificate';
const clientKey = 'upstream-key';
/** Room for a leaf and an intermediate with 4096 bit RSA keys. */
const certificateMaxLength = 6000;
/** ECDSA, or RSA of up to 2048 bits: user data has little room, and base64 twice makes each byte almost two. */
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

/** Verified TLS, mutual TLS or both: the CA verifies instances, certificate and key identify the proxy. */
class CheckedTls extends UpstreamSecurity {
  private readonly options: Partial<MutualTlsOptions>;

  constructor(
    private readonly kind: string,
    /** From operators, perhaps without a compiler: it may hold anything. */
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

/** The name in the TLS handshake and in the certificate: Nginx has one setting for both. */
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

/** A misspelt `ca` would silently leave instances unverified. */
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
  // The content instead of a path: don't repeat it.
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
  if (leaf)
    return `holds a certificate that is not of a CA (${subject(leaf.subject)}); allowed: only certificates of CAs`;
  if (!certificates.some((certificate) => certificate.checkIssued(certificate))) {
    const [{ issuer } = { issuer: '' }] = certificates;
    return `holds no root certificate; add that of its issuer, ${subject(issuer)}`;
  }
  if (pem.length > caMaxLength) {
    return `is ${pem.length} bytes, at most ${caMaxLength} are allowed; only the CA of the instances is needed`;
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
    return `is ${pem.length} bytes, at most ${certificateMaxLength} are allowed; leave the root certificate out`;
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
    : [problem('ca', undefined, 'is missing: name is only checked in certificates that a CA signed')];
}

function keyProblems(key: unknown): Problem[] {
  if (!Secret.isSecret(key)) {
    // It may be the key itself, so don't repeat it.
    return [problem('key', undefined, 'is not a secret; allowed: Secret.file(…) or Secret.variable(…)')];
  }
  const fault = key.fault();
  return fault === undefined ? [] : [{ ...problem('key', undefined, fault), value: `(secret: ${key.source})` }];
}
