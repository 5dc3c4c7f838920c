import { readFileSync } from 'node:fs';
import { App as Cdktf, Fn, TerraformLocal, TerraformResource, TerraformStack, Testing } from 'cdktf';
import type { Construct } from 'constructs';
import { mermaid } from '../../cli/diagram/mermaid';
import { pictureOf } from '../../cli/diagram/picture';
import { readStack } from '../../cli/diagram/stack';
import {
  type CloudSpec,
  DnsRecords,
  InstanceAddress,
  LoadBalancer,
  Secret,
  UapStack,
  WildcardCertificate,
} from '../../lib';
import { App } from './app';

const app = new App();
afterAll(() => app.remove());

function specOf(name: string): CloudSpec {
  return require(app.path('stacks/index.ts')).clouds.find((one: CloudSpec) => one.name === name);
}

function pictured(spec: CloudSpec, change: (stack: UapStack) => void = () => undefined) {
  const stack = new UapStack(new Cdktf({ stackTraces: false }), spec);
  change(stack);
  return pictureOf(stack);
}

/** A resource of a type that the diagram has no words for. */
const unknown = (scope: Construct, id: string, terraformResourceType: string) =>
  new TerraformResource(scope, id, { terraformResourceType });

test('as Mermaid', async () => {
  const { stdout } = await app.run('diagram', 'small');
  expect(stdout).toBe(`flowchart LR
  browser["<b>Browser</b>"]
  subgraph cloud["small"]
    subgraph r0["proxy.cloud.org"]
      r0_security_group["<b>Security group</b><br/>in from everywhere: TCP 80, 443, ICMP<br/>out to everywhere: all"]
      r0_certificate["<b>Certificate</b><br/>proxy.cloud.org<br/>*.proxy.cloud.org<br/>key P256<br/>from acme-v02.api.letsencrypt.org"]
      r0_port["<b>Port</b><br/>network public<br/>keeps the address"]
      r0_instance["<b>Instance</b><br/>uap-proxy-cloud-org<br/>debian-13, m1.small<br/>certificate: acme provider"]
      r0_readiness["<b>Readiness</b><br/>waits for an answer, at most 900 s"]
      r0_records["<b>DNS records</b><br/>proxy.cloud.org  A, 60 s<br/>*.proxy.cloud.org  A, 60 s"]
    end
  end
  users0["<b>Users' instances</b><br/>149.165.152.0/22<br/>https: TLS without verification<br/>http"]
  browser ==> r0_security_group ==> r0_port ==> r0_instance ==> users0
  browser -. DNS .-> r0_records
  r0_certificate --> r0_instance
  r0_instance --> r0_readiness
  r0_readiness --> r0_records
`);
});

test('every region has its parts, and lines between them', async () => {
  const { code, stdout, stderr } = await app.run('diagram', 'large');
  expect([code, stderr]).toEqual([0, '']);
  for (const [index, region] of ['One: one.cloud.org', 'Two: two.cloud.org'].entries()) {
    expect(stdout).toContain(`subgraph r${index}["${region}"]`);
    const lines = stdout.split('\n').filter((line) => line.includes(`r${index}_`) && /-->|==>|-\./.test(line));
    expect(lines.map((line) => line.trim().replaceAll(`r${index}_`, ''))).toEqual([
      `browser ==> security_group ==> port ==> instance ==> users${index}`,
      'browser -. DNS .-> records',
      'certificate --> instance',
      'instance --> readiness',
      'readiness --> records',
    ]);
  }
});

test('every resource of a stack is in a part, and steps are references between them', () => {
  const [lane] = pictured(specOf('small')).lanes;
  expect(lane?.parts.map(({ title }) => title).sort()).toEqual([
    'Certificate',
    'DNS records',
    'Instance',
    'Port',
    'Readiness',
    'Security group',
  ]);
  const title = (id: string) => lane?.parts.find((part) => part.id === id)?.title;
  expect(lane?.steps.map(({ from, to }) => `${title(from)} > ${title(to)}`).sort()).toEqual([
    'Certificate > Instance',
    'Instance > Readiness',
    'Port > Instance',
    'Readiness > DNS records',
    'Security group > Port',
  ]);
});

