import { lines, problems } from './specs';

const rangesExample = "example ['149.165.152.0/22', '149.165.168.0/21']";
const deniedExample = "example ['149.165.152.10', '149.165.153.0/28']";
const blockedExample = "example ['http-149-165-152-7-8888', '149.165.152.9']";
const blockedForm = "is neither the first label of an app's host name nor an IPv4 address";
const portForm = "is not a port; allowed: a number from 1 to 65535, or a range 'from-to'";
const allow = "if users' instances really have them, set allowSpecialPurposeRanges: true";
const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(33)}.cloud.org`;

// biome-ignore format: one case a line
test.each<[string, object, string[]]>([
  ['region missing', { region: undefined }, ['region', 'is missing', "example 'RegionOne'"]],
  ['region of another type', { region: 1 }, ['region: 1', 'is not allowed; allowed: a text or null', "example 'RegionOne'"]],
  ['host name missing', { hostname: undefined }, ['hostname', 'is missing', "example 'proxy.cloud.org'"]],
  ['a wildcard as host name', { hostname: '*.proxy.cloud.org' }, ['hostname: "*.proxy.cloud.org"', 'is a wildcard, the name below it is needed', "write 'proxy.cloud.org'"]],
  ['a URL as host name', { hostname: 'https://proxy.cloud.org/' }, ['hostname: "https://proxy.cloud.org/"', 'is a URL, a host name is needed', "write 'proxy.cloud.org'"]],
  ['an address as host name', { hostname: '149.165.152.1' }, ['hostname: "149.165.152.1"', 'is an address, a host name is needed', "example 'proxy.cloud.org'"]],
  ['a host name of one label', { hostname: 'proxy' }, ['hostname: "proxy"', 'has one label, a host name in a domain is needed', "example 'proxy.cloud.org'"]],
  ['an underscore in a host name', { hostname: 'my_proxy.cloud.org' }, ['hostname: "my_proxy.cloud.org"', 'has the label "my_proxy"; a label is letters and digits with hyphens between them', "example 'proxy.cloud.org'"]],
  ['a hyphen at the end of a label', { hostname: 'proxy-.cloud.org' }, ['hostname: "proxy-.cloud.org"', 'has the label "proxy-"; a label is letters and digits with hyphens between them', "example 'proxy.cloud.org'"]],
  ['an empty label', { hostname: 'proxy..cloud.org' }, ['hostname: "proxy..cloud.org"', 'has the label ""; a label is letters and digits with hyphens between them', "example 'proxy.cloud.org'"]],
  ['a long label', { hostname: `${'x'.repeat(64)}.cloud.org` }, [`hostname: "${'x'.repeat(59)}…"`, 'has a label of 64 characters, at most 63 are allowed', "example 'proxy.cloud.org'"]],
  ['a host name that leaves no room', { hostname: long }, [`hostname: "${long.slice(0, 59)}…"`, 'has 226 characters, at most 225 are allowed, so that "https-255-255-255-255-65535." fits in front of it', "example 'proxy.cloud.org'"]],
  ['an international host name', { hostname: 'pröxy.cloud.org' }, ['hostname: "pröxy.cloud.org"', 'is not ASCII, its Punycode form is needed', "write 'xn--prxy-6qa.cloud.org'"]],
  ['network missing', { publicNetwork: undefined }, ['publicNetwork', 'is missing', "example 'public'"]],
  ['white space at the end', { image: 'debian-13 ' }, ['image: "debian-13 "', 'begins or ends with white space', "write 'debian-13'"]],
  ['flavor missing', { flavor: undefined }, ['flavor', 'is missing', "example 'm1.small'"]],
  ['ranges missing', { upstreamRanges: undefined }, ['upstreamRanges', 'is missing', rangesExample]],
  ['no range', { upstreamRanges: [] }, ['upstreamRanges: []', 'is empty; the UAP would reach nothing', rangesExample]],
  ['ranges as a text', { upstreamRanges: '149.165.152.0/22' }, ['upstreamRanges: "149.165.152.0/22"', 'is not allowed; allowed: a list of at least one network', rangesExample]],
  ['host bits in a range', { upstreamRanges: ['149.165.152.7/22'] }, ['upstreamRanges[0]: "149.165.152.7/22"', 'is an address in a network, not a network: it has bits set after the prefix', "write '149.165.152.0/22'"]],
  ['an address as range', { upstreamRanges: ['149.165.152.7'] }, ['upstreamRanges[0]: "149.165.152.7"', 'is an address, a network needs its prefix length', "write '149.165.152.7/32'"]],
  ['an octet of 256', { upstreamRanges: ['149.165.256.0/22'] }, ['upstreamRanges[0]: "149.165.256.0/22"', 'is not a network; allowed: an IPv4 address "/" prefix length (0-32)', rangesExample]],
  ['a prefix of 33', { upstreamRanges: ['149.165.152.0/33'] }, ['upstreamRanges[0]: "149.165.152.0/33"', 'is not a network; allowed: an IPv4 address "/" prefix length (0-32)', rangesExample]],
  ['a netmask', { upstreamRanges: ['149.165.152.0/255.255.252.0'] }, ['upstreamRanges[0]: "149.165.152.0/255.255.252.0"', 'is not a network; allowed: an IPv4 address "/" prefix length (0-32)', rangesExample]],
  ['an IPv6 range', { upstreamRanges: ['2001:db8::/32'] }, ['upstreamRanges[0]: "2001:db8::/32"', "is IPv6; the names of users' apps hold IPv4 addresses", rangesExample]],
  ['the whole internet', { upstreamRanges: ['0.0.0.0/0'], allowSpecialPurposeRanges: true }, ['upstreamRanges[0]: "0.0.0.0/0"', 'is the whole internet; the UAP would be an open proxy', rangesExample]],
  ['a private range', { upstreamRanges: ['10.1.0.0/16'] }, ['upstreamRanges[0]: "10.1.0.0/16"', `has addresses in 10.0.0.0/8 (private use, RFC 1918); ${allow}`, rangesExample]],
  ['a range around a special one', { upstreamRanges: ['169.0.0.0/8'] }, ['upstreamRanges[0]: "169.0.0.0/8"', `has addresses in 169.254.0.0/16 (link-local, RFC 3927); ${allow}`, rangesExample]],
  ['multicast', { upstreamRanges: ['239.0.0.0/8'] }, ['upstreamRanges[0]: "239.0.0.0/8"', `has addresses in 224.0.0.0/4 (multicast, RFC 5771); ${allow}`, rangesExample]],
  ['a range twice', { upstreamRanges: ['8.8.0.0/16', '9.0.0.0/8', '8.8.0.0/16'] }, ['upstreamRanges[2]: "8.8.0.0/16"', 'repeats regions[0].upstreamRanges[0]; remove it', rangesExample]],
  ['a range in another one', { upstreamRanges: ['8.8.128.0/17', '9.0.0.0/8', '8.8.0.0/16'] }, ['upstreamRanges[0]: "8.8.128.0/17"', 'is inside of 8.8.0.0/16 (regions[0].upstreamRanges[2]); remove it', rangesExample]],
  ['an admin network with host bits', { adminNetworks: ['2001:db8::1/32'] }, ['adminNetworks[0]: "2001:db8::1/32"', 'is an address in a network, not a network: it has bits set after the prefix', "write '2001:db8::/32'"]],
  ['an admin host', { adminNetworks: ['::ffff:1.2.3.4'] }, ['adminNetworks[0]: "::ffff:1.2.3.4"', 'is an address, a network needs its prefix length', "write '::ffff:102:304/128'"]],
  ['a denied name', { deniedAddresses: ['keystone.cloud.org'] }, ['deniedAddresses[0]: "keystone.cloud.org"', 'is not an address or a network; allowed: an IPv4 address, with "/" prefix length for a network', deniedExample]],
  ['a denied address that is out of range', { deniedAddresses: ['149.165.152.9', '149.165.156.1'] }, ['deniedAddresses[1]: "149.165.156.1"', 'is outside of regions[0].upstreamRanges, so it would deny nothing', deniedExample]],
  ['port 0', { ports: { allowed: [0] } }, ['ports.allowed[0]: 0', portForm, "example [443, '8000-8999']"]],
  ['port 65536', { ports: { denied: ['1-65536'] } }, ['ports.denied[0]: "1-65536"', portForm, "example [3306, '6000-6063']"]],
  ['a port with a fraction', { ports: { denied: [80.5] } }, ['ports.denied[0]: 80.5', portForm, "example [3306, '6000-6063']"]],
  ['a port as a text', { ports: { denied: ['80'] } }, ['ports.denied[0]: "80"', 'is a text, one port is a number', 'write 80']],
  ['a range of ports backwards', { ports: { denied: ['90-80'] } }, ['ports.denied[0]: "90-80"', 'is a range that ends before it begins', "write '80-90'"]],
  ['ports as a list', { ports: [80] }, ['ports: [80]', 'is not allowed; allowed: { allowed, denied }', "example { denied: [3306, '6000-6063'] }"]],
  ['a bad port allowed', { ports: { allowed: [8888, 6000] } }, ['ports.allowed[1]: 6000', "is always refused: browsers block it, and web apps don't use it", "example [443, '8000-8999']"]],
  ['no port left', { ports: { allowed: ['8000-8010'], denied: ['1-8005', '8006-9000'] } }, ['ports', 'leaves no port: every allowed port is denied', "example { denied: [3306, '6000-6063'] }"]],
  ['a text for a switch', { httpUpstreams: 'no' }, ['httpUpstreams: "no"', 'is a text; allowed: true or false', 'example false']],
  ['an origin with a path', { clientOrigins: ['https://exosphere.app/'] }, ['clientOrigins[0]: "https://exosphere.app/"', 'is not what a browser sends as Origin', "write 'https://exosphere.app'"]],
  ['an origin with its default port', { clientOrigins: ['https://Exosphere.app:443'] }, ['clientOrigins[0]: "https://Exosphere.app:443"', 'is not what a browser sends as Origin', "write 'https://exosphere.app'"]],
  ['an origin without scheme', { clientOrigins: ['exosphere.app'] }, ['clientOrigins[0]: "exosphere.app"', 'is not an origin; allowed: http:// or https://, a host name, and a port if need be', "example ['https://exosphere.app']"]],
  ['every origin', { clientOrigins: ['*'] }, ['clientOrigins[0]: "*"', 'is every origin; credentials are allowed, so list each origin', "example ['https://exosphere.app']"]],
  ['a shield not known', { siblingShield: 'on' }, ['siblingShield: "on"', "is not allowed; allowed: 'off', 'report' or 'enforce'", "example 'enforce'"]],
  ['a contact that is none', { abuseContact: 'call me' }, ['abuseContact: "call me"', 'is neither a mail address nor an http(s) URL', "example 'abuse@cloud.org'"]],
  ['an app that can not exist blocked', { blocked: ['1-2-3-256-80'] }, ['blocked[0]: "1-2-3-256-80"', blockedForm, blockedExample]],
  ['a network blocked', { blocked: ['1.2.3.0/24'] }, ['blocked[0]: "1.2.3.0/24"', blockedForm, blockedExample]],
  ['a host name blocked', { blocked: ['http-1-2-3-4-80.proxy.cloud.org'] }, ['blocked[0]: "http-1-2-3-4-80.proxy.cloud.org"', 'is more than the first label of a host name', "write 'http-1-2-3-4-80'"]],
  ['a metrics network with host bits', { metricsNetworks: ['192.0.2.1/24'] }, ['metricsNetworks[0]: "192.0.2.1/24"', 'is an address in a network, not a network: it has bits set after the prefix', "write '192.0.2.0/24'"]],
  ['a size with a unit', { maxBodySize: '1g' }, ['maxBodySize: "1g"', 'is not allowed; allowed: a whole number of bytes', 'example 10737418240']],
  ['a size below zero', { maxBodySize: -1 }, ['maxBodySize: -1', 'is not allowed; allowed: a whole number of bytes', 'example 10737418240']],
  ['upstream security by name', { upstreamSecurity: 'unverifiedTls' }, ['upstreamSecurity: (a text)', 'is not allowed; allowed: UpstreamSecurity.unverifiedTls(), UpstreamSecurity.verifiedTls(…) or UpstreamSecurity.mutualTls(…)', 'example UpstreamSecurity.unverifiedTls()']],
  ['a mirror that is no URL', { packageMirror: 'mirror.cloud.org' }, ['packageMirror: "mirror.cloud.org"', 'is not a URL; allowed: http:// or https:// and a host', "example 'https://mirror.cloud.org/debian'"]],
  ['a mirror with a password', { packageMirror: 'https://a:b@mirror.org' }, ['packageMirror: "https://…@mirror.org"', 'contains a user name or password, which would not stay secret', "example 'https://mirror.cloud.org/debian'"]],
  ['a TTL of 0', { recordTtl: 0 }, ['recordTtl: 0', 'is not allowed; allowed: a whole number of seconds, 1 to 86400', 'example 300']],
  ['a timeout with a fraction', { readinessTimeout: 1.5 }, ['readinessTimeout: 1.5', 'is not allowed; allowed: a whole number of seconds, 0 to 86400', 'example 1800']],
  ['a poll interval of 1', { certificatePollInterval: 1 }, ['certificatePollInterval: 1', 'is not allowed; allowed: a whole number of seconds, 5 to 86400', 'example 300']],
  ['a misspelt setting', { hostName: 'x' }, ['hostName', 'is not a setting', 'write hostname']],
])('refuses %s', (_, changes, [path, ...text]) => {
  expect(problems({}, changes).map(lines)).toEqual([[`regions[0].${path}`, ...text]]);
});

// biome-ignore format: one case a line
test.each<[string, object]>([
  ['special-purpose ranges where they are allowed', { allowSpecialPurposeRanges: true, upstreamRanges: ['10.0.0.0/8', '203.0.113.0/24', '127.0.0.0/8'] }],
  ['ranges beside one another, in any order', { upstreamRanges: ['8.8.128.0/17', '8.8.0.0/17', '8.7.0.0/16'] }],
  ['a single address as range', { upstreamRanges: ['8.8.8.8/32'] }],
  ['a denied network around a range', { deniedAddresses: ['149.165.0.0/16'] }],
  ['a range with a bad port in it', { ports: { allowed: ['5999-6001'] } }],
  ['the longest host name', { hostname: long.slice(1) }],
  ['an origin with a port', { clientOrigins: ['http://localhost:8000'] }],
  ['a page for abuse reports', { abuseContact: 'https://cloud.org/abuse' }],
  ['blocked apps and addresses', { blocked: ['1-2-3-4-80', 'HTTP-1-2-3-4-80', '1.2.3.4'] }],
  ['both families of admin networks', { adminNetworks: ['192.0.2.0/24', '2001:db8::/32', '0.0.0.0/0', '::/0'] }],
])('accepts %s', (_, changes) => {
  expect(problems({}, changes)).toEqual([]);
});

test('five thousand ranges are checked quickly', () => {
  const upstreamRanges = Array.from({ length: 5000 }, (_, i) => `8.${i >> 8}.${i & 255}.0/24`);
  const start = performance.now();
  expect(problems({}, { upstreamRanges, deniedAddresses: ['8.1.1.1'] })).toEqual([]);
  expect(performance.now() - start).toBeLessThan(5000);
});
