import { readFileSync } from 'node:fs';
import { App as Cdktf } from 'cdktf';
import { mermaid } from '../../cli/diagram/mermaid';
import { pictureOf } from '../../cli/diagram/picture';
import { type Block, readStack } from '../../cli/diagram/stack';
import { svg } from '../../cli/diagram/svg';
import { type CloudSpec, UapStack } from '../../lib';
import { resolveCloud } from '../../lib/settings';
import { App } from './app';

const app = new App();
afterAll(() => app.remove());

type Stack = Record<string, Record<string, Record<string, Record<string, unknown>>>>;

function specOf(name: string): CloudSpec {
  return require(app.path('stacks/index.ts')).clouds.find((one: CloudSpec) => one.name === name);
}

/** What `cdktf synth` writes, with the paths of constructs, which its testing helper leaves out. */
function synthOf(spec: CloudSpec): Stack {
  return JSON.parse(JSON.stringify(new UapStack(new Cdktf({ stackTraces: false }), spec).toTerraform()));
}

function pictured(spec: CloudSpec, change: (stack: Stack) => void = () => undefined) {
  const stack = synthOf(spec);
  change(stack);
  return pictureOf(resolveCloud(spec), stack as Block);
}

/** The text in an SVG. */
function words(drawn: string): string[] {
  return [...drawn.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
    text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
  );
}

test('the picture has what the stack makes', async () => {
  const { code, stdout, stderr } = await app.run('diagram', 'large');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^<svg [^>]*>\n<title>What a deployment of large makes<\/title>/);
  expect(words(stdout)).toEqual([
    'large',
    'One: one.cloud.org',
    'Two: two.cloud.org',
    'Browser',
    ...region('one'),
    ...region('two'),
    'requests',
    'names looked up',
    'made before',
  ]);
});

function region(name: string): string[] {
  return [
    'DNS records',
    `${name}.cloud.org  A, 60 s`,
    `*.${name}.cloud.org  A, 60 s`,
    'Readiness',
    'waits for its answer, 900 s at most',
    'Security group',
    'in from everywhere: TCP 80, 443, ICMP',
    'out to everywhere: all',
    'Port',
    'network public',
    'keeps the address',
    'Instance',
    `uap-${name}-cloud-org`,
    'debian-13, m1.small',
    'certificate: acme provider',
    'Certificate',
    `${name}.cloud.org`,
    `*.${name}.cloud.org`,
    'key P256',
    'from acme-v02.api.letsencrypt.org',
    "Users' instances",
    '149.165.152.0/22',
    'https: TLS without verification',
    'http',
  ];
}

