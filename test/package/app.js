// What an operator writes who imports the library into an app of their own, in plain JavaScript.
const { writeFileSync } = require('node:fs');
const { App } = require('cdktf');
const { UapStack } = require('cdktf-openstack-uap');

writeFileSync(
  'clouds.js',
  `const { DnsRecords } = require('cdktf-openstack-uap');
  exports.clouds = [{
    name: 'my-cloud',
    acme: { email: 'ops@cloud.org' },
    dns: DnsRecords.designate({ zone: 'cloud.org' }),
    regions: [{
      region: null,
      hostname: 'proxy.cloud.org',
      publicNetwork: 'public',
      upstreamRanges: ['149.165.152.0/22'],
      image: 'debian-12',
      flavor: 'm1.small',
    }],
  }];`,
);
const app = new App({ outdir: 'cdktf.out' });
for (const cloud of require('./clouds').clouds) new UapStack(app, cloud);
app.synth();
