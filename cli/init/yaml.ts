import { Document, isNode, type Node, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { AcmeAnswer, CertificateAnswer, DnsAnswer, KeyAnswer, RegionAnswer, Settings } from './settings';

/** Columns of a line. */
const lineWidth = 120;
/** Characters of a list that fits on a line with its comment. */
const shortList = 60;

/**
 * The text of `stacks/<cloud>.yaml`, with comments that explain the choices. It refers to secrets and holds none.
 * @param schema path of the JSON Schema, from the folder of that file
 */
export function settingsYaml(settings: Settings, schema: string): string {
  const { name, openstack, keystoneHostname, acme, dns, certificate, regions } = settings;
  const cloud = mapping([
    [
      'name',
      name,
      `name of the stack: cdktf deploy ${name}${openstack === name ? '; also the entry of clouds.yaml' : ''}`,
    ],
    ['openstack', openstack === name ? undefined : openstack, credentials(openstack)],
    ['keystoneHostname', keystoneHostname, "for Exosphere's configuration"],
    ['acme', acme && acmeMapping(acme)],
    ['dns', ...dnsSetting(dns, certificate)],
    ['certificate', ...certificateSetting(certificate)],
    ['regions', sequence(regions.map(regionMapping))],
  ]);
  const document = new Document(cloud);
  document.commentBefore = [
    ` yaml-language-server: $schema=${schema}`,
    ` Written by: uap init ${name}. All settings: uap show ${name}, docs/settings.md.`,
  ].join('\n');
  return document.toString({ lineWidth, singleQuote: true, flowCollectionPadding: false });
}

type Value = Node | string | boolean | null | readonly string[] | undefined;

/** A mapping without what is undefined. A comment is behind a value of one line, and above a longer one. */
function mapping(settings: readonly (readonly [name: string, value: Value, comment?: string])[]): YAMLMap {
  const map = new YAMLMap<Scalar, Node>();
  for (const [name, value, comment] of settings) {
    if (value === undefined) continue;
    const key = new Scalar(name);
    const node = nodeOf(value);
    const oneLine = node instanceof Scalar || (node instanceof YAMLSeq && node.flow);
    if (comment !== undefined && oneLine) node.comment = ` ${comment}`;
    if (comment !== undefined && !oneLine) key.commentBefore = ` ${comment}`;
    map.add({ key, value: node });
  }
  return map;
}

function nodeOf(value: Exclude<Value, undefined>): Node {
  if (isNode(value)) return value;
  if (typeof value !== 'object' || value === null) return new Scalar(value);
  const list = sequence(value.map((item) => new Scalar(item)));
  list.flow = value.join(', ').length <= shortList;
  return list;
}

function sequence(items: readonly Node[]): YAMLSeq {
  const list = new YAMLSeq();
  list.items = [...items];
  return list;
}

function credentials(openstack: string | null): string {
  return openstack === null ? 'the credentials are in the OS_* variables' : 'entry of clouds.yaml with the credentials';
}

function acmeMapping({ email, directory, accountKeyId, recursiveNameservers }: AcmeAnswer): YAMLMap {
  const own =
    typeof directory === 'object' &&
    mapping([
      ['url', directory.url, "the CA's ACME directory"],
      ['caFile', directory.caFile, 'CA of the certificate of that URL'],
    ]);
  const binding =
    accountKeyId &&
    mapping([
      ['keyId', accountKeyId],
      ['hmacKey', reference('variable', 'eab_hmac_key', 'TF_VAR_eab_hmac_key in the environment')],
    ]);
  return mapping([
    ['email', email, 'of the ACME account'],
    ['directory', own || (directory === 'letsencrypt' ? undefined : (directory as string)), own ? undefined : 'the CA'],
    ['externalAccountBinding', binding || undefined, 'Your account with the CA (external account binding).'],
    ['recursiveNameservers', recursiveNameservers, 'queried until the challenge is published'],
  ]);
}

/** A reference to a secret: `{ file: … }` or `{ variable: … }`. */
function reference(kind: 'file' | 'variable', source: string, comment: string): YAMLMap {
  return mapping([[kind, source, comment]]);
}

function dnsSetting(dns: DnsAnswer, certificate: CertificateAnswer): [value: Value, comment: string] {
  if (dns.kind === 'manual') return ['manual', 'you create the records, which the output manual_records lists'];
  const what =
    certificate.kind === 'fromPem' ? 'Publishes the records' : 'Publishes the records and the ACME challenge';
  if (dns.kind === 'designate') {
    return [mapping([['designate', mapping([['zone', dns.zone]])]]), `${what} in OpenStack's DNS.`];
  }
  const options = mapping([
    ['server', dns.server, 'the primary of the zone'],
    ['zone', dns.zone],
    ['key', keyMapping(dns.key, 'as configured on the server')],
    ['challengeKey', dns.challengeKey && keyMapping(dns.challengeKey, 'for the ACME challenge only')],
  ]);
  return [mapping([['rfc2136', options]]), `${what} via dynamic updates (RFC 2136).`];
}

function keyMapping({ name, file, algorithm }: KeyAnswer, comment: string): YAMLMap {
  return mapping([
    ['name', name, comment],
    ['algorithm', algorithm],
    ['secret', reference('file', file, 'base64, nothing else in the file')],
  ]);
}

function certificateSetting(certificate: CertificateAnswer): [value: Value, comment: string] {
  if (certificate.kind === 'acmeOnInstance') return ['acmeOnInstance', 'the instance orders and renews it'];
  if (certificate.kind === 'fromPem') {
    const options = mapping([
      ['chainFile', certificate.chainFile, 'the certificate, then its intermediates'],
      ['key', reference('file', certificate.keyFile, 'encrypted PKCS#8')],
      ['passphrase', reference('variable', 'key_passphrase', 'TF_VAR_key_passphrase in the environment')],
    ]);
    return [mapping([['fromPem', options]]), 'Your own certificate.'];
  }
  const { challenge } = certificate;
  if (!challenge) return ['acme', "Terraform's acme provider orders it, and a daily cdktf deploy renews it"];
  const config = challenge.variables.map((variable) => {
    const name = variable.toLowerCase();
    return [variable, reference('variable', name, `TF_VAR_${name} in the environment`)] as const;
  });
  const options = mapping([
    ['provider', challenge.provider, 'of the lego library'],
    ['config', mapping(config)],
  ]);
  return [
    mapping([['acme', mapping([['challenge', options]])]]),
    "Terraform's acme provider orders it, and a daily cdktf deploy renews it.",
  ];
}

function regionMapping(region: RegionAnswer): YAMLMap {
  const nonEmpty = (list: readonly string[] | undefined) => (list?.length ? list : undefined);
  return mapping([
    ['region', region.region, region.region === null ? 'the cloud has only one' : 'as in: openstack region list'],
    ['hostname', region.hostname, "users' apps get names one label below it"],
    ['publicNetwork', region.publicNetwork, "users' instances and the UAP have addresses on it"],
    ['upstreamRanges', region.upstreamRanges, "addresses of users' instances: the UAP connects to no other address"],
    ['allowSpecialPurposeRanges', region.specialPurpose === undefined ? undefined : true, region.specialPurpose],
    ['deniedAddresses', nonEmpty(region.deniedAddresses), "the cloud's own, such as gateways and APIs"],
    ['image', region.image, region.imageAbout],
    ['flavor', region.flavor, region.flavorAbout],
    ['keyPair', region.keyPair, 'for SSH'],
    ['adminNetworks', nonEmpty(region.adminNetworks), 'may reach SSH'],
    ['packageMirror', region.packageMirror, 'the instance installs packages from it'],
  ]);
}
