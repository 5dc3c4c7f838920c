import { compareNetworks, IpNetwork } from '../lib/ip-network';

test.each([
  ['198.51.100.0/24', '198.51.100.0/24', false],
  ['198.51.100.7/24', '198.51.100.0/24', true],
  ['198.51.100.7', '198.51.100.7/32', false],
  ['0.0.0.0/0', '0.0.0.0/0', false],
  ['2001:DB8:0::/32', '2001:db8::/32', false],
  ['2001:db8::1/64', '2001:db8::/64', true],
  ['::1', '::1/128', false],
])('%s is the network %s', (text, cidr, hasHostBits) => {
  const network = IpNetwork.parse(text);
  expect([network.cidr, network.hasHostBits]).toEqual([cidr, hasHostBits]);
  expect(`${network} ${JSON.stringify(network)}`).toBe(`${text} "${text}"`);
});

test.each([
  '',
  '198.51.100',
  '198.51.100.0/33',
  '198.51.100.0/',
  '198.51.100.0/08',
  '198.51.100.0/24/8',
  '0198.51.100.0',
  '0x7f.1',
  'fe80::1%eth0',
  '2001:db8::/129',
  'proxy.cloud.org',
])('%j is no network', (text) => {
  expect(IpNetwork.tryParse(text)).toBeUndefined();
  expect(() => IpNetwork.parse(text)).toThrow(`got "${text}"`);
});

test.each([
  ['198.51.100.0/24', '198.51.100.128/25', true, true],
  ['198.51.100.128/25', '198.51.100.0/24', false, true],
  ['198.51.100.0/25', '198.51.100.128/25', false, false],
  ['198.51.100.0/24', '198.51.100.0/24', true, true],
  // The same number, in another version.
  ['0.0.0.0/0', '::1', false, false],
])('%s and %s: contains %s, overlaps %s', (a, b, contains, overlaps) => {
  const [one, other] = [IpNetwork.parse(a), IpNetwork.parse(b)];
  expect([one.contains(other), one.overlaps(other)]).toEqual([contains, overlaps]);
});

test('addresses are counted from the first', () => {
  expect(IpNetwork.parse('198.51.100.0/24').address()).toBe('198.51.100.0');
  expect(IpNetwork.parse('198.51.99.250/31').address(7)).toBe('198.51.100.1');
  expect(IpNetwork.parse('2001:db8::/64').address(16)).toBe('2001:db8::10');
});

test('networks are sorted by version, address and size', () => {
  const sorted = ['::/0', '10.0.0.0/16', '9.0.0.0/8', '10.0.0.0/8'].map(IpNetwork.parse).sort(compareNetworks);
  expect(sorted.map(String)).toEqual(['9.0.0.0/8', '10.0.0.0/8', '10.0.0.0/16', '::/0']);
});
