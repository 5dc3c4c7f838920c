import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { isOf } from '../../cli/probe/app';
import type { Row } from '../../cli/report';
import { IpNetwork } from '../../lib/ip-network';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../lib/nginx/paths';
import { CertificateAuthority, type Issued } from '../cloud-init/pki';
import { describeUap, HOSTNAME, startUap, type Uap } from '../nginx/support/uap';
import { startUpstream, type Upstream } from '../nginx/support/upstream';
import { reload } from '../nginx/support/workers';
import { App, type Outcome } from './app';
import { DnsServer, type Records } from './dns-server';

const folder = mkdtempSync(join(tmpdir(), 'uap-probe-'));
const operator = new App();
const both = [HOSTNAME, `*.${HOSTNAME}`];
let ca: CertificateAuthority;
let dns: DnsServer;

beforeAll(async () => {
  ca = CertificateAuthority.create(folder);
  writeFileSync(join(folder, 'ca.pem'), ca.root);
  dns = await DnsServer.start();
});

afterAll(() => {
  dns?.stop();
  operator.remove();
  rmSync(folder, { recursive: true, force: true });
});

function probe(...options: string[]): Promise<Outcome> {
  return operator.run('probe', 'tested', '--resolver', dns.address, '--ca', join(folder, 'ca.pem'), ...options);
}

/** The rows, and the exit code, of a cloud with one region. */
async function rows(...options: string[]): Promise<{ rows: Row[]; code: number }> {
  const { code, stdout, stderr } = await probe('--json', ...options);
  expect(stderr).toBe('');
  return { code, rows: JSON.parse(stdout).sections[0].rows };
}

const named = (all: readonly Row[], result: Row['result']) =>
  all.filter((row) => row.result === result).map(({ what }) => what);
const row = (all: readonly Row[], what: string) => all.find((one) => one.what === what);

function zone(apex: Records | undefined, wildcard = apex): DnsServer['zone'] {
  return (name) => (name === HOSTNAME ? apex : name.endsWith(`.${HOSTNAME}`) ? wildcard : undefined);
}

