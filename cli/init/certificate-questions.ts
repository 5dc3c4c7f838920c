import { isIP } from 'node:net';
import { checkMail, checkNameserver, checkUrl } from '../../lib/validation/names';
import { UsageError } from '../command';
import { readDirectory } from '../services/acme-directory';
import { type Interview, pemFile, portable, secretFile, wrong } from './answers';
import type { Asker, Choice } from './ask';
import type { AcmeAnswer, CertificateAnswer, DnsAnswer } from './settings';

/** Where the certificates come from. */
export async function askCertificate({ ask }: Interview, dns: DnsAnswer): Promise<CertificateAnswer> {
  if (ask.given('acme-challenge') !== undefined) return askChallenge(ask);
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
        : [{ value: 'acme', about: 'the challenge is solved through another DNS service' }]),
      { value: 'pem', about: 'a PEM file of yours' },
    ],
    proposal: solves ? 'acme' : undefined,
  });
  if (kind === 'instance') return { kind: 'acmeOnInstance' };
  if (kind === 'acme') return solves ? { kind: 'acme' } : askChallenge(ask);
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

async function askChallenge(ask: Asker): Promise<CertificateAnswer> {
  const answer = await ask.text({
    option: 'acme-challenge',
    message: 'Which lego provider solves the challenge, with which variables (e.g. cloudflare:CF_DNS_API_TOKEN)?',
    check: (given) =>
      /^[a-z0-9-]+:\w+(,\w+)*$/.test(given) ? undefined : 'is not PROVIDER:VARIABLE, e.g. cloudflare:CF_DNS_API_TOKEN',
  });
  const [provider = '', variables = ''] = answer.split(':');
  return { kind: 'acme', challenge: { provider, variables: variables.split(',') } };
}

const directories: readonly Choice[] = [
  { value: 'letsencrypt' },
  { value: 'letsencrypt-staging', about: 'for tests: browsers do not trust it' },
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
    message: 'Which mail address does the ACME account have?',
    proposal: zoneEmail !== undefined && !checkMail(zoneEmail) ? zoneEmail : undefined,
    check: (answer) => wrong(checkMail(answer)),
  });
  const directory = await askDirectory(interview);
  const own = typeof directory === 'object';
  if (own) await readDirectory(directory, timeout);
  const accountKeyId = ask.optional('acme-account-key', () => undefined);
  if (directory === 'zerossl' && accountKeyId === undefined) {
    throw new UsageError('zerossl needs a key ID of your account there: --acme-account-key ID');
  }
  const given = ask.optionalList('name-servers', (server) => wrong(checkNameserver(server)));
  // A CA of one's own sees a DNS of one's own, which this machine may not.
  const recursiveNameservers = given ?? (own ? nameServers.map(withPort) : undefined);
  if (!given && recursiveNameservers?.length) {
    remarks.push(`acme.recursiveNameservers lists the name servers of the network: ${recursiveNameservers.join(', ')}`);
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
  if (caFile !== undefined) throw new UsageError("--acme-ca needs the URL of the CA's directory: --acme-directory URL");
  return ask.choose({ option: 'acme-directory', message: 'Which CA?', choices: directories, proposal: 'letsencrypt' });
}

const withPort = (address: string) => (isIP(address) === 6 ? `[${address}]:53` : `${address}:53`);
