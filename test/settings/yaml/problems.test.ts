import { resolveCloud } from '../../../lib';
import { choices, families } from '../../../lib/settings/strategies';
import { cloudFromYaml } from '../../../lib/settings/yaml';
import { Folder, minimal } from './files';

const folder = new Folder();
afterAll(() => folder.remove());
const problems = (content: string | Buffer) => folder.problems(content);
/** The minimal cloud with a line in place of another one, or after all others. */
const changed = (line: string, instead?: string) =>
  instead !== undefined ? minimal.replace(line, instead) : `${minimal}${line}\n`;

test('finds nothing wrong with the minimal cloud', () => {
  expect(problems(minimal)).toEqual([]);
});

const allowedDns = `is not allowed; allowed: ${choices(families.DnsRecords)}`;
const secret = '{ variable: … } or { file: … }';
const rfc2136 = (options: string) => changed('designate: { zone: cloud.org }', `rfc2136: { ${options} }`);
const key = 'key: { name: uap, secret: { variable: tsig_key } }';

test.each<[string, string, string[]]>([
  ['a wrong value', changed('debian-13', '""'), ['11:12 regions[0].image: ""', 'is empty', "example 'debian-13'"]],
  [
    'a value that a rule finds wrong',
    changed('149.165.152.0/22', '149.165.152.7/22'),
    [
      '10:22 regions[0].upstreamRanges[0]: "149.165.152.7/22"',
      'is an address in a network, not a network: it has bits set after the prefix',
      "write '149.165.152.0/22'",
    ],
  ],
  [
    'a value that does not fit another one',
    changed('hostname: proxy.cloud.org', 'hostname: proxy.other.org'),
    [
      '8:15 regions[0].hostname: "proxy.other.org"',
      'is not in the zone of its dns strategy, cloud.org',
      "example 'proxy.cloud.org'",
    ],
  ],
  [
    'what is missing',
    changed('    image: debian-13\n', ''),
    ['7:5 regions[0].image', 'is missing', "example 'debian-13'"],
  ],
  ['an unknown setting', changed('namePrefx: uap'), ['13:1 namePrefx', 'is not a setting', 'write namePrefix']],
  [
    'a number for a text',
    changed('m1.small', '1'),
    ['12:13 regions[0].flavor: 1', 'is a number; allowed: a text', "write '1'"],
  ],
  [
    'a word for true',
    changed('    httpUpstreams: on'),
    ['13:20 regions[0].httpUpstreams: "on"', 'is a text; allowed: true or false', 'write true'],
  ],
  [
    'a text for a number',
    changed('    recordTtl: "300"'),
    [
      '13:16 regions[0].recordTtl: "300"',
      'is not allowed; allowed: a whole number of seconds, 1 to 86400',
      'write 300',
    ],
  ],
  [
    'an unknown strategy',
    changed('designate: { zone: cloud.org }', 'bind9: {}'),
    ['4:1 dns: (an object)', allowedDns, "example { designate: { zone: 'cloud.org' } }"],
  ],
  ['a misspelt strategy', changed('designate:', 'desginate:'), ['5:3 dns.desginate', allowedDns, 'write designate']],
  [
    'two strategies',
    changed('designate:', 'manual:\n  designate:'),
    ['4:1 dns: (an object)', allowedDns, "example { designate: { zone: 'cloud.org' } }"],
  ],
  [
    'a strategy without the options that it needs',
    changed('\n  designate: { zone: cloud.org }', ' designate'),
    ['4:1 dns.designate.zone', 'is missing', "example 'cloud.org'"],
  ],
  [
    'options that a strategy does not take',
    changed('certificate: { acmeOnInstance: { renew: true } }'),
    ['13:16 certificate.acmeOnInstance', 'takes no options; write only acmeOnInstance'],
  ],
  [
    'an unknown option',
    rfc2136(`server: ns1, zonee: x, zone: cloud.org, ${key}`),
    ['5:27 dns.rfc2136.zonee', 'is not an option', 'write zone'],
  ],
  [
    'an option that has no likely name',
    rfc2136(`server: ns1, ttl: 5, zone: cloud.org, ${key}`),
    ['5:27 dns.rfc2136.ttl', 'is not an option; options here are server, port, zone, key, challengeKey'],
  ],
  [
    'a number for the text of an option',
    rfc2136(`server: 53, zone: cloud.org, ${key}`),
    ['5:22 dns.rfc2136.server: 53', 'is a number; allowed: a text', "write '53'"],
  ],
  [
    'a secret as a text',
    rfc2136('server: ns1, zone: cloud.org, key: { name: uap, secret: MARKED }'),
    [
      '5:70 dns.rfc2136.key.secret: (a text)',
      `is not allowed; allowed: ${secret}`,
      "example { variable: 'eab_hmac_key' }",
    ],
  ],
  [
    'a secret in a file that is relative',
    rfc2136('server: ns1, zone: cloud.org, key: { name: uap, secret: { file: tsig.key } }'),
    [
      '5:78 dns.rfc2136.key.secret.file: "tsig.key"',
      'is not allowed; allowed: a path that is absolute or begins with "~/"',
      "example '~/tsig.key'",
    ],
  ],
  [
    'a number that may be a secret',
    changed('certificate: { acme: { challenge: { provider: x, config: { TOKEN: 1234567 } } } }'),
    [
      '13:67 certificate.acme.challenge.config.TOKEN: (a number)',
      `is not allowed; allowed: a text, or ${secret}`,
      "example { variable: 'eab_hmac_key' }",
    ],
  ],
  [
    'an option that is checked with the settings',
    changed('    upstreamSecurity: { verifiedTls: { ca: /nowhere.pem } }'),
    [
      '13:44 regions[0].upstreamSecurity.verifiedTls.ca: "/nowhere.pem"',
      'does not exist',
      "example 'stacks/instances-ca.pem'",
    ],
  ],
  [
    'a strategy that says nothing',
    changed('delivery:'),
    [
      '13:1 delivery: (null)',
      'is not allowed; allowed: instanceMetadata, barbican or userData',
      'example instanceMetadata',
    ],
  ],
])('tells %s', (_, text, expected) => {
  const found = problems(text);
  expect(found).toEqual([expected]);
  expect(JSON.stringify(found)).not.toMatch(/MARKED|1234567/);
});