describeUap('uap probe', (variant) => {
  let uap: Uap;
  let good: Issued;
  let app: Upstream;
  let target: string[];

  beforeAll(async () => {
    good = ca.issue({ names: both });
    const [certificate, key] = ['cert', 'key'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(certificate, good.chain);
    writeFileSync(key, good.key);
    uap = await startUap(
      variant,
      ({ instances }) => ({ deniedAddresses: [instances[5] as string], blocked: [instances[6] as string] }),
      { certificate, key },
    );
    const { network } = uap;
    operator.write(
      'stacks/index.ts',
      `import { DnsRecords } from ${JSON.stringify(join(__dirname, '../../lib'))};
       export const clouds = [{
         name: 'tested', acme: { email: 'ops@cloud.org' }, dns: DnsRecords.designate({ zone: 'cloud.org' }),
         regions: [{
           region: 'One', hostname: '${HOSTNAME}', publicNetwork: 'public', image: 'debian-13', flavor: 'm1.small',
           upstreamRanges: ['${network.cidr}'], allowSpecialPurposeRanges: true,
           deniedAddresses: ['${network.instances[5]}'], blocked: ['${network.instances[6]}'],
         }],
       }];`,
    );
    jest.resetModules();
    app = await startUpstream('http', network.instances[0] as string);
    new WebSocketServer({ server: app.server as never, path: '/ws' });
    target = ['--target', `http://${app.address}:${app.port}`, '--websocket', '/ws'];
  });

  afterAll(async () => {
    await Promise.all([app?.stop(), uap?.stop()]);
  });

  beforeEach(() => {
    dns.zone = zone({ A: [uap.network.uap] });
  });

  /** Applies changes to files of the UAP for the time of a test. */
  async function changed<T>(files: Record<string, (text: string) => string>, check: () => Promise<T>): Promise<T> {
    const before = Object.keys(files).map((file) => [file, readFileSync(join(uap.served.root, file), 'utf8')] as const);
    try {
      for (const [file, text] of before) {
        const edited = (files[file] as (text: string) => string)(text);
        expect(edited).not.toBe(text);
        writeFileSync(join(uap.served.root, file), edited);
      }
      await reload(uap);
      return await check();
    } finally {
      for (const [file, text] of before) writeFileSync(join(uap.served.root, file), text);
      await reload(uap);
    }
  }

  const conf = (name: string) => `etc/nginx/uap/${name}.conf`;
  const replace = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
  const everyRange = replace(/(\$uap_in_range \{\n +default )0/, '$11');

  test('a healthy UAP: no row fails, and each reports its observation', async () => {
    const { network } = uap;
    const { rows: all, code } = await rows(...target);
    let text = all.map(({ what, result, detail }) => `${result}: ${what}: ${detail}`).join('\n');
    const names = { UAP: network.uap, APP: app.address, DENIED: network.instances[5], BLOCKED: network.instances[6] };
    for (const [name, address = ''] of Object.entries(names)) {
      text = text.replaceAll(new RegExp(`\\b${address.replace(/\W/g, '[.-]')}\\b`, 'g'), name);
    }
    text = text.replaceAll(`:${app.port}`, ':PORT').replaceAll(folder, 'FOLDER');
    text = text.replace(/\d+(\.\d)? ms/g, 'N ms').replace(/\d+ days left, valid until \S+ \S+/, 'DAYS until DATE');
    expect(text.split('\n')).toEqual([
      'ok: DNS: proxy.cloud.org and *.proxy.cloud.org resolve to UAP',
      'ok: health: https://proxy.cloud.org/healthz: 200',
      'ok: certificate names: proxy.cloud.org, *.proxy.cloud.org',
      'ok: certificate chain: issued by intermediate, verified by FOLDER/ca.pem',
      'ok: certificate expiry: DAYS until DATE UTC',
      'ok: TLS versions: 1.2 and 1.3 are accepted, 1.1 is refused',
      'ok: HTTP/2: supported',
      'ok: redirect: plain HTTP is answered with 308 to https',
      'ok: health, plain: http://proxy.cloud.org/healthz: 200',
      "ok: HSTS: on the UAP's own pages",
      'ok: app: http://APP:PORT: 200, answered by the app',
      'ok: WebSocket: http://APP:PORT/ws: a ping comes back after N ms',
      'ok: refuses metadata service: https://169-254-169-254-80.proxy.cloud.org/: 403',
      'ok: refuses loopback: https://127-0-0-1-80.proxy.cloud.org/: 403',
      'ok: refuses own address: https://UAP-443.proxy.cloud.org/: 403',
      'ok: refuses other ranges: https://192-0-2-1-80.proxy.cloud.org/: 403',
      'ok: refuses denied address: https://DENIED-80.proxy.cloud.org/: 403',
      'ok: refuses denied port: https://APP-22.proxy.cloud.org/: 403',
      'ok: refuses malformed name: https://256-0-0-1-80.proxy.cloud.org/: 404',
      'ok: refuses blocked app: https://BLOCKED-8888.proxy.cloud.org/: 451',
      'ok: refuses other names: no TLS handshake for uap-probe.invalid',
      'ok: latency: DNS N ms, connect N ms, TLS N ms, first byte of the UAP itself N ms, of http://APP:PORT N ms',
    ]);
    expect(code).toBe(0);
  });

  test('without a target no app is requested through the UAP, and the report says so', async () => {
    const connections = app.connections();
    const { rows: all, code } = await rows();
    expect(named(all, 'not checked')).toEqual(['app', 'WebSocket']);
    expect(row(all, 'app')?.detail).toBe('give --target ADDRESS:PORT, an app on an instance');
    expect(code).toBe(0);
    expect(app.connections()).toBe(connections);
  });

  test('no refused request reaches anything', async () => {
    // Nginx writes its log once a second.
    await sleep(1200);
    const before = uap.accessLog().length;
    await rows();
    await sleep(1200);
    expect(
      uap
        .accessLog()
        .slice(before)
        .flatMap(({ upstream }) => upstream || []),
    ).toEqual([]);
  });

  // A defect in the files of the UAP, and the rows that must fail.
  test.each<[string, Record<string, (text: string) => string>, string[], RegExp]>([
    [
      'health',
      { servers: replace(/(location = \/healthz \{[\s\S]*?return )200/, '$1503') },
      ['health', 'HTTP/2'],
      /healthz: 503, not 200/,
    ],
    [
      'health, plain',
      { servers: replace(/(location = \/\/uap\/healthz \{[\s\S]*?return )200/, '$1503') },
      ['health, plain'],
      /healthz: 503, not 200/,
    ],
    ['TLS without 1.3', { tls: replace('TLSv1.2 TLSv1.3', 'TLSv1.2') }, ['TLS versions'], /^TLS 1.3 is refused/],
    ['TLS without 1.2', { tls: replace('TLSv1.2 TLSv1.3', 'TLSv1.3') }, ['TLS versions'], /^TLS 1.2 is refused/],
    [
      'TLS with 1.1',
      {
        tls: (text) =>
          text
            .replace('TLSv1.2', 'TLSv1.1 TLSv1.2')
            .replace('ssl_ciphers ', 'ssl_ciphers @SECLEVEL=0:ECDHE-ECDSA-AES128-SHA:'),
      },
      ['TLS versions'],
      /TLS 1.1 is accepted/,
    ],
    ['HTTP/2', { 'listen/https': replace(' http2', ''), 'listen/https-first': replace(' http2', '') }, ['HTTP/2'], /./],
    [
      'another redirect',
      { servers: replace('return 308', 'return 301') },
      ['redirect'],
      /answers with 301 and https:.*, not with 308/,
    ],
    ['a redirect without the query', { servers: replace('$request_uri', '$uri') }, ['redirect'], /308 and/],
    ['HSTS', { 'own-headers': replace(/.*Strict.*/, '') }, ['HSTS'], /has no Strict-Transport-Security/],
    [
      'another range',
      { target: everyRange },
      ['refuses other ranges'],
      /192-0-2-1-80.* was tried \(50[24]\), not refused with 403 by the UAP/,
    ],
    [
      'link-local',
      { target: (text) => everyRange(text).replace('169.254.0.0/16 1;', '') },
      ['refuses metadata service', 'refuses other ranges'],
      /was tried/,
    ],
    [
      'loopback',
      { target: (text) => everyRange(text).replace('127.0.0.0/8 1;', '') },
      ['refuses loopback', 'refuses other ranges'],
      /was tried/,
    ],
    ['its own address', { 'own-addresses': () => '' }, ['refuses own address'], /was passed on \(/],
    [
      'an address that is denied',
      { target: replace(/^ +\S+\/32 1;\n/gm, '') },
      ['refuses denied address'],
      /was tried/,
    ],
    ['a port that is denied', { target: replace('2[0-3])$" 0', '2[0-3])$" 1') }, ['refuses denied port'], /was tried/],
    [
      'a name that is not well-formed',
      { target: (text) => text.replaceAll('25[0-5]', '25[0-6]') },
      ['refuses malformed name'],
      /was refused for another reason \(403\)/,
    ],
    ['what is blocked', { blocked: (text) => text.replace(/^ +\S+ 1;\n/gm, '') }, ['refuses blocked app'], /was tried/],
    ['other names', { 'reject/tls': replace('ssl_reject_handshake on;', '') }, ['refuses other names'], /succeeds/],
  ])('broken: %s', async (_, files, failing, detail) => {
    const byPath = Object.fromEntries(Object.entries(files).map(([name, edit]) => [conf(name), edit]));
    await changed(byPath, async () => {
      const { rows: all, code } = await rows('--timeout', '4');
      expect(named(all, 'failed')).toEqual(failing);
      expect(row(all, failing[0] as string)?.detail).toMatch(detail);
      expect(code).toBe(1);
    });
  });

  // The rest does not depend on the form of the upstreams.
  if (variant === 'upstream-plain') return;

  // Days that a certificate was and will be valid.
  test.each<[string, () => Issued, Row['result'][], RegExp]>([
    [
      'for the apex alone',
      () => ca.issue({ names: [HOSTNAME] }),
      ['failed', 'ok', 'ok'],
      /not for \*\.proxy\.cloud\.org; it is for proxy/,
    ],
    [
      'for names below alone',
      () => ca.issue({ names: [`*.${HOSTNAME}`] }),
      ['failed', 'ok', 'ok'],
      /not for proxy\.cloud\.org;/,
    ],
    [
      'without its intermediate',
      () => ({ ...good, chain: good.leaf }),
      ['ok', 'failed', 'ok'],
      /issued by intermediate: the chain does not lead to a trusted CA/,
    ],
    [
      'whose renewal is overdue',
      () => ca.issue({ names: both, from: -70, until: 20 }),
      ['ok', 'ok', 'warning'],
      /^(19|20) days left/,
    ],
    [
      'about to expire',
      () => ca.issue({ names: both, from: -82, until: 8 }),
      ['ok', 'ok', 'failed'],
      /^[78] days left/,
    ],
    ['expired', () => ca.issue({ names: both, from: -82, until: -1 }), ['ok', 'failed', 'failed'], /has expired/],
    ['of tomorrow', () => ca.issue({ names: both, from: 1, until: 80 }), ['ok', 'failed', 'failed'], /not valid yet/],
  ])('a certificate %s', async (_, issue, results, detail) => {
    const { chain, key } = issue();
    await changed(
      { [CERTIFICATE]: () => chain, ...(key === good.key ? {} : { [CERTIFICATE_KEY]: () => key }) },
      async () => {
        const { rows: all, code } = await rows();
        const certificate = all.filter(({ what }) => what.startsWith('certificate'));
        expect(certificate.map(({ result }) => result)).toEqual(results);
        expect(certificate.find(({ result }) => result !== 'ok')?.detail).toMatch(detail);
        expect(named(all, 'failed').filter((what) => !what.startsWith('certificate'))).toEqual([]);
        expect(code).toBe(results.includes('failed') ? 1 : 0);
      },
    );
  });

  test('an expired certificate: how to recover if the acme provider asks the CA when to renew', async () => {
    const { chain, key } = ca.issue({ names: both, from: -82, until: -1 });
    await changed(
      { [CERTIFICATE]: () => chain, ...(key === good.key ? {} : { [CERTIFICATE_KEY]: () => key }) },
      async () => {
        expect(row((await rows()).rows, 'certificate expiry')?.todo).toMatch(
          /^run npx cdktf deploy tested .*taint acme_certificate/,
        );
      },
    );
    expect(row((await rows('--fail-days', '31')).rows, 'certificate expiry')?.todo).not.toMatch(/taint/);
  });

  test('a CA that is not trusted here, and days of my own', async () => {
    const untrusted = await operator.run('probe', 'tested', '--resolver', dns.address, '--json');
    const { rows: all } = JSON.parse(untrusted.stdout).sections[0];
    expect(row(all, 'certificate chain')).toMatchObject({
      result: 'failed',
      todo: expect.stringContaining('--ca FILE'),
    });
    expect(untrusted.code).toBe(1);
    expect(row((await rows('--warn-days', '31')).rows, 'certificate expiry')?.result).toBe('warning');
    const { rows: strict, code } = await rows('--fail-days', '31');
    expect(row(strict, 'certificate expiry')).toMatchObject({
      result: 'failed',
      figures: { daysLeft: expect.any(Number) },
    });
    expect(code).toBe(1);
  });

  test.each<[string, (uap: string) => DnsServer['zone'], RegExp]>([
    ['no records', () => zone(undefined), /^neither proxy\.cloud\.org nor \*\.proxy\.cloud\.org has an address/],
    [
      'no wildcard',
      (a) => (name) => (name === HOSTNAME ? { A: [a] } : undefined),
      /^proxy\.cloud\.org resolves to [\d.]+, but names below it have no/,
    ],
    ['no apex', (a) => (name) => (name === HOSTNAME ? {} : { A: [a] }), /^proxy\.cloud\.org has no address/],
    ['a wildcard elsewhere', (a) => zone({ A: [a] }, { A: ['192.0.2.9'] }), /but names below it to 192\.0\.2\.9/],
    ['IPv6 at the apex alone', (a) => zone({ A: [a], AAAA: [`::ffff:${a}`] }, { A: [a] }), /but names below it to/],
    ['a name server that fails', () => () => 'fail', /can't be looked up at 127\.0\.0\.1:\d+: SERVFAIL/],
  ])('DNS: %s', async (_, make, detail) => {
    dns.zone = make(uap.network.uap);
    const { rows: all, code } = await rows();
    expect(named(all, 'failed')).toEqual(['DNS']);
    expect(all[0]?.detail).toMatch(detail);
    expect(code).toBe(1);
  });

  test('a wildcard that is a CNAME is a warning', async () => {
    const a = uap.network.uap;
    dns.zone = zone({ A: [a] }, { A: [a], CNAME: ['elsewhere.cloud.org'] });
    const { rows: all, code } = await rows();
    expect(row(all, 'DNS')).toMatchObject({ result: 'warning', detail: expect.stringContaining('CNAME of elsewhere') });
    expect(code).toBe(0);
  });

  test('each address is probed, IPv6 too', async () => {
    const { uap: a, silent } = uap.network;
    dns.zone = zone({ A: [a], AAAA: [`::ffff:${a}`] });
    const { rows: all, code } = await rows();
    expect(named(all, 'ok').filter((what) => what.startsWith('health '))).toEqual([
      `health ${a}`,
      `health ::ffff:${a}`,
    ]);
    expect([named(all, 'failed'), code]).toEqual([[], 0]);
    // One of several doesn't answer: the others are probed nevertheless.
    dns.zone = zone({ A: [silent, a] });
    const { rows: half, code: failed } = await rows('--timeout', '1');
    expect(named(half, 'failed')).toEqual([`health ${silent}`]);
    expect(row(half, `health ${silent}`)?.detail).toBe(`${silent} can't be reached: no answer in 1 s`);
    expect(row(half, 'HTTP/2')?.result).toBe('ok');
    expect(failed).toBe(1);
  });

  test('nothing listens at the address: one failure, and nothing else is tried', async () => {
    dns.zone = zone({ A: [uap.network.instances[1] as string] });
    const { rows: all, code } = await rows();
    expect(all.map(({ what, result }) => [what, result])).toEqual([
      ['DNS', 'ok'],
      ['health', 'failed'],
      ['everything else', 'not checked'],
    ]);
    expect(all[1]).toMatchObject({
      detail: `${uap.network.instances[1]} port 443 can't be reached: connection refused`,
      todo: expect.stringContaining('openstack console log show uap-proxy-cloud-org | grep uap:'),
    });
    expect(code).toBe(1);
  });

  test("an app's own failure is its answer, even with its own Proxy-Status", async () => {
    const gateway = await startUpstream('http', uap.network.instances[0] as string, (_, response) => {
      response.writeHead(502, { 'Proxy-Status': 'gateway; error=connection_refused; details="unreachable"' });
      response.end('No usable answer from http://127.0.0.1:8888\n');
    });
    const { rows: all } = await rows('--target', `http://${gateway.address}:${gateway.port}`);
    expect(row(all, 'app')).toMatchObject({
      result: 'ok',
      detail: expect.stringMatching(/: 502, answered by the app$/),
    });
    await gateway.stop();
  });

  test.each<[string, (app: Upstream) => string[], string, Row['result'], RegExp]>([
    [
      'nothing listens',
      ({ address }) => ['--target', `http://${address}:9`.replace(':9', ':9099')],
      'app',
      'failed',
      /: 502, the UAP can't reach it$/,
    ],
    [
      'it is outside of the ranges',
      () => ['--target', '192.0.2.1:8888'],
      'app',
      'failed',
      /: 403, the UAP refuses it$/,
    ],
    [
      'there is no WebSocket at the path named',
      ({ address, port }) => ['--target', `http://${address}:${port}`, '--websocket', '/none'],
      'WebSocket',
      'failed',
      /handshake with \d+, not with 101/,
    ],
    [
      'no path is named and / is no WebSocket',
      ({ address, port }) => ['--target', `http://${address}:${port}`],
      'WebSocket',
      'not checked',
      /give its path with --websocket PATH/,
    ],
  ])('an app: %s', async (_, options, what, result, detail) => {
    const { rows: all, code } = await rows(...options(app));
    expect(row(all, what)).toMatchObject({ result, detail: expect.stringMatching(detail) });
    expect(code).toBe(result === 'failed' ? 1 : 0);
  });
});

test.each([
  [
    '--target 198.51.100.7',
    '--target must be an IPv4 address and a port such as 198.51.100.7:8443, or http://198.51.100.7:8888; got "198.51.100.7"',
  ],
  [
    '--target 198.51.100.7:0',
    '--target must be an IPv4 address and a port such as 198.51.100.7:8443, or http://198.51.100.7:8888; got "198.51.100.7:0"',
  ],
  ['--websocket /ws', '--websocket is a path of the app that --target names: give both'],
  ['--target 198.51.100.7:80 --websocket ws', '--websocket must be a path such as /ws; got "ws"'],
  ['--resolver ns1', '--resolver must be an address such as 192.0.2.53 or 192.0.2.53:5353; got "ns1"'],
  ['--ca no.pem', '--ca: no.pem does not exist'],
  ['--timeout soon', '--timeout must be a number of seconds up to 600; got "soon"'],
  ['--timeout 0', '--timeout must be a number of seconds up to 600; got "0"'],
  ['--warn-days -1', '--warn-days must be a number of days such as 14; got "-1"'],
  ['--region Nowhere', 'large has no region "Nowhere"; allowed: One, Two'],
])('uap probe large %s', async (line, message) => {
  const app = new App();
  expect(await app.run('probe', 'large', ...line.split(' '))).toEqual({
    code: 2,
    stdout: '',
    stderr: `uap: ${message}\n`,
  });
  app.remove();
});

test('a file without certificates is a clear failure', async () => {
  const app = new App();
  app.write('ca.pem', 'nothing');
  const outcome = await app.run('probe', 'small', '--ca', 'ca.pem');
  expect(outcome).toEqual({ code: 1, stdout: '', stderr: 'uap: ca.pem has no PEM certificate\n' });
  app.remove();
});

test("an app is requested through its own region's UAP", () => {
  const [one, two] = [
    { upstreamRanges: ['198.51.100.0/25', '192.0.2.0/24'].map(IpNetwork.parse) },
    { upstreamRanges: [IpNetwork.parse('198.51.100.128/25')] },
  ];
  const asked = (address: string) => {
    return [one, two].map((region) => isOf(region, [one, two], { protocol: 'https', address, port: 1 }));
  };
  expect(asked('198.51.100.127')).toEqual([true, false]);
  expect(asked('198.51.100.128')).toEqual([false, true]);
  // In no region: each UAP must refuse it, and says so.
  expect(asked('203.0.113.1')).toEqual([true, true]);
});
