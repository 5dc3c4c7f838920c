import { App } from './app';

const app = new App();
afterAll(() => app.remove());

// Without the cloud whose settings are wrong, and with a second one whose ranges differ.
app.write(
  'stacks/two.ts',
  `import { clouds as all } from './index';
const other = { ...all[0], name: 'other', regions: [{ ...all[0].regions[0], hostname: 'uap.other.cloud.org', upstreamRanges: ['203.0.112.0/20', '192.88.0.0/16'], allowSpecialPurposeRanges: true }] };
export const clouds = [...all.slice(0, 1), other];`,
);

const run = (line: string) => app.run('url', ...line.split(' '));
const said = (stdout: string) => ({ code: 0, stdout: `${stdout}\n`, stderr: '' });

test.each([
  ['149.165.152.7 8888 --cloud small', 'https://149-165-152-7-8888.proxy.cloud.org/'],
  ['149.165.152.7 8888 --cloud small --http', 'https://http-149-165-152-7-8888.proxy.cloud.org/'],
  ['149.165.152.7 80 --cloud large --region Two', 'https://149-165-152-7-80.two.cloud.org/'],
  ['149.165.152.7 8888 --stacks stacks/two.ts', 'https://149-165-152-7-8888.proxy.cloud.org/'],
  ['203.0.113.9 8888 --stacks stacks/two.ts', 'https://203-0-113-9-8888.uap.other.cloud.org/'],
  ['--parse 149-165-152-7-8888.proxy.cloud.org --cloud small', 'https://149.165.152.7:8888'],
  [
    '--parse https://HTTP-203-0-113-9-80.uap.other.cloud.org/lab?token=x --stacks stacks/two.ts',
    'http://203.0.113.9:80',
  ],
])('uap url %s', async (line, expected) => {
  expect(await run(line)).toEqual(said(expected));
});

test('as JSON, it says which UAP it is', async () => {
  const { stdout } = await run('149.165.152.7 8888 --cloud large --region One --json');
  expect(JSON.parse(stdout)).toEqual({
    url: 'https://149-165-152-7-8888.one.cloud.org/',
    cloud: 'large',
    region: 'One',
    hostname: 'one.cloud.org',
  });
  expect(JSON.parse((await run('--parse http-149-165-152-7-1.proxy.cloud.org --cloud small --json')).stdout)).toEqual({
    protocol: 'http',
    address: '149.165.152.7',
    port: 1,
    cloud: 'small',
    region: null,
    hostname: 'proxy.cloud.org',
  });
});

test.each([
  ['149.165.152.7', 2, 'url needs an address and a port: uap url 198.51.100.7 8888, or a host name: --parse HOST'],
  ['1.2.3.4 80 443', 2, 'url takes one address and one port; remove "443"'],
  [
    '149.165.152.256 80 --cloud small',
    2,
    'address must be an IPv4 address such as 198.51.100.7, got "149.165.152.256"',
  ],
  ['149.165.152.7 65536 --cloud small', 2, 'port must be a whole number from 1 to 65535, got 65536'],
  [
    '149.165.156.1 80 --cloud small',
    1,
    'no UAP serves 149.165.156.1; the ranges are: small proxy.cloud.org (149.165.152.0/22)',
  ],
  [
    '149.165.152.7 80 --cloud large',
    2,
    'several UAPs serve 149.165.152.7, choose one with --cloud and --region: large One; large Two',
  ],
  ['149.165.152.7 80 --region One', 2, '--region needs a cloud: --cloud CLOUD'],
  ['149.165.152.7 80 --cloud small --parse x', 2, 'url --parse takes no address; remove "149.165.152.7 80"'],
  [
    '--parse 149-165-152-07-80.proxy.cloud.org --cloud small',
    1,
    '"149-165-152-07-80.proxy.cloud.org" is not the host name of an app of proxy.cloud.org; such a name looks like [http-]198-51-100-7-8888.proxy.cloud.org',
  ],
])('uap url %s: code %d', async (line, code, message) => {
  expect(await run(line)).toEqual({ code, stdout: '', stderr: `uap: ${message}\n` });
});