test('it shows nothing that the stack lacks', () => {
  const drawn = mermaid(
    pictured(specOf('small'), ({ proxies: [proxy] }) => {
      if (!proxy) return;
      proxy.instance.server.flavorName = 'm9.huge';
      for (const rule of proxy.securityGroup.rules) {
        if ((rule as { portRangeMinInput?: number }).portRangeMinInput === 443)
          Object.assign(rule, { remoteIpPrefix: '192.0.2.0/24' });
      }
      proxy.node.tryRemoveChild('readiness');
      // Unknown resources are drawn too.
      unknown(proxy, 'volume', 'openstack_blockstorage_volume_v3');
    }),
  );
  expect(drawn).toContain('debian-13, m9.huge');
  expect(drawn).toContain('in from 192.0.2.0/24: TCP 443');
  expect(drawn).not.toContain('Readiness');
  expect(drawn).toContain('<b>openstack_blockstorage_volume_v3</b><br/>volume');
});

test('references are found through locals, and those to unknown things are none', () => {
  const stack = new TerraformStack(Testing.app(), 'stack');
  const two = unknown(stack, 'two', 'c_d');
  const local = new TerraformLocal(stack, 'l', Fn.element([two.getStringAttribute('id')], 0));
  const one = unknown(stack, 'one', 'a_b');
  one.addOverride('x', local.asString);
  one.addOverride('y', 'see d_e.three');
  expect(readStack(stack).map(({ address, refersTo }) => [address, refersTo])).toEqual([
    ['c_d.two', []],
    ['a_b.one', ['c_d.two']],
  ]);
});

test('records that are made by hand, many ranges, no http', () => {
  const small = specOf('small');
  const drawn = mermaid(
    pictured({
      ...small,
      dns: DnsRecords.manual(),
      certificate: WildcardCertificate.fromPem({
        chainFile: '/chain.pem',
        key: Secret.file('/key.pem'),
        passphrase: Secret.variable('passphrase'),
      }),
      regions: small.regions.map((one) => ({
        ...one,
        httpUpstreams: false,
        strictEgress: true,
        adminNetworks: ['192.0.2.0/24'],
        upstreamRanges: [11, 12, 13, 14, 15].map((first) => `${first}.0.0.0/16`),
      })),
    }),
  );
  expect(drawn).toContain('DNS records, created manually');
  expect(drawn).toContain('certificate: PEM file /chain.pem');
  expect(drawn).toContain('in from 192.0.2.0/24: TCP 22');
  expect(drawn).toContain('out to 11.0.0.0/16, 12.0.0.0/16, 13.0.0.0/16, and 2 more: TCP');
  expect(drawn).toContain('13.0.0.0/16<br/>and 2 more');
  expect(drawn).not.toContain('<br/>http"');
});

test('several instances, a floating IP and a load balancer are on the way of a request, and every resource has words', () => {
  const small = specOf('small');
  const [one] = small.regions as [CloudSpec['regions'][number]];
  const more: Partial<CloudSpec['regions'][number]>[] = [
    { instances: 3 },
    { address: InstanceAddress.floatingIp({ pool: 'public', network: 'uap' }) },
    { instances: 2, loadBalancer: LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] }) },
  ];
  const regions = more.map((extra, index) => ({
    ...one,
    region: `R${index}`,
    hostname: `r${index}.cloud.org`,
    ...extra,
  }));
  const drawn = mermaid(pictured({ ...small, regions }));
  for (const words of [
    '<b>3 instances</b>',
    '<b>2 instances</b>',
    '<b>Floating IP</b>',
    '<b>Load balancer</b>',
    '<br/>TCP 443',
  ])
    expect(drawn).toContain(words);
  expect(drawn).not.toContain('<b>openstack_');
  expect(drawn).toContain('<b>Step of a deployment</b><br/>drain"');
  expect(drawn).toContain('<b>Step of a deployment</b><br/>wait-for-console"');
  expect(drawn).toContain('browser ==> r1_floating_IP ==> r1_security_group ==> r1_instance ==> users1');
  expect(drawn).toContain('browser ==> r2_load_balancer ==> r2_security_group ==> r2_instance ==> users2');
  for (const lane of ['r0', 'r1', 'r2']) expect(drawn).toContain(`${lane}_certificate --> ${lane}_instance`);
});

test('to a file', async () => {
  expect((await app.run('diagram', 'small', '--out', 'small.mmd')).stdout).toBe('small is drawn in small.mmd\n');
  expect(readFileSync(app.path('small.mmd'), 'utf8')).toBe((await app.run('diagram', 'small')).stdout);
});

test.each([
  ['diagram', 2, 'the name of a cloud is missing; stacks/index.ts has small, large, wrong'],
  ['diagram small --out none/x.mmd', 1, "none/x.mmd can't be written: ENOENT"],
])('uap %s', async (line, code, message) => {
  expect(await app.run(...line.split(' '))).toEqual({ code, stdout: '', stderr: `uap: ${message}\n` });
});
