import type { Secret } from './secret';

/** Where certificates are ordered: RFC 8555 section 7.1.1. */
export type AcmeDirectory =
  | 'letsencrypt'
  | 'letsencrypt-staging'
  | 'zerossl'
  | {
      /** URL of the ACME directory. */
      readonly url: string;
      /** PEM file of the CA that signed the directory's own TLS certificate, if that CA is private. */
      readonly caFile?: string;
    };

/** The ACME account and what is ordered with it. */
export interface AcmeSettings {
  readonly email: string;
  readonly directory: AcmeDirectory;
  readonly externalAccountBinding?: { readonly keyId: string; readonly hmacKey: Secret };
  readonly keyType: 'P256' | 'P384' | '2048' | '4096';
  readonly profile?: string;
  readonly renewalInfo: boolean;
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
