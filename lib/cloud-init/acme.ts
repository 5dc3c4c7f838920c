import { applyTimeFilePath, type InstanceHook, type InstanceParts } from '../instance-parts';
import { ACME_SETTINGS } from '../instance-paths';
import { library, script, unit } from './assets';

/** Name of the apply-time file with the DNS credentials: lines `NAME=value`, as lego's DNS provider reads them. */
export const acmeCredentials = 'acme-credentials';

/** Name of the apply-time file with the CA of the directory's own TLS certificate. */
export const acmeCa = 'acme-ca';

/** Run when the DNS credentials or the CA arrive or change. */
const hook: InstanceHook = {
  name: 'acme',
  command: ['/bin/systemctl', 'restart', '--no-block', 'uap-acme.service'],
};

export interface AcmeOptions {
  /** The UAP's host name; the certificate is for it and `*.` it. */
  readonly hostname: string;
  /** Mail address of the ACME account. */
  readonly email: string;
  /** URL of the CA's directory. */
  readonly directoryUrl: string;
  /** Whether a private CA signed the directory's own TLS certificate: it is an apply-time file. @default false */
  readonly privateCa?: boolean;
  /** @default "P256" */
  readonly keyType?: 'P256' | 'P384' | '2048' | '4096';
  /**
   * How DNS-01 is solved: `rfc2136` (credentials RFC2136_NAMESERVER, RFC2136_TSIG_KEY, RFC2136_TSIG_ALGORITHM,
   * RFC2136_TSIG_SECRET) or `exec`, which is a script for OpenStack's DNS (credentials OS_AUTH_URL,
   * OS_APPLICATION_CREDENTIAL_ID, OS_APPLICATION_CREDENTIAL_SECRET, OS_REGION_NAME).
   */
  readonly dnsProvider: 'rfc2136' | 'exec';
  /** The CA's certificate profile. @default - the CA's default; also where the distribution's lego knows none */
  readonly profile?: string;
  /** DNS servers, `host:port`, for look-ups of zones and records. @default - the system's */
  readonly dnsResolvers?: readonly string[];
  /** Share of the lifetime that is left when the certificate is renewed. @default 1/3 */
  readonly renewShare?: number;
  /** Whether every name server of the zone must show the record before the CA is asked to look. @default true */
  readonly checkPropagation?: boolean;
}

/** The names that lego has for the types of keys. */
const legoKeyTypes = { P256: 'ec256', P384: 'ec384', '2048': 'rsa2048', '4096': 'rsa4096' } as const;

/**
 * An ACME client on the instance: the certificate's key never leaves it. It runs at boot and twice a day, and renews when
 * a third of the certificate's lifetime is left.
 */
export function acmeParts(options: AcmeOptions): InstanceParts {
  const { privateCa = false, keyType = 'P256', ...rest } = options;
  const settings = {
    ...rest,
    keyType: legoKeyTypes[keyType],
    ...(privateCa ? { caFile: applyTimeFilePath(acmeCa) } : {}),
  };
  return {
    packages: ['lego'],
    files: [
      script('acme'),
      ...(options.dnsProvider === 'exec' ? [script('dns-designate'), library('openstack.py')] : []),
      unit('uap-acme.service'),
      unit('uap-acme.timer'),
      { path: ACME_SETTINGS, content: `${JSON.stringify(settings, null, 2)}\n` },
    ],
    applyTimeFiles: [
      ...(privateCa ? [{ name: acmeCa, maxLength: 8192, onChange: hook.name }] : []),
      { name: acmeCredentials, maxLength: 1024, onChange: hook.name, secret: true },
    ],
    hooks: [hook],
    units: [{ name: 'uap-acme.service' }, { name: 'uap-acme.timer' }],
  };
}
