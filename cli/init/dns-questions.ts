import { isIP } from 'node:net';
import { checkHostname, checkUapHostname, normalHostname } from '../../lib/validation/names';
import { UsageError } from '../command';
import { each, type Interview, listOf, portable, secretFile, wrong } from './answers';
import type { Asker, Choice } from './ask';
import type { DnsAnswer, KeyAnswer } from './settings';
import type { Survey } from './survey';

const dnsChoices: readonly Choice[] = [
  { value: 'designate', about: "OpenStack's own DNS" },
  { value: 'rfc2136', about: 'dynamic updates with a TSIG key: BIND, Knot, PowerDNS, Windows DNS' },
  { value: 'manual', about: 'you create the records' },
];

/** How the records are made; what Designate has is proposed. */
export async function askDns({ ask }: Interview, { zones }: Survey): Promise<DnsAnswer> {
  const proposal = zones?.length ? 'designate' : ask.given('dns-server') !== undefined ? 'rfc2136' : undefined;
  const kind = await ask.choose({
    option: 'dns',
    message: 'How are DNS records created?',
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
