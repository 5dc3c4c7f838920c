import { join } from 'node:path';
import { type CloudSpec, DnsRecords, type RegionSpec, Secret, WildcardCertificate } from '../../../lib';

// Settings that are right and wrong on the sandbox, for sandbox-check.
const run = join(process.env.UAP_SANDBOX_DIR ?? '', 'run');
const scratch = process.env.SCRATCH ?? '';

const acme: CloudSpec['acme'] = {
  email: 'operator@cloud-a.example.test',
  directory: { url: 'https://198.51.100.1:14000/dir', caFile: join(run, 'pebble/ca.pem') },
  recursiveNameservers: ['198.51.100.1:53'],
};

const region: RegionSpec = {
  region: 'RegionOne',
  hostname: 'check.cloud-a.example.test',
  publicNetwork: 'public',
  upstreamRanges: ['198.51.100.0/24'],
  allowSpecialPurposeRanges: true,
  deniedAddresses: ['198.51.100.1'],
  image: 'debian-12',
  flavor: 'm1.small',
};

const ownKey = { name: 'uap-cloud-a', secret: Secret.file(join(run, 'tsig/cloud-a.secret')) };
const acmeKey = { name: 'uap-acme', secret: Secret.file(join(run, 'tsig/acme.secret')) };
const rfc2136 = (more: Partial<Parameters<typeof DnsRecords.rfc2136>[0]> = {}) =>
  DnsRecords.rfc2136({ server: '198.51.100.1', zone: 'cloud-a.example.test', key: ownKey, ...more });

const a = (name: string, more: Partial<CloudSpec> = {}, ofRegion: Partial<RegionSpec> = {}): CloudSpec => ({
  name,
  openstack: 'cloud-a',
  acme,
  dns: rfc2136(),
  regions: [{ ...region, ...ofRegion }],
  ...more,
});

const b = (name: string, zone: string, more: Partial<CloudSpec> = {}): CloudSpec => ({
  ...a(name, {}, { hostname: `check.${zone}` }),
  openstack: 'cloud-b',
  dns: DnsRecords.designate({ zone }),
  certificate: WildcardCertificate.acmeOnInstance(),
  ...more,
});

export const clouds: readonly CloudSpec[] = [
  a('by-update'),
  b('by-designate', 'cloud-b.example.test'),
  a('by-hand', { acme: undefined, dns: DnsRecords.manual(), certificate: fromPem() }),
  a(
    'wrong-names',
    {},
    {
      publicNetwork: 'publik',
      image: 'debian-99',
      flavor: 'm1.smal',
      keyPair: 'nobody',
      adminNetworks: ['192.0.2.0/24'],
    },
  ),
  a('wrong-region', {}, { region: 'RegionOn' }),
  a('wrong-ranges', {}, { upstreamRanges: ['198.51.100.0/24', '203.0.112.0/24'], deniedAddresses: [] }),
  a('wrong-secret', {
    dns: rfc2136({ key: { name: 'uap-cloud-a', secret: Secret.file(join(scratch, 'other.secret')) } }),
  }),
  a('wrong-key', { dns: rfc2136({ key: { name: 'nobody', secret: ownKey.secret } }) }),
  // May write only for other host names.
  a('wrong-host', { dns: rfc2136({ key: acmeKey }) }),
  a('wrong-server', { dns: rfc2136({ server: '198.51.100.9' }) }),
  a('missing-secret', { dns: rfc2136({ key: { name: 'uap-cloud-a', secret: Secret.variable('no_such_variable') } }) }),
  b('wrong-zone', 'nowhere.example.test'),
  // The record is written, then no server answers.
  b('half-way', 'cloud-b.example.test', {
    acme: { ...acme, recursiveNameservers: ['198.51.100.9:53'] } as CloudSpec['acme'],
  }),
  a('wrong-ca', { acme: { email: 'o@cloud.org', directory: { url: 'https://198.51.100.1:14000/dir' } } }),
  a('wrong-directory', { acme: { email: 'o@cloud.org', directory: { url: 'http://198.51.100.1:5000/v3' } } }),
  a('caa', {}, { hostname: 'caa.cloud-a.example.test' }),
  a('tight', { openstack: 'tight' }),
  a('refused', { openstack: 'refused' }),
  a('silent', { openstack: 'silent' }),
  a('absent', { openstack: 'absent' }),
];

function fromPem(): WildcardCertificate {
  return WildcardCertificate.fromPem({
    chainFile: join(run, 'browser-ca.pem'),
    key: ownKey.secret,
    passphrase: Secret.variable('key_passphrase'),
  });
}
