// The clouds that the tests of a deployment's life deploy on the sandbox. A scenario changes settings by the
// environment: LIFE_CLOUD and LIFE_REGION (JSON, merged into the settings), LIFE_TSIG_FILE, LIFE_ACME_TSIG_FILE,
// LIFE_ACME_URL, LIFE_RENEWAL_INFO, LIFE_PROFILE, LIFE_TIMEOUT, LIFE_MIN_DAYS, LIFE_BACKEND (JSON), LIFE_SECOND (another
// region of life-a), LIFE_REVOKE; LIFE_LIB is another copy of the library.
import { App, TerraformResource, TerraformStack } from 'cdktf';
import type { CloudSpec } from '../../../lib';

process.setSourceMapsEnabled(false);

const lib: typeof import('../../../lib') = require(process.env.LIFE_LIB || '../../../lib');
const { DnsRecords, Secret, StateBackend, UapStack, WildcardCertificate } = lib;

const run = `${process.env.UAP_SANDBOX_DIR ?? `${process.env.HOME}/.cache/uap-sandbox`}/run`;
const changed = (name: string) => JSON.parse(process.env[name] || '{}');

const acme = {
  email: 'operator@cloud-a.example.test',
  directory: { url: process.env.LIFE_ACME_URL || 'https://198.51.100.1:14000/dir', caFile: `${run}/pebble/ca.pem` },
  recursiveNameservers: ['198.51.100.1:53'],
  renewalInfo: Boolean(process.env.LIFE_RENEWAL_INFO),
};
const dnsOfA = DnsRecords.rfc2136({
  server: '198.51.100.1',
  zone: 'cloud-a.example.test',
  key: { name: 'uap-cloud-a', secret: Secret.file(process.env.LIFE_TSIG_FILE || `${run}/tsig/cloud-a.secret`) },
  challengeKey: {
    name: 'uap-acme',
    secret: Secret.file(process.env.LIFE_ACME_TSIG_FILE || `${run}/tsig/acme.secret`),
  },
});
const region = {
  region: 'RegionOne',
  publicNetwork: 'public',
  upstreamRanges: ['198.51.100.0/24'],
  allowSpecialPurposeRanges: true,
  deniedAddresses: ['198.51.100.1'],
  image: 'debian-12',
  flavor: 'm1.small',
  keyPair: 'life',
  adminNetworks: ['198.51.100.1/32'],
  certificatePollInterval: 10,
  readinessTimeout: 600,
  ...changed('LIFE_REGION'),
};

const app = new App({ stackTraces: false });

/** Certificates by the acme provider, records by RFC 2136. */
const a: CloudSpec = {
  name: 'life-a',
  openstack: 'cloud-a',
  namePrefix: 'life',
  acme,
  dns: dnsOfA,
  certificate: WildcardCertificate.acme({ revokeOnDestroy: Boolean(process.env.LIFE_REVOKE) }),
  regions: [
    { ...region, hostname: 'proxy-one.cloud-a.example.test' },
    ...(process.env.LIFE_SECOND
      ? [{ ...region, region: 'RegionTwo', hostname: 'proxy-two.cloud-a.example.test' }]
      : []),
  ],
  ...changed('LIFE_CLOUD'),
};
const stackA = new UapStack(app, a);
if (process.env.LIFE_TIMEOUT) {
  const time = process.env.LIFE_TIMEOUT;
  stackA.proxies[0]?.instance.server.addOverride('timeouts', { create: time, update: time });
}
if (process.env.LIFE_MIN_DAYS) {
  const certificate = stackA.node
    .findAll()
    .find((element) => element.node.id.startsWith('certificate-')) as TerraformResource;
  certificate.addOverride('min_days_dynamic', null);
  certificate.addOverride('min_days_remaining', Number(process.env.LIFE_MIN_DAYS));
}

/** Certificates by the instance, records by Designate. */
const b: CloudSpec = {
  name: 'life-b',
  openstack: 'cloud-b',
  namePrefix: 'life',
  acme,
  dns: DnsRecords.designate({ zone: 'cloud-b.example.test' }),
  certificate: WildcardCertificate.acmeOnInstance(),
  regions: [{ ...region, hostname: 'proxy.cloud-b.example.test' }],
  ...changed('LIFE_CLOUD'),
};
new UapStack(app, b);

/** A state and a slow resource, but no cloud: for tests of the state backends. */
const backend = changed('LIFE_BACKEND');
class StateStack extends TerraformStack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const { pg, http } = backend;
    (pg ? StateBackend.pg(pg) : http ? StateBackend.http(http) : StateBackend.local()).bind(this);
    // Holds the lock until the file exists, at most ten minutes.
    const file = process.env.LIFE_UNTIL;
    const wait = file ? `n=0; until [ -e ${file} ] || [ $n = 600 ]; do n=$((n+1)); sleep 1; done` : 'true';
    const slow = new TerraformResource(this, 'slow', {
      terraformResourceType: 'terraform_data',
      provisioners: [{ type: 'local-exec', command: wait }],
    });
    slow.addOverride('triggers_replace', process.env.LIFE_MARK ?? '');
  }
}
new StateStack(app, 'life-state');

/** A certificate by the acme provider, but no cloud: for a CA whose certificates are good for minutes. */
const certificate = new TerraformStack(app, 'life-certificate');
StateBackend.local().bind(certificate);
WildcardCertificate.acme().bind(certificate, {
  hostname: 'proxy-two.cloud-a.example.test',
  namePrefix: 'life',
  name: 'life-certificate',
  description: 'certificate without a cloud',
  dns: dnsOfA,
  acme: { ...acme, keyType: 'P256', profile: process.env.LIFE_PROFILE || undefined },
});

app.synth();
