import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileFault, readPemCertificates } from '../../lib/pem';
import {
  checkHostname,
  checkMail,
  checkNameserver,
  checkUapHostname,
  checkUrl,
  normalHostname,
} from '../../lib/spec/names';
import {
  checkAddress,
  checkNetwork,
  contains,
  type Network,
  parseNetwork,
  specialPurposeBlocks,
} from '../../lib/spec/networks';
import type { Fault } from '../../lib/spec/problems';
import { readDirectory } from '../check/acme-directory';
import { ownAddresses } from '../check/checks/network';
import { UsageError } from '../command';
import type { Flavor, Image } from '../openstack/resources';
import type { Asker, Choice } from './ask';
import type { AcmeAnswer, CertificateAnswer, DnsAnswer, KeyAnswer, RegionAnswer } from './settings';
import { releaseOf, type Survey, type SurveyedNetwork } from './survey';

/** What the questions are asked with. */
export interface Interview {
  readonly ask: Asker;
  /** Things that were found out and that the operator should know. */
  readonly remarks: string[];
  /** Seconds that a service may take. */
  readonly timeout: number;
}

const wrong = (fault: Fault | undefined): string | undefined => fault?.wrong;

/** A check of a list with commas. */
const each = (check: (item: string) => string | undefined) => (answer: string) => {
  const items = answer.split(',').map((item) => item.trim());
  for (const item of items) {
    const fault = check(item);
    if (fault) return items.length > 1 ? `has "${item}", which ${fault}` : fault;
  }
  return undefined;
};

const listOf = (answer: string) => answer.split(',').flatMap((item) => item.trim() || []);

/** The network, the addresses, the image, the flavor and what else a region has. */
export async function askRegion(
  { ask, remarks }: Interview,
  region: string | null,
  found: Survey,
  several: boolean,
): Promise<Omit<RegionAnswer, 'hostname'>> {
  const where = several ? ` of ${region}` : '';
  const network = await askNetwork(ask, where, found);
  const upstreamRanges = await askRanges(ask, where, network);
  const special = specialPurpose(upstreamRanges);
  if (special) {
    const meant = await ask.confirm(`These are no public addresses: ${special}. Are users' instances really there?`);
    if (!meant) throw new UsageError(`choose another network, or give the ranges: --ranges`);
    remarks.push(`allowSpecialPurposeRanges is set, since these are no public addresses: ${special}`);
  }
  const deniedAddresses =
    ask.optionalList('deny', (item) => wrong(checkAddress(item))) ?? clouds(found, network, upstreamRanges);
  if (deniedAddresses.length > 0 && ask.given('deny') === undefined) {
    remarks.push(`deniedAddresses has the cloud's own addresses in the ranges: ${deniedAddresses.join(', ')}`);
  }
  const image = await askImage(ask, where, found);
  const flavor = await askFlavor(ask, where, found, image);
  const keyPair = ask.optional('key-pair', (name) =>
    found.keyPairs.includes(name)
      ? undefined
      : `is no key pair of this user; there are ${found.keyPairs.join(', ') || 'none'}`,
  );
  return {
    region,
    publicNetwork: network.name,
    upstreamRanges,
    specialPurpose: special,
    deniedAddresses,
    image: image.name as string,
    imageAbout: releaseOf(image),
    flavor: flavor.name,
    flavorAbout: aboutFlavor(flavor),
    keyPair,
    adminNetworks: ask.optionalList('admin-networks', (item) => wrong(checkNetwork(item))),
    packageMirror: ask.optional('package-mirror', (url) => wrong(checkUrl(url))),
  };
}

async function askNetwork(ask: Asker, where: string, { networks }: Survey): Promise<SurveyedNetwork> {
  const choices = networks.map((network) => ({ value: network.name, about: aboutNetwork(network) }));
  if (choices.length === 0) throw new UsageError(`this project sees no network${where}; ask your cloud`);
  const [first] = networks;
  const name = await ask.choose({
    option: 'network',
    message: `On which network${where} do users' instances have their addresses?`,
    choices,
    // A network of the project's own is hardly the one that all users are on.
    proposal: first?.shared || first?.['router:external'] ? first.name : undefined,
  });
  return networks.find((network) => network.name === name) as SurveyedNetwork;
}

