import http2 from 'node:http2';
import tls from 'node:tls';
import { type Finding, failed, notChecked, ok } from '../report';
import { ask, bounded, handshake, NoAnswer, type Peer } from './connection';

/** What to do if the instance does not serve the configuration of these settings. */
export const outdated = 'the configuration of the instance is out of date: run npx cdktf diff, then deploy';

/** TLS 1.2 and 1.3 are accepted, 1.1 is refused. */
export async function tlsVersions(peer: Peer, hostname: string): Promise<Finding> {
  const [old, ...modern] = await Promise.all(
    (['TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const).map((version) => speaks(peer, hostname, version)),
  );
  const missing = ['1.2', '1.3'].filter((_, index) => modern[index] !== undefined);
  if (missing.length > 0)
    return failed(`TLS ${missing.join(' and ')} is refused: ${modern.find(Boolean)?.message}`, outdated);
  if (old === undefined) return failed('TLS 1.1 is accepted, although deprecated (RFC 8996)', outdated);
  // Otherwise the OpenSSL of this machine may not support it.
  const refused = /ALERT|ECONNRESET/.test(old.code);
  return ok(`1.2 and 1.3 are accepted, 1.1 ${refused ? 'is refused' : `could not be tried: ${old.message}`}`);
}

/** Why a version is not spoken; undefined if it is. */
async function speaks(peer: Peer, hostname: string, version: tls.SecureVersion): Promise<NoAnswer | undefined> {
  // OpenSSL offers 1.1 only at security level 0.
  const context = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
  try {
    await handshake(peer, hostname, { secureContext: tls.createSecureContext(context) });
    return undefined;
  } catch (error) {
    if (error instanceof NoAnswer) return error;
    throw error;
  }
}

export async function http2Spoken(peer: Peer, hostname: string): Promise<Finding> {
  const status = await bounded<number>(peer, (signal, resolve, reject) => {
    const session = http2.connect(`https://${hostname}`, {
      createConnection: () =>
        tls.connect({
          host: peer.address,
          port: 443,
          servername: hostname,
          rejectUnauthorized: false,
          ALPNProtocols: ['h2'],
        }),
    });
    signal.addEventListener('abort', () => session.destroy());
    session.on('error', reject);
    const stream = session.request({ ':path': '/healthz' });
    stream.on('error', reject);
    stream.on('response', (headers) => {
      resolve(Number(headers[':status']));
      session.destroy();
    });
  });
  return status === 200 ? ok('supported') : failed(`/healthz answers with ${status} over HTTP/2`, outdated);
}

/** Plain HTTP leads to https, with path and query, at the UAP's own name and at those of apps. */
export async function redirect(peer: Peer, hostname: string, app: string): Promise<Finding> {
  const path = '/a%2Fb?c=d';
  for (const host of [hostname, app]) {
    const { status, headers } = await ask(peer, host, { path, plain: true });
    const wanted = `https://${host}${path}`;
    if (status !== 308 || headers.location !== wanted) {
      const seen = headers.location ? `${status} and ${headers.location}` : status;
      return failed(`http://${host}${path} answers with ${seen}, not with 308 and ${wanted}`, outdated);
    }
  }
  return ok('plain HTTP is answered with 308 to https');
}

export async function plainHealth(peer: Peer, hostname: string): Promise<Finding> {
  const { status } = await ask(peer, hostname, { path: '/healthz', plain: true });
  const url = `http://${hostname}/healthz`;
  return status === 200 ? ok(`${url}: 200`) : failed(`${url}: ${status}, not 200`, outdated);
}

/** Strict-Transport-Security on the UAP's page and on a refusal. */
export async function hsts(peer: Peer, hostname: string): Promise<Finding> {
  for (const host of [hostname, `uap-probe.${hostname}`]) {
    const { headers } = await ask(peer, host);
    const value = headers['strict-transport-security'];
    const seconds = Number(/max-age=(\d+)/.exec(value ?? '')?.[1] ?? 0);
    if (seconds === 0) return failed(`https://${host}/ has no Strict-Transport-Security`, outdated);
  }
  return ok("on the UAP's own pages");
}

/** A name that is not the UAP's gets no TLS handshake. */
export async function otherName(peer: Peer): Promise<Finding> {
  const name = 'uap-probe.invalid';
  try {
    await handshake(peer, name);
  } catch (error) {
    // No answer at all is no refusal.
    if (!(error instanceof NoAnswer) || error.code === 'ETIMEDOUT') throw error;
    if (/^E(CONNREFUSED|HOSTUNREACH|NETUNREACH)$/.test(error.code)) return notChecked(error.message);
    return ok(`no TLS handshake for ${name}`);
  }
  return failed(`a TLS handshake for ${name} succeeds`, outdated);
}