test('names the form of YAML where a rule shows a remedy', () => {
  const found = problems(changed('designate: { zone: cloud.org }', 'manual:'));
  expect(found).toEqual([
    [
      '4:1 dns: manual',
      "can't solve the ACME challenge that certificate needs; let Terraform publish the records or choose a certificate strategy without a challenge",
      "example certificate: { fromPem: { chainFile: '…', key: { file: '…' }, passphrase: { variable: 'key_passphrase' } } }",
    ],
  ]);
});

test('reports a mistake at its anchor, for each region that repeats it', () => {
  const text = minimal.replace('  - region', '  - &one\n    region').replace('m1.small', '3');
  const found = problems(`${text}  - <<: *one\n    region: Two\n    hostname: two.cloud.org\n`);
  expect(found.map(([line]) => line)).toEqual(['13:13 regions[0].flavor: 3', '13:13 regions[1].flavor: 3']);
});

test('reports all problems together, in the order of the settings', () => {
  const text = minimal.replace('ops@cloud.org', 'ops').replace('zone:', 'zones:').replace('flavor:', 'flavour:');
  expect(problems(text).map(([line]) => line)).toEqual([
    '3:10 acme.email: "ops"',
    '5:3 dns.designate.zone',
    '5:16 dns.designate.zones',
    '7:5 regions[0].flavor',
    '12:5 regions[0].flavour',
  ]);
});

test('the whole message is readable', () => {
  const file = folder.write('cloud.yaml', minimal.replace('m1.small', '3'));
  expect(() => resolveCloud(cloudFromYaml(file))).toThrow(`1 problem in the settings of cloud-a

  ${file}:12:13  regions[0].flavor: 3
    is a number; allowed: a text
    write:   '3'`);
});

const bomb = [
  'a: &a [x, x]',
  ...[...'bcdefghij'].map((name, i) => `${name}: &${name} [${`*${'abcdefghi'[i]}, `.repeat(9)}]`),
];

