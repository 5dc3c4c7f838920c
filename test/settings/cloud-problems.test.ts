import { DnsRecords } from '../../lib/strategies/dns-records';
import { Secret } from '../../lib/strategies/secret';
import { WildcardCertificate } from '../../lib/strategies/wildcard-certificate';
import { lines, problems, region } from './specs';

const acme = (changes: object) => ({ acme: { email: 'ops@cloud.org', ...changes } });
const regions = (...changes: object[]) => ({ regions: changes.map((change) => ({ ...region, ...change })) });
const acmeExample = "example { email: 'ops@cloud.org' }";
const dnsExample = "example DnsRecords.designate({ zone: 'cloud.org' })";
const nameForm = 'is not allowed; allowed: lower-case letters, digits and hyphens, a letter first, at most 63';

test.each<[string, object, string[]]>([
  ['name missing', { name: undefined }, ['name', 'is missing', "example 'cloud-a'"]],
  [
    'an account bound to another, with an ACME client that can bind none',
    {
      ...acme({ externalAccountBinding: { keyId: 'kid-1', hmacKey: Secret.variable('hmac') } }),
      certificate: WildcardCertificate.acmeOnInstance(),
    },
    [
      'acme.externalAccountBinding',
      "can't be used by the ACME client on the instance, which certificate selects",
      'example certificate: WildcardCertificate.acme()',
    ],
  ],
  ['name in upper case', { name: 'Cloud-A' }, ['name: "Cloud-A"', nameForm, "example 'cloud-a'"]],
  [
    'openstack of another type',
    { openstack: 3 },
    [
      'openstack: 3',
      'is not allowed; allowed: an entry of clouds.yaml, or null for the OS_* environment variables',
      "example 'cloud-a'",
    ],
  ],
  ['openstack empty', { openstack: '' }, ['openstack: ""', 'is empty', "example 'cloud-a'"]],
  [
    'Keystone by its URL',
    { keystoneHostname: 'https://keystone.cloud.org:5000/v3' },
    [
      'keystoneHostname: "https://keystone.cloud.org:5000/v3"',
      'is a URL, a host name is needed',
      "write 'keystone.cloud.org'",
    ],
  ],
  [
    'Keystone with its port',
    { keystoneHostname: 'keystone.cloud.org:5000' },
    ['keystoneHostname: "keystone.cloud.org:5000"', 'has a port, a host name is needed', "write 'keystone.cloud.org'"],
  ],
  ['a misspelt setting', { keystoneHostName: 'x' }, ['keystoneHostName', 'is not a setting', 'write keystoneHostname']],
  [
    'a setting that is not known',
    { zzz: 'x' },
    [
      'zzz',
      'is not a setting; settings here are name, openstack, keystoneHostname, acme, dns, certificate, delivery, backend, namePrefix, tags, regions',
    ],
  ],
  [
    'acme missing',
    { acme: undefined },
    ['acme', 'is missing: certificates are ordered via ACME, which needs an account with a mail address', acmeExample],
  ],
  [
    'acme of another type',
    { acme: 'ops@cloud.org' },
    ['acme: "ops@cloud.org"', 'is a text; allowed: an object { … }', acmeExample],
  ],
  ['acme without mail address', { acme: {} }, ['acme.email', 'is missing', "example 'ops@cloud.org'"]],
  [
    'no mail address',
    { acme: { email: 'ops' } },
    ['acme.email: "ops"', 'is not a mail address', "example 'ops@cloud.org'"],
  ],
  [
    'directory not known',
    acme({ directory: 'letsencript' }),
    [
      'acme.directory: "letsencript"',
      "is not allowed; allowed: 'letsencrypt', 'letsencrypt-staging', 'zerossl' or { url, caFile }",
      "example { url: 'https://acme.cloud.org/directory', caFile: '/etc/ssl/certs/cloud-ca.pem' }",
    ],
  ],
  [
    'directory without URL',
    acme({ directory: { caFile: '/ca.pem' } }),
    ['acme.directory.url', 'is missing', "example 'https://acme.cloud.org/directory'"],
  ],
  [
    'directory with a misspelt setting',
    acme({ directory: { url: 'https://ca.org/', cafile: '/x' } }),
    ['acme.directory.cafile', 'is not a setting', 'write caFile'],
  ],
  [
    'directory by another scheme',
    acme({ directory: { url: 'ftp://ca.org' } }),
    [
      'acme.directory.url: "ftp://ca.org"',
      'is not a URL; allowed: http:// or https:// and a host',
      "example 'https://acme.cloud.org/directory'",
    ],
  ],
  [
    'ZeroSSL without its account',
    acme({ directory: 'zerossl' }),
    [
      'acme.externalAccountBinding',
      'is missing: ZeroSSL accepts only ACME accounts that are bound to a ZeroSSL account',
      "example { keyId: 'kid-1', hmacKey: Secret.variable('eab_hmac_key') }",
    ],
  ],
  [
    'key type not known',
    acme({ keyType: 'P512' }),
    ['acme.keyType: "P512"', "is not allowed; allowed: '2048', '4096', 'P256' or 'P384'", "example 'P384'"],
  ],
  [
    'name server without port',
    acme({ recursiveNameservers: ['192.0.2.53'] }),
    ['acme.recursiveNameservers[0]: "192.0.2.53"', 'has no port', "write '192.0.2.53:53'"],
  ],
  [
    'IPv6 name server without port',
    acme({ recursiveNameservers: ['2001:db8::53'] }),
    ['acme.recursiveNameservers[0]: "2001:db8::53"', 'has no port', "write '[2001:db8::53]:53'"],
  ],
  [
    'name server with a wrong port',
    acme({ recursiveNameservers: ['ns.cloud.org:0'] }),
    [
      'acme.recursiveNameservers[0]: "ns.cloud.org:0"',
      'is not a name server; allowed: address ":" port',
      "example ['192.0.2.53:53']",
    ],
  ],
  ['dns missing', { dns: undefined }, ['dns', 'is missing', dnsExample]],
  [
    'a strategy by its name',
    { delivery: 'userData' },
    [
      'delivery: (a text)',
      'is not allowed; allowed: SecretDelivery.instanceMetadata(), SecretDelivery.barbican() or SecretDelivery.userData()',
      'example SecretDelivery.instanceMetadata()',
    ],
  ],
  [
    'a strategy of another family',
    { certificate: DnsRecords.manual() },
    [
      'certificate: (an object)',
      'is not allowed; allowed: WildcardCertificate.acme(), WildcardCertificate.acmeOnInstance() or WildcardCertificate.fromPem(…)',
      'example WildcardCertificate.acmeOnInstance()',
    ],
  ],
  [
    'dns that solves no challenge',
    { dns: DnsRecords.manual() },
    [
      'dns: manual',
      "can't solve the ACME challenge that certificate needs; let Terraform publish the records or choose a certificate strategy without a challenge",
      "example certificate: WildcardCertificate.fromPem({ chainFile: '…', key: Secret.file('…'), passphrase: Secret.variable('key_passphrase') })",
    ],
  ],
  [
    'a region whose dns solves no challenge',
    regions({ dns: DnsRecords.manual() }),
    [
      'regions[0].dns: manual',
      "can't solve the ACME challenge that certificate needs; let Terraform publish the records or choose a certificate strategy without a challenge",
      "example certificate: WildcardCertificate.fromPem({ chainFile: '…', key: Secret.file('…'), passphrase: Secret.variable('key_passphrase') })",
    ],
  ],
  [
    'a name prefix with a space',
    { namePrefix: 'my uap' },
    [
      'namePrefix: "my uap"',
      'is not allowed; allowed: letters, digits, "-" and "_", a letter first, at most 32',
      "example 'uap'",
    ],
  ],
  [
    'a tag with a comma',
    { tags: ['a', 'a,b'] },
    ['tags[1]: "a,b"', 'is not allowed; allowed: 1 to 60 characters without "," and "/"', "example ['service:uap']"],
  ],
  [
    'no region',
    { regions: [] },
    [
      'regions: []',
      'is empty; a cloud has at least one region',
      "example [{ region: 'RegionOne', hostname: 'proxy.cloud.org', … }]",
    ],
  ],
  [
    'regions not a list',
    { regions: region },
    [
      'regions: { region, hostname, publicNetwork, upstreamRanges, image, fla… }',
      'is not allowed; allowed: a list of at least one region',
      "example [{ region: 'RegionOne', hostname: 'proxy.cloud.org', … }]",
    ],
  ],
  [
    'a region twice',
    regions({}, { hostname: 'b.cloud.org' }),
    ['regions[1].region: "RegionOne"', 'is the same region as regions[0].region', "example 'RegionOne'"],
  ],
  [
    'a region without name beside another',
    regions({}, { region: null, hostname: 'b.cloud.org' }),
    [
      'regions[1].region: null',
      'is for a cloud with one region; here each region needs its name',
      "example 'RegionOne'",
    ],
  ],
  [
    'a host name twice',
    regions({}, { region: 'B', hostname: 'PROXY.cloud.org.' }),
    [
      'regions[1].hostname: "proxy.cloud.org"',
      'is the same host name as regions[0].hostname',
      "example 'proxy-b.cloud.org'",
    ],
  ],
  [
    'a host name below another',
    regions({ hostname: 'a.proxy.cloud.org' }, { region: 'B' }),
    [
      'regions[0].hostname: "a.proxy.cloud.org"',
      "is below proxy.cloud.org (regions[1].hostname), where every name is a user's app, which could set cookies for this UAP; choose a name outside of the other",
      "example 'a.cloud.org'",
    ],
  ],
  [
    'a host name outside of the zone',
    regions({ hostname: 'proxy.other.org' }),
    [
      'regions[0].hostname: "proxy.other.org"',
      'is not in the zone of its dns strategy, cloud.org',
      "example 'proxy.cloud.org'",
    ],
  ],
  [
    'a key in the open',
    acme({ externalAccountBinding: { keyId: 'kid', hmacKey: 'MARKED' } }),
    [
      'acme.externalAccountBinding.hmacKey: (a text)',
      'is not allowed; allowed: Secret.variable(…) or Secret.file(…)',
      "example Secret.variable('eab_hmac_key')",
    ],
  ],
])('refuses %s', (_, changes, expected) => {
  expect(problems(changes).map(lines)).toEqual([expected]);
});

test.each<[string, object]>([
  [
    'manual records with a certificate from files',
    {
      dns: DnsRecords.manual(),
      acme: undefined,
      certificate: WildcardCertificate.fromPem({
        chainFile: '/c.pem',
        key: Secret.file('/k.pem'),
        passphrase: Secret.variable('key_passphrase'),
      }),
    },
  ],
  [
    'manual records with a challenge of its own',
    {
      dns: DnsRecords.manual(),
      certificate: WildcardCertificate.acme({ challenge: { provider: 'cloudflare', config: {} } }),
    },
  ],
  ['a cloud whose only region has no name', { regions: [{ ...region, region: null }] }],
  ['host names beside one another', { regions: [region, { ...region, region: 'B', hostname: 'xproxy.cloud.org' }] }],
  ['a host name that is the zone', { dns: DnsRecords.designate({ zone: 'Proxy.Cloud.org.' }) }],
])('accepts %s', (_, changes) => {
  expect(problems(changes)).toEqual([]);
});
