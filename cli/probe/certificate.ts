import type { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import tls from 'node:tls';
import { type Finding, failed, ok, type Row, warning } from '../report';
import type { Handshake } from './connection';

/** CAs that a chain is verified against. */
export interface Trust {
  readonly context: tls.SecureContext;
  /** `the system's CAs` */
  readonly label: string;
}

/** CA bundles of Debian, Fedora, Alpine and macOS; Node has a separate list. */
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * The CAs of a file, or the system's.
 * @param caFile as the operator wrote it, and where that is
 * @throws Error if the file holds no certificate
 */
export function trust(
  caFile: { label: string; file: string } | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Trust {
  const file = caFile?.file ?? env.SSL_CERT_FILE ?? bundles.find(existsSync);
  const label = caFile?.label ?? (file ? `the system's CAs` : "Node's own list of CAs");
  return {
    context: tls.createSecureContext({
      ca: file ? certificates(file, caFile?.label ?? file) : [...tls.rootCertificates],
    }),
    label,
  };
}

function certificates(file: string, label: string): string[] {
  const found = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!found) throw new Error(`${label} has no PEM certificate`);
  return found;
}

export interface Thresholds {
  /** Days left that are too few. @default - a quarter of the certificate's validity, when its renewal is overdue */
  readonly warnDays?: number;
  /** @default - a tenth of it */
  readonly failDays?: number;
}

/** What to do about a certificate. */
export interface CertificateAdvice {
  readonly renewal: string;
  readonly expired: string;
}

const day = 86_400_000;

/** Names, chain, days left. */
export function certificateRows(
  { certificate, chainError }: Handshake,
  hostname: string,
  { label }: Trust,
  thresholds: Thresholds,
  advice: CertificateAdvice,
): Row[] {
  const from = issuer(certificate.issuer);
  const chain =
    chainError === undefined
      ? ok(`${from}, verified by ${label}`)
      : failed(`${from}: ${chainText(chainError)}`, chainTodo(chainError));
  return [
    { what: 'certificate names', ...names(certificate, hostname, advice) },
    { what: 'certificate chain', ...chain },
    { what: 'certificate expiry', ...expiry(certificate, thresholds, advice) },
  ];
}

function names(certificate: X509Certificate, hostname: string, { renewal }: CertificateAdvice): Finding {
  const missing = [hostname, `*.${hostname}`].filter((name) => !certificate.checkHost(name.replace('*', 'uap-probe')));
  const has = (certificate.subjectAltName ?? 'no names').replaceAll('DNS:', '');
  return missing.length === 0 ? ok(has) : failed(`it is not for ${missing.join(' and ')}; it is for ${has}`, renewal);
}

function expiry(
  { validFrom, validTo }: X509Certificate,
  { warnDays, failDays }: Thresholds,
  { renewal, expired }: CertificateAdvice,
): Finding {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  const [left, validity] = [(to - Date.now()) / day, (to - from) / day];
  const until = `until ${new Date(to).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const figures = { daysLeft: Math.floor(left * 10) / 10 };
  const seen = left < 0 ? `it expired: valid ${until}` : `${Math.floor(left)} days left, valid ${until}`;
  if (left < (failDays ?? validity / 10)) return failed(seen, left < 0 ? expired : renewal, figures);
  if (from > Date.now()) {
    return failed(`valid only from ${validFrom}`, 'set the clock of the instance, or of this machine');
  }
  return left < (warnDays ?? validity / 4) ? warning(seen, renewal, figures) : ok(seen, figures);
}

/** `CN=R11 O=Let's Encrypt` of lines of a name. */
function issuer(name: string): string {
  const parts = Object.fromEntries(name.split('\n').map((line) => line.split(/=(.*)/s) as [string, string]));
  return `issued by ${[parts.O, parts.CN].filter(Boolean).join(' ') || 'an unnamed CA'}`;
}

function chainText(code: string): string {
  const words: Record<string, string> = {
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the chain does not lead to a trusted CA',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the chain does not lead to a trusted CA',
    UNABLE_TO_GET_ISSUER_CERT: 'the chain does not lead to a trusted CA',
    SELF_SIGNED_CERT_IN_CHAIN: 'the CA at the end of the chain is not trusted',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
    CERT_HAS_EXPIRED: 'it, or a certificate of its chain, has expired',
    CERT_NOT_YET_VALID: 'it is not valid yet',
  };
  return words[code] ?? code;
}

function chainTodo(code: string): string | undefined {
  if (/EXPIRED|NOT_YET/.test(code)) return undefined;
  return 'for a CA of your own, give --ca FILE; for a staging CA, change acme.directory; otherwise check that the chain has its intermediates';
}
