import { App, type TerraformStack } from 'cdktf';
import { type CloudSpec, DnsRecords, SecretDelivery, StateBackend, UapStack, WildcardCertificate } from '../../../lib';
import { AcmeCertificate } from '../../../lib/terraform/providers/acme';

const { UAP_STATE = '.', UAP_RUN = '.', UAP_RENEW = '' } = process.env;
const deliveries = { barbican: SecretDelivery.barbican(), 'user-data': SecretDelivery.userData() };

const app = new App({ stackTraces: false });
for (const [name, delivery] of Object.entries(deliveries)) {
  const cloud: CloudSpec = {
    name,
    openstack: 'cloud-b',
    namePrefix: `life-${name}`,
    acme: {
      email: 'operator@cloud-b.example.test',
      directory: { url: 'https://198.51.100.1:14000/dir', caFile: `${UAP_RUN}/pebble/ca.pem` },
      recursiveNameservers: ['198.51.100.1:53'],
    },
    dns: DnsRecords.designate({ zone: 'cloud-b.example.test' }),
    certificate: WildcardCertificate.acme(),
    delivery,
    backend: StateBackend.local(`${UAP_STATE}/${name}.tfstate`),
    regions: [
      {
        region: 'RegionOne',
        hostname: `${name}.cloud-b.example.test`,
        publicNetwork: 'public',
        upstreamRanges: ['198.51.100.0/24'],
        allowSpecialPurposeRanges: true,
        deniedAddresses: ['198.51.100.1'],
        image: 'debian-12',
        flavor: 'm1.medium',
        keyPair: 'life',
        adminNetworks: ['198.51.100.1/32'],
        metricsNetworks: ['203.0.113.0/24'],
        readinessTimeout: 1800,
        certificatePollInterval: 10,
      },
    ],
  };
  renewed(new UapStack(app, cloud));
}
app.synth();

/** As if the time had come: what Pebble issues is valid for months. */
function renewed(stack: TerraformStack): void {
  if (UAP_RENEW === '') return;
  for (const each of stack.node.findAll()) {
    if (!(each instanceof AcmeCertificate)) continue;
    each.resetMinDaysDynamic();
    each.minDaysRemaining = 100_000;
  }
}
