import { type CloudSpec, resolveCloud } from '../../lib/settings';
import { cloud, problems, region } from './specs';

test('never shows possible secrets', () => {
  const marked = {
    dns: { server: 'ns1', secret: 'MARKED' },
    backend: { password: 'MARKED' },
    acme: { email: 'ops@cloud.org', externalAccountBinding: 'kid:MARKED', hmacKey: 'MARKED' },
    regions: [{ ...region, packageMirror: 'https://user:MARKED@mirror.org', hostname: 'ftp://user:MARKED@x' }],
    tsigKey: { secret: 'MARKED' },
  };
  const found = problems(marked);
  expect(found.map(({ path }) => path)).toEqual([
    'acme.externalAccountBinding',
    'acme.hmacKey',
    'dns',
    'backend',
    'regions[0].hostname',
    'regions[0].packageMirror',
    'tsigKey',
  ]);
  expect(JSON.stringify(found)).not.toContain('MARKED');
});

test('reports all problems together, in the order of the settings', () => {
  const spec = {
    ...cloud,
    name: 'A',
    regions: [
      { ...region, upstreamRanges: ['149.165.152.7/22'], recordTtl: 0, flavour: 'm1.small', flavor: undefined },
      { ...region, region: 'B', hostname: 'x.proxy.cloud.org' },
    ],
  } as unknown as CloudSpec;
  expect(() => resolveCloud(spec)).toThrow(`6 problems in the settings of A

  name: "A"
    is not allowed; allowed: lower-case letters, digits and hyphens, a letter first, at most 63
    example: 'cloud-a'

  regions[0].upstreamRanges[0]: "149.165.152.7/22"
    is an address in a network, not a network: it has bits set after the prefix
    write:   '149.165.152.0/22'

  regions[0].flavor
    is missing
    example: 'm1.small'

  regions[0].recordTtl: 0
    is not allowed; allowed: a whole number of seconds, 1 to 86400
    example: 300

  regions[0].flavour
    is not a setting
    write:   flavor

  regions[1].hostname: "x.proxy.cloud.org"
    is below proxy.cloud.org (regions[0].hostname), where every name is a user's app, which could set cookies for this UAP; choose a name outside of the other
    example: 'x.cloud.org'`);
});

test('shows a long value shortened', () => {
  const [problem] = problems({ tags: [`${'x'.repeat(70)}`] });
  expect(problem?.value).toBe(`"${'x'.repeat(59)}…"`);
});

test.each([undefined, null, 'cloud-a', []])('reports that %p is no cloud', (spec) => {
  expect(() => resolveCloud(spec as unknown as CloudSpec)).toThrow('in the settings of a cloud without a name');
});