function aboutNetwork({ shared, subnets, ...network }: SurveyedNetwork): string {
  const kind = [shared ? 'shared' : '', network['router:external'] ? 'external' : ''].filter(Boolean).join(', ');
  return [kind || "this project's", ...subnets.map(({ cidr }) => cidr)].join(', ');
}

async function askRanges(ask: Asker, where: string, { name, subnets }: SurveyedNetwork): Promise<string[]> {
  const cidrs = subnets.map(({ cidr }) => cidr);
  const given = ask.optionalList('ranges', (item) => wrong(checkNetwork(item, 4)));
  if (given) return given;
  if (cidrs.length > 0) return [ask.note('ranges', cidrs.join(', '), 'proposed'), cidrs][1] as string[];
  const answer = await ask.text({
    option: 'ranges',
    message: `Which addresses${where} do users' instances have (${name} shows no subnets; networks such as 149.165.152.0/22, with commas)?`,
    check: each((item) => wrong(checkNetwork(item, 4))),
  });
  return listOf(answer);
}

/** `198.51.100.0/24 (documentation, RFC 5737)`, or `10.1.0.0/16 in 10.0.0.0/8 (private use, RFC 1918)`. */
function specialPurpose(ranges: readonly string[]): string | undefined {
  const texts = ranges.flatMap((range) => {
    const blocks = specialPurposeBlocks(parseNetwork(range) as Network);
    const text = blocks.join(' and ');
    return blocks.length === 0 ? [] : [text.startsWith(`${range} `) ? text : `${range} in ${text}`];
  });
  return texts.length > 0 ? texts.join('; ') : undefined;
}

/** Addresses of the cloud itself that lie in the ranges. */
function clouds({ endpointUrls }: Survey, { subnets }: SurveyedNetwork, ranges: readonly string[]): string[] {
  const networks = ranges.map((range) => parseNetwork(range) as Network);
  return [...ownAddresses(subnets, endpointUrls).keys()].filter((address) =>
    networks.some((network) => contains(network, parseNetwork(address) as Network)),
  );
}

async function askImage(ask: Asker, where: string, { images }: Survey): Promise<Image> {
  const choices = images.map((image) => ({ value: image.name as string, about: aboutImage(image) }));
  if (choices.length === 0)
    throw new UsageError(`there is no image${where} that boots; upload a cloud image of Debian 12`);
  const [first] = images;
  const name = await ask.choose({
    option: 'image',
    message: `Which image${where}? Debian 12 or 13, Ubuntu 22.04 or 24.04:`,
    choices,
    proposal: first && releaseOf(first) ? (first.name as string) : undefined,
  });
  return images.find((image) => image.name === name) as Image;
}

function aboutImage(image: Image): string {
  return `${releaseOf(image) ?? 'not known to work'}, of ${image.created_at.slice(0, 10)}`;
}

async function askFlavor(ask: Asker, where: string, { flavors }: Survey, image: Image): Promise<Flavor> {
  const disk = Math.max(image.min_disk, Math.ceil((image.virtual_size ?? 0) / 1024 ** 3));
  const fitting = flavors.filter((one) => one.ram >= image.min_ram && (one.disk === 0 || one.disk >= disk));
  const choices = fitting.map((flavor): Choice => ({ value: flavor.name, about: aboutFlavor(flavor) }));
  if (choices.length === 0)
    throw new UsageError(`no flavor${where} has the ${disk} GiB of disk that ${image.name} needs`);
  const name = await ask.choose({
    option: 'flavor',
    message: `Which flavor${where}? One core and 1 GiB of memory serve thousands of users:`,
    choices,
    proposal: choices[0]?.value,
  });
  return fitting.find((flavor) => flavor.name === name) as Flavor;
}

function aboutFlavor({ vcpus, ram, disk }: Flavor): string {
  return `${vcpus} vCPU, ${ram} MiB of memory, ${disk} GiB of disk`;
}

const dnsChoices: readonly Choice[] = [
  { value: 'designate', about: "OpenStack's own DNS" },
  { value: 'rfc2136', about: 'dynamic updates with a TSIG key: BIND, Knot, PowerDNS, Windows DNS' },
  { value: 'manual', about: 'you make the records' },
];

