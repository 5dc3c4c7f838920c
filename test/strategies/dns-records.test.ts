import { DnsRecords } from '../../lib';

/** All that a DNS service of another package has to bring. */
class OtherRecords extends DnsRecords {
  readonly description = 'another service';
  readonly solvesChallenge = false;
  bind = () => ({ manual: [] });
  acmeChallenge = () => undefined;
}

test('a strategy of another package is visited as such', () => {
  const visitor = {
    rfc2136: () => 'rfc2136',
    designate: () => 'designate',
    manual: () => 'manual',
    other: ({ description }: DnsRecords) => description,
  };
  expect(new OtherRecords().visit(visitor)).toBe('another service');
  expect(DnsRecords.manual().visit(visitor)).toBe('manual');
  expect(DnsRecords.designate({ zone: 'cloud.org' }).visit(visitor)).toBe('designate');
});

test('it has no ACME client on the instance unless it says so', () => {
  expect(new OtherRecords().instanceChallengeProvider).toBeUndefined();
});
