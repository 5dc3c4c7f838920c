import { IpNetwork } from '../../lib/ip-network';
import { containedNetworks } from '../../lib/validation/networks';

const contained = (...networks: string[]) => containedNetworks(networks.map(IpNetwork.parse));

test('a network inside another one is found at any position in the list', () => {
  expect(contained('10.1.0.0/16', '192.0.2.0/24', '10.0.0.0/8')).toEqual([{ inner: 0, outer: 2 }]);
  expect(contained('10.0.0.0/8', '192.0.2.0/24', '10.1.0.0/16')).toEqual([{ inner: 2, outer: 0 }]);
});

test('networks of one size, apart and in no order, are not taken for nested', () => {
  // Sorted only by size, 10.2.0.0/24 would stand between 10.0.0.0/8 and what lies in it.
  expect(contained('192.0.2.0/24', '10.2.0.0/24', '198.51.100.0/24', '10.0.0.0/8', '192.0.0.0/16')).toEqual([
    { inner: 0, outer: 4 },
    { inner: 1, outer: 3 },
  ]);
});

test('a duplicate network repeats the first one', () => {
  expect(contained('192.0.2.0/24', '10.0.0.0/8', '192.0.2.0/24')).toEqual([{ inner: 2, outer: 0 }]);
});