/** How the records are made; what Designate has is proposed. */
export async function askDns({ ask }: Interview, { zones }: Survey): Promise<DnsAnswer> {
  const proposal = zones?.length ? 'designate' : ask.given('dns-server') !== undefined ? 'rfc2136' : undefined;
  const kind = await ask.choose({
    option: 'dns',
    message: 'How are DNS records made?',
    choices: zones === undefined ? dnsChoices.slice(1) : dnsChoices,
    proposal,
  });
  if (kind === 'manual') return { kind };
  if (kind === 'designate') {
    if (!zones?.length) {
      throw new UsageError(
        'Designate has no zone of this project: openstack zone create --email hostmaster@cloud.org cloud.org.',
      );
    }
    const choices = zones.map(({ name }) => ({ value: normalHostname(name) }));
    const [first] = choices;
    return {
      kind,
      zone: await ask.choose({ option: 'zone', message: 'In which zone?', choices, proposal: first?.value }),
    };
  }
  return askRfc2136(ask);
}

async function askRfc2136(ask: Asker): Promise<DnsAnswer> {
  const zone = normalHostname(
    await ask.text({
      option: 'zone',
      message: 'Which zone are the records in (cloud.org)?',
      check: (name) => wrong(checkHostname(name)),
    }),
  );
  const server = await ask.text({
    option: 'dns-server',
    message: `Which server is the primary of ${zone} (its name or address)?`,
    check: (host) => (isIP(host) ? undefined : wrong(checkHostname(host))),
  });
  const name = await ask.text({
    option: 'dns-key',
    message: 'What is the name of the TSIG key?',
    check: (key) =>
      /^[\w.-]+$/.test(key) ? undefined : 'is not the name of a key; allowed: letters, digits, ".", "-", "_"',
  });
  const file = await ask.text({
    option: 'dns-key-file',
    message: 'Which file has its secret (base64)?',
    check: secretFile,
  });
  const challengeName = ask.optional('challenge-key', () => undefined);
  const challengeFile = ask.optional('challenge-key-file', secretFile);
  if ((challengeName === undefined) !== (challengeFile === undefined)) {
    throw new UsageError('--challenge-key and --challenge-key-file belong together: give both or none');
  }
  const algorithm = ask.optional('dns-key-algorithm', (one) =>
    ['hmac-sha1', 'hmac-sha256', 'hmac-sha512'].includes(one)
      ? undefined
      : 'is none of hmac-sha1, hmac-sha256, hmac-sha512',
  );
  const key = (of: string, secret: string): KeyAnswer => ({
    name: of.replace(/\.$/, ''),
    file: portable(secret),
    algorithm: algorithm === 'hmac-sha256' ? undefined : algorithm,
  });
  return {
    kind: 'rfc2136',
    server,
    zone,
    key: key(name, file),
    challengeKey:
      challengeName === undefined || challengeFile === undefined ? undefined : key(challengeName, challengeFile),
  };
}

/** Where the certificates come from. */
export async function askCertificate({ ask }: Interview, dns: DnsAnswer): Promise<CertificateAnswer> {
  const challenge = ask.optional('acme-challenge', (text) =>
    /^[a-z0-9-]+:\w+(,\w+)*$/.test(text) ? undefined : 'is not PROVIDER:VARIABLE, as in cloudflare:CF_DNS_API_TOKEN',
  );
  if (challenge !== undefined) {
    const [provider = '', variables = ''] = challenge.split(':');
    return { kind: 'acme', challenge: { provider, variables: variables.split(',') } };
  }
  const solves = dns.kind !== 'manual';
  const kind = await ask.choose({
    option: 'certificate',
    message: 'Where do the wildcard certificates come from?',
    choices: [
      ...(solves
        ? [
            { value: 'acme', about: "Terraform's acme provider: a daily cdktf deploy renews them" },
            { value: 'instance', about: 'ordered and renewed by the instance; the key never leaves it' },
          ]
        : []),
      { value: 'pem', about: 'a PEM file of yours' },
    ],
    proposal: solves ? 'acme' : undefined,
  });
  if (kind === 'instance') return { kind: 'acmeOnInstance' };
  if (kind === 'acme') return { kind: 'acme' };
  const chain = await ask.text({
    option: 'certificate-chain',
    message: 'Which file has the certificate with its intermediates?',
    check: pemFile,
  });
  const key = await ask.text({
    option: 'certificate-key',
    message: 'Which file has its key (encrypted PKCS#8)?',
    check: secretFile,
  });
  return { kind: 'fromPem', chainFile: portable(chain), keyFile: portable(key) };
}

