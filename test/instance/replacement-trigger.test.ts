import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CloudSpec,
  DnsRecords,
  LoadBalancer,
  type RegionSpec,
  resolveCloud,
  Secret,
  UpstreamSecurity,
  WildcardCertificate,
} from '../../lib';
import { replacementTrigger } from '../../lib/instance/replacement-trigger';
import { cloudA } from '../../stacks/cloud-a';
import { cloudB } from '../../stacks/cloud-b';

function choices(spec: CloudSpec): string[] {
  const cloud = resolveCloud(spec);
  return cloud.regions.map((region) => replacementTrigger(cloud, region));
}

const region: RegionSpec = {
  region: null,
  hostname: 'uap.cloud.org',
  publicNetwork: 'public',
  upstreamRanges: ['149.165.152.0/22'],
  image: 'debian-12',
  flavor: 'm1.small',
};
const cloud: CloudSpec = {
  name: 'cloud',
  acme: { email: 'ops@cloud.org' },
  dns: DnsRecords.designate({ zone: 'cloud.org' }),
  regions: [region],
};
const withRegion = (changed: Partial<RegionSpec>) => choices({ ...cloud, regions: [{ ...region, ...changed }] });

test('settings at their defaults trigger no replacement', () => {
  const [hostname] = withRegion({ ports: { denied: [] }, maxBodySize: 0, certificatePollInterval: 60 });
  expect(hostname).toBe('hostname: "uap.cloud.org"\nupstreamRanges: ["149.165.152.0/22"]\n');
});

// Another text for the same settings replaces the instances of operators who upgrade. If this fails, the change
// must be worth that, and stand in CHANGELOG.md.
test('the choices of two clouds, which must stay as they are from version to version', () => {
  expect(choices(cloudA)[0]).toBe(
    `clientOrigins: ["https://exosphere.cloud-a.example.test"]
deniedAddresses: ["198.51.100.1"]
hostname: "proxy-one.cloud-a.example.test"
upstreamRanges: ["198.51.100.0/24"]
`,
  );
  const acme = {
    email: 'operator@cloud-b.example.test',
    directoryUrl: 'https://198.51.100.1:14000/dir',
    hostname: 'proxy.cloud-b.example.test',
    dnsProvider: 'exec',
    dnsResolvers: ['198.51.100.1:53'],
    keyType: 'ec256',
    caFile: '/var/lib/uap/late/acme-ca',
  };
  expect(choices(cloudB)[0]).toBe(
    `acme: ${JSON.stringify(`${JSON.stringify(acme, null, 2)}\n`)}
deniedAddresses: ["198.51.100.1"]
hostname: "proxy.cloud-b.example.test"
lateFiles: ["acme-ca","acme-credentials (secret)"]
upstreamRanges: ["198.51.100.0/24"]
`,
  );
});

test('every line has its name, which deployments keep in their state', () => {
  const [all = ''] = withRegion({
    deniedAddresses: ['149.165.152.9'],
    ports: { allowed: ['8000-8999'], denied: [8001] },
    httpUpstreams: false,
    clientOrigins: ['https://exosphere.app'],
    sameInstanceCors: true,
    siblingShield: 'enforce',
    abuseContact: 'abuse@cloud.org',
    blocked: ['149.165.152.7'],
    metricsNetworks: ['192.0.2.0/24'],
    maxBodySize: 1,
    packageMirror: 'https://mirror.cloud.org/debian',
    certificatePollInterval: 61,
    loadBalancer: LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] }),
    certificate: WildcardCertificate.acmeOnInstance(),
    upstreamSecurity: new (class extends UpstreamSecurity {
      readonly description = 'another one';
      problems = () => [];
      render = () => ({ directives: [['proxy_ssl_verify', 'off']], parts: {} });
      bind = () => ({});
    })(),
  });
  expect(all.split('\n').map((line) => line.split(':')[0])).toEqual([
    'abuseContact',
    'acme',
    'allowedPorts',
    'blocked',
    'certificatePollInterval',
    'clientOrigins',
    'deniedAddresses',
    'deniedPorts',
    'hostname',
    'httpUpstreams',
    'lateFiles',
    'maxBodySize',
    'metricsNetworks',
    'packageMirror',
    'proxyProtocolFrom',
    'sameInstanceCors',
    'siblingShield',
    'upstreamRanges',
    'upstreamTls',
    '',
  ]);
});

test('the denied ports of the package are no replacement trigger', () => {
  const [chosen] = withRegion({ ports: { denied: [3306] } });
  expect(chosen).toContain('deniedPorts: [{"from":3306,"to":3306}]');
});

test('what the instance is given with its certificate is a choice', () => {
  const onInstance = choices({ ...cloud, certificate: WildcardCertificate.acmeOnInstance() })[0];
  expect(onInstance).toContain('acme-credentials (secret)');
  const otherCa = choices({
    ...cloud,
    acme: { email: 'ops@cloud.org', directory: 'letsencrypt-staging' },
    certificate: WildcardCertificate.acmeOnInstance(),
  })[0];
  expect(otherCa).not.toBe(onInstance);
});

test('how Terraform orders a certificate is no choice: the instance does not notice', () => {
  const folder = mkdtempSync('/tmp/choices-');
  writeFileSync(join(folder, 'tsig'), 'secret');
  const dns = DnsRecords.rfc2136({
    server: 'ns1.cloud.org',
    zone: 'cloud.org',
    key: { name: 'uap', secret: Secret.file(join(folder, 'tsig')) },
  });
  expect(choices({ ...cloud, dns, acme: { email: 'other@cloud.org', keyType: 'P384' } })).toEqual(choices(cloud));
});