test('every resource of a stack is in a part, and steps are references between them', () => {
  const spec = specOf('small');
  const [lane] = pictured(spec).lanes;
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

test('it can not say what the stack does not', () => {
  const spec = specOf('small');
  const changed = pictured(spec, ({ resource }) => {
    for (const server of Object.values(resource?.openstack_compute_instance_v2 ?? {})) server.flavor_name = 'm9.huge';
    for (const rule of Object.values(resource?.openstack_networking_secgroup_rule_v2 ?? {})) {
      if (rule.port_range_min === 443) rule.remote_ip_prefix = '192.0.2.0/24';
    }
    delete resource?.terraform_data;
    (resource as Stack[string]).openstack_blockstorage_volume_v3 = {
      volume: { size: 1, '//': { metadata: { path: 'small/region/volume' } } },
    };
  });
  const drawn = words(svg(changed));
  expect(drawn).toContain('debian-13, m9.huge');
  expect(drawn).toContain('in from 192.0.2.0/24: TCP 443');
  expect(drawn).not.toContain('Readiness');
  // What is not known here is drawn all the same.
  expect(drawn).toContain('openstack_blockstorage_volume_v3');
  expect(mermaid(changed)).toContain('<b>openstack_blockstorage_volume_v3</b><br/>volume');
});

test('references are found through locals, and those to unknown things are none', () => {
  const stack = {
    resource: { a_b: { one: { x: '${local.l}', y: 'see d_e.three' } }, c_d: { two: {} } },
    locals: { l: '${element(c_d.two.ids, 0)}' },
  };
  expect(readStack(stack).map(({ address, refersTo }) => [address, refersTo])).toEqual([
    ['a_b.one', ['c_d.two']],
    ['c_d.two', []],
  ]);
});

test('records that are made by hand, many ranges, no http', () => {
  const { DnsRecords, Secret, WildcardCertificate } = require('../../lib');
  const small = specOf('small');
  const drawn = words(
    svg(
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
    ),
  );
  expect(drawn).toContain('DNS records, made by hand');
  expect(drawn).toContain('certificate: PEM file /chain.pem');
  expect(drawn).toContain('in from 192.0.2.0/24: TCP 22');
  expect(drawn).toContain('out to 11.0.0.0/16, 12.0.0.0/16, 13.0.0.0/16, and 2 more: TCP');
  expect(drawn).toContain('and 2 more');
  expect(drawn).not.toContain('http');
});

describe('several instances, a floating IP, a load balancer', () => {
  const { InstanceAddress, LoadBalancer } = require('../../lib');
  const pictureWith = (...more: Partial<CloudSpec['regions'][number]>[]) => {
    const small = specOf('small');
    const [one] = small.regions as [CloudSpec['regions'][number]];
    const regions = more.map((extra, index) => ({
      ...one,
      region: `R${index}`,
      hostname: `r${index}.cloud.org`,
      ...extra,
    }));
    return pictured({ ...small, regions });
  };
  const floating = { address: InstanceAddress.floatingIp({ pool: 'public', network: 'uap' }) };
  const balanced = { instances: 2, loadBalancer: LoadBalancer.octavia({ sourceRanges: ['10.0.0.0/24'] }) };

  test('are on the way of a request, and every resource has words', () => {
    const picture = pictureWith({ instances: 3 }, floating, balanced);
    const drawn = words(svg(picture));
    expect(drawn).toEqual(
      expect.arrayContaining(['3 instances', '2 instances', 'Floating IP', 'Load balancer', 'TCP 443']),
    );
    expect(drawn.filter((text) => text.startsWith('openstack_'))).toEqual([]);
    expect(mermaid(picture)).toContain('browser ==> r1_floating_IP ==> r1_security_group ==> r1_instance ==> users1');
    expect(mermaid(picture)).toContain('browser ==> r2_load_balancer ==> r2_security_group ==> r2_instance ==> users2');
    for (const lane of ['r0', 'r1', 'r2'])
      expect(mermaid(picture)).toContain(`${lane}_certificate --> ${lane}_instance`);
  });

  test('fit into the picture', () => expectApart(svg(pictureWith({ instances: 3 }, floating, balanced))));

  test('and what has no words fills as many rows as it needs', () => {
    const many = pictured(specOf('small'), (stack) => {
      for (let i = 0; i < 9; i++) {
        const path = `small/region/thing-${i}`;
        (stack.resource as Stack[string])[`openstack_something_with_a_long_name_v${i}`] = {
          a: { '//': { metadata: { path } } },
        };
      }
    });
    expectApart(svg(many));
  });
});

test('as Mermaid', async () => {
  const { stdout } = await app.run('diagram', 'small', '--format', 'mermaid');
  expect(stdout).toBe(`flowchart LR
  browser["<b>Browser</b>"]
  subgraph cloud["small"]
    subgraph r0["proxy.cloud.org"]
      r0_security_group["<b>Security group</b><br/>in from everywhere: TCP 80, 443, ICMP<br/>out to everywhere: all"]
      r0_certificate["<b>Certificate</b><br/>proxy.cloud.org<br/>*.proxy.cloud.org<br/>key P256<br/>from acme-v02.api.letsencrypt.org"]
      r0_readiness["<b>Readiness</b><br/>waits for its answer, 900 s at most"]
      r0_port["<b>Port</b><br/>network public<br/>keeps the address"]
      r0_instance["<b>Instance</b><br/>uap-proxy-cloud-org<br/>debian-13, m1.small<br/>certificate: acme provider"]
      r0_records["<b>DNS records</b><br/>proxy.cloud.org  A, 60 s<br/>*.proxy.cloud.org  A, 60 s"]
    end
  end
  users0["<b>Users' instances</b><br/>149.165.152.0/22<br/>https: TLS without verification<br/>http"]
  browser ==> r0_security_group ==> r0_port ==> r0_instance ==> users0
  browser -. DNS .-> r0_records
  r0_instance --> r0_readiness
  r0_certificate --> r0_instance
  r0_readiness --> r0_records
`);
});

test('to a file', async () => {
  expect((await app.run('diagram', 'small', '--out', 'small.svg')).stdout).toBe('small is drawn in small.svg\n');
  expect(readFileSync(app.path('small.svg'), 'utf8')).toBe((await app.run('diagram', 'small')).stdout);
});

test('no part lies on another, and all are in the picture', async () => {
  for (const cloud of ['small', 'large']) expectApart((await app.run('diagram', cloud)).stdout);
});

function expectApart(drawn: string): void {
  const number = (text: string, name: string) => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(text)?.[1]);
  const [width, height] = [number(drawn, 'width'), number(drawn, 'height')];
  const cards = [...drawn.matchAll(/<rect class="card[^>]*>/g)].map(([rect]) => ({
    left: number(rect, 'x'),
    top: number(rect, 'y'),
    right: number(rect, 'x') + number(rect, 'width'),
    bottom: number(rect, 'y') + number(rect, 'height'),
  }));
  expect(cards.length).toBeGreaterThan(6);
  cards.forEach((one, index) => {
    expect([one.left >= 0, one.top >= 0, one.right <= width, one.bottom <= height]).toEqual([true, true, true, true]);
    for (const other of cards.slice(index + 1)) {
      const apart =
        one.right < other.left || other.right < one.left || one.bottom < other.top || other.bottom < one.top;
      expect(apart).toBe(true);
    }
  });
}

test.each([
  ['diagram', 2, 'which cloud? stacks/index.ts has small, large, wrong'],
  ['diagram small --format png', 2, '--format is one of svg, mermaid; got "png"'],
  ['diagram small --format', 2, '--format needs a value: --format svg|mermaid'],
  ['diagram small --out none/x.svg', 1, "none/x.svg can't be written: ENOENT"],
])('uap %s', async (line, code, message) => {
  expect(await app.run(...line.split(' '))).toEqual({ code, stdout: '', stderr: `uap: ${message}\n` });
});