const directories: readonly Choice[] = [
  { value: 'letsencrypt' },
  { value: 'letsencrypt-staging', about: 'to try things out: browsers do not trust it' },
  { value: 'zerossl', about: 'needs an account with ZeroSSL' },
];

/** The account with the CA, and which CA. */
export async function askAcme(
  interview: Interview,
  zoneEmail: string | undefined,
  nameServers: readonly string[],
): Promise<AcmeAnswer> {
  const { ask, remarks, timeout } = interview;
  const email = await ask.text({
    option: 'email',
    message: 'Which mail address is the account with the CA for?',
    proposal: zoneEmail !== undefined && !checkMail(zoneEmail) ? zoneEmail : undefined,
    check: (answer) => wrong(checkMail(answer)),
  });
  const directory = await askDirectory(interview);
  const own = typeof directory === 'object';
  if (own) await readDirectory(directory, timeout);
  const accountKeyId = ask.optional('acme-account-key', () => undefined);
  if (directory === 'zerossl' && accountKeyId === undefined) {
    throw new UsageError('zerossl needs the id of a key of your account there: --acme-account-key ID');
  }
  const given = ask.optionalList('name-servers', (server) => wrong(checkNameserver(server)));
  // A CA of one's own sees a DNS of one's own, which this machine may not.
  const recursiveNameservers = given ?? (own ? nameServers.map(withPort) : undefined);
  if (!given && recursiveNameservers?.length) {
    remarks.push(`acme.recursiveNameservers are those of the network: ${recursiveNameservers.join(', ')}`);
  }
  return { email, directory, accountKeyId, recursiveNameservers };
}

async function askDirectory({ ask }: Interview): Promise<AcmeAnswer['directory']> {
  const given = ask.given('acme-directory');
  const caFile = ask.optional('acme-ca', pemFile);
  if (given?.startsWith('http')) {
    const url = ask.optional('acme-directory', (text) => wrong(checkUrl(text))) as string;
    return { url, caFile: caFile && portable(caFile) };
  }
  if (caFile !== undefined)
    throw new UsageError("--acme-ca goes with the URL of a CA's own directory: --acme-directory URL");
  return ask.choose({ option: 'acme-directory', message: 'Which CA?', choices: directories, proposal: 'letsencrypt' });
}

const withPort = (address: string) => (isIP(address) === 6 ? `[${address}]:53` : `${address}:53`);

/** The host name of each region's UAP. */
export async function askHostnames(
  { ask }: Interview,
  regions: readonly (string | null)[],
  zone: string | undefined,
): Promise<string[]> {
  const check = (answer: string) => {
    const names = listOf(answer).map(normalHostname);
    const fault = each((item) => wrong(checkUapHostname(item)) ?? outside(normalHostname(item), zone))(answer);
    if (fault) return fault;
    if (names.length === regions.length) return undefined;
    return `has ${names.length} host names for ${regions.length} regions (${regions.join(', ')}); give one for each, with commas`;
  };
  const answer = await ask.text({
    option: 'host',
    message: regions.length > 1 ? `Which host names (for ${regions.join(', ')}, with commas)?` : 'Which host name?',
    proposal:
      zone === undefined ? undefined : regions.map((region) => proposed(region, zone, regions.length)).join(','),
    check,
  });
  return listOf(answer).map(normalHostname);
}

function proposed(region: string | null, zone: string, count: number): string {
  const label = (region ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return count > 1 ? `proxy-${label}.${zone}` : `proxy.${zone}`;
}

function outside(name: string, zone: string | undefined): string | undefined {
  return zone === undefined || name === zone || name.endsWith(`.${zone}`) ? undefined : `is not in the zone ${zone}`;
}

function secretFile(file: string): string | undefined {
  return fileFault(absolute(file));
}

function pemFile(file: string): string | undefined {
  try {
    readPemCertificates(absolute(file));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function absolute(file: string): string {
  return file.startsWith('~/') || file.startsWith('/') ? file : join(process.cwd(), file);
}

/** A path that holds wherever the command runs; that of the home folder is not written down. */
function portable(file: string): string {
  const path = absolute(file);
  const home = join(homedir(), '/');
  return path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
}
