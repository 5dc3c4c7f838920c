import type { Secret } from './secret';

/** ACME directory of a CA: RFC 8555 section 7.1.1. */
export type AcmeDirectory =
  | 'letsencrypt'
  | 'letsencrypt-staging'
  | 'zerossl'
  | {
      /** URL of the ACME directory. */
      readonly url: string;
      /** PEM file of the CA that signed the directory's own TLS certificate; undefined if that CA is a public one. */
      readonly caFile?: string;
    };

/** The ACME account and what is ordered with it. */
export interface AcmeSettings {
  /** Mail address of the account. */
  readonly email: string;
  /** The CA. */
  readonly directory: AcmeDirectory;
  /** External account binding (RFC 8555 section 7.3.4); undefined: none. */
  readonly externalAccountBinding?: { readonly keyId: string; readonly hmacKey: Secret };
  /** Key of the certificates. */
  readonly keyType: 'P256' | 'P384' | '2048' | '4096';
  /** Profile of the CA; undefined: its default. */
  readonly profile?: string;
  /** Whether the CA decides when to renew (RFC 9773). */
  readonly renewalInfo: boolean;
  /** Name servers, address:port, queried for the challenge's record; undefined: those of the machine. */
  readonly recursiveNameservers?: readonly string[];
}

const directories = {
  letsencrypt: 'https://acme-v02.api.letsencrypt.org/directory',
  'letsencrypt-staging': 'https://acme-staging-v02.api.letsencrypt.org/directory',
  zerossl: 'https://acme.zerossl.com/v2/DV90',
} as const;

/** The URL of a directory given by name or by URL. */
export function directoryUrl(directory: AcmeDirectory): string {
  return typeof directory === 'string' ? directories[directory] : directory.url;
}

/** Identifies a directory in the ids of constructs: a switch from staging must not keep the staging certificate. */
export function directoryId(directory: AcmeDirectory): string {
  if (typeof directory === 'string') return directory;
  return directory.url
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
