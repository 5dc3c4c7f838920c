/** What `uap init` writes down. The words are those of the settings. */

export type DnsAnswer =
  | { readonly kind: 'designate'; readonly zone: string }
  | {
      readonly kind: 'rfc2136';
      readonly server: string;
      readonly zone: string;
      readonly key: KeyAnswer;
      readonly challengeKey?: KeyAnswer;
    }
  | { readonly kind: 'manual' };

export interface KeyAnswer {
  readonly name: string;
  readonly file: string;
  /** Undefined is the library's default. */
  readonly algorithm?: string;
}

export type CertificateAnswer =
  | { readonly kind: 'acme'; readonly challenge?: { readonly provider: string; readonly variables: readonly string[] } }
  | { readonly kind: 'acmeOnInstance' }
  | { readonly kind: 'fromPem'; readonly chainFile: string; readonly keyFile: string };

export interface AcmeAnswer {
  readonly email: string;
  readonly directory: string | { readonly url: string; readonly caFile?: string };
  readonly accountKeyId?: string;
  readonly recursiveNameservers?: readonly string[];
}

export interface RegionAnswer {
  readonly region: string | null;
  readonly hostname: string;
  readonly publicNetwork: string;
  readonly upstreamRanges: readonly string[];
  /** Why the ranges are special: `198.51.100.0/24 (documentation, RFC 5737)`. */
  readonly specialPurpose?: string;
  readonly deniedAddresses: readonly string[];
  readonly image: string;
  readonly imageAbout?: string;
  readonly flavor: string;
  readonly flavorAbout?: string;
  readonly keyPair?: string;
  readonly adminNetworks?: readonly string[];
  readonly packageMirror?: string;
}

export interface Settings {
  readonly name: string;
  readonly openstack: string | null;
  readonly keystoneHostname?: string;
  readonly acme?: AcmeAnswer;
  readonly dns: DnsAnswer;
  readonly certificate: CertificateAnswer;
  readonly regions: readonly RegionAnswer[];
}