test.each<[string, string | Buffer, string[][]]>([
  ['nothing', '# nothing\n', [['', 'is empty; it holds the settings of a cloud']]],
  ['a list', '- name: cloud-a', [['1:1', "is not an object; a cloud's settings are lines of the form name: value"]]],
  ['a text', 'cloud-a', [['1:1', "is not an object; a cloud's settings are lines of the form name: value"]]],
  ['a tab', 'acme:\n\temail: x', [['2:1', 'a tab indents this line; YAML wants spaces']]],
  ['a setting twice', 'name: a\ntags: []\nname: b', [['3:1', 'name is given twice; give each setting once']]],
  [
    'a setting twice in an object',
    'acme: { email: a, email: b }',
    [['1:19', 'email is given twice; give each setting once']],
  ],
  [
    'another indentation',
    'acme:\n  email: x\n profile: y',
    [['3:1', 'this line is indented differently from those it belongs to']],
  ],
  ['a bracket without its end', 'tags: [a, b\nname: x', [['2:1', 'a bracket before here is not closed']]],
  [
    'a second colon',
    'name: a: b',
    [['1:7', 'a second ": " on this line; put the value after the first one in quotes, or on its own lines']],
  ],
  ['a line without a colon', 'name\nacme: x', [['1:1', 'a setting has no ": " after its name']]],
  [
    'two documents',
    'name: a\n---\nname: b',
    [['2:1', 'another document begins here (---); a file has the settings of one cloud']],
  ],
  ['a list for a name', '? [a]\n: b', [['1:3', "a list or an object can't be the name of a setting"]]],
  ['a tag', 'name: !env CLOUD', [['1:7', 'the tag !env means nothing here; write the value without it']]],
  ['a quote without its end', 'name: "MARKED', [['1:14', 'missing closing "quote']]],
  ['text after a quote', "name: 'it's MARKED'", [['1:11', 'unexpected scalar at node end']]],
  [
    'an unknown anchor',
    'name: *x',
    [['', '*x uses an anchor that is not defined before it; write &x at the first place']],
  ],
  ['an anchor in itself', 'tags: &t [*t]', [['', 'an anchor (&name) contains itself (*name)']]],
  ['anchors without end', bomb.join('\n'), [['', 'its anchors (&name, *name) are repeated more than 100 times']]],
  ['a wrong merge', 'regions:\n  - <<: 3', [['', '"<<" takes the anchor of an object, as in: <<: *region']]],
  ['too deep a nesting', `tags: ${'['.repeat(20_000)}`, [['1:842', 'is nested too deeply']]],
  ['too much', `# ${'x'.repeat(300_000)}`, [['', 'is longer than 262144 characters']]],
  ['another encoding', Buffer.from([0x6e, 0xff, 0xfe]), [['', 'is not UTF-8 text']]],
])('tells of %s', (name, text, expected) => {
  const found = problems(text);
  const shown = found.map(([place = '', wrong]) => [place.startsWith('/') ? '' : place, wrong]);
  // How deep the stack goes is Node's affair.
  if (name === 'too deep a nesting')
    expect(shown).toEqual([[expect.stringMatching(/^1:\d+$/), 'is nested too deeply']]);
  else expect(shown).toEqual(expected);
  expect(JSON.stringify(found)).not.toContain('MARKED');
});

test('in YAML 1.1 a country code is not read as false', () => {
  expect(problems(`%YAML 1.1\n---\n${changed('m1.small', 'no')}`)).toEqual([
    ['14:13 regions[0].flavor: false', 'is false; allowed: a text', "write 'no'"],
  ]);
  expect(problems(changed('m1.small', 'no'))).toEqual([]);
});

test('a setting named __proto__ is an unknown one', () => {
  expect(problems(changed('__proto__: { a: 1 }'))[0]?.slice(0, 2)).toEqual([
    '13:1 __proto__',
    expect.stringContaining('is not a setting; settings here are name, openstack'),
  ]);
});

test.each([
  Number.NaN,
  '[[1]]',
  '{ a: &x 1, b: *x }',
  '? [a]\n: b',
  '"\\ud800": 1',
  '- - -',
  '? ? ?',
  '{}',
  '~',
  '!!binary x',
])('never fails otherwise: %s', (text) => {
  expect(problems(String(text)).length).toBeGreaterThan(0);
});
