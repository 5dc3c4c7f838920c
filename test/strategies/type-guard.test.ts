import { DnsRecords } from '../../lib/strategies/dns-records';
import { Secret } from '../../lib/strategies/secret';

test('an object of another copy of this package is recognized', () => {
  jest.isolateModules(() => {
    const copy: typeof import('../../lib/strategies/dns-records') = require('../../lib/strategies/dns-records');
    const records = copy.DnsRecords.manual();
    expect(records).not.toBeInstanceOf(DnsRecords);
    expect(DnsRecords.isDnsRecords(records)).toBe(true);
  });
});

test.each([undefined, null, 'manual', {}, Object.create(null), DnsRecords, Secret.variable('key')])(
  'not DnsRecords: case %#',
  (value) => {
    expect(DnsRecords.isDnsRecords(value)).toBe(false);
  },
);
