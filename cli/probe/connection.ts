import type { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { CommandError } from '../command';
import { networkReasons, noAnswerIn } from '../services/http';

/** No answer; the message has the reason for an operator. */
export class NoAnswer extends CommandError {
  constructor(
    message: string,
    /** Node's or OpenSSL's name of the failure. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** Address of a UAP, and the timeout of a request. */
export interface Peer {
  readonly address: string;
  readonly timeoutMs: number;
}

export interface Handshake {
  readonly certificate: X509Certificate;
  /** `TLSv1.3` */
  readonly version: string;
  /** Why the chain can't be verified; undefined if it can. */
  readonly chainError?: string;
}

/** A TLS handshake and no more. @throws NoAnswer if there is none, or it is refused */
export function handshake(peer: Peer, servername: string, options: tls.ConnectionOptions = {}): Promise<Handshake> {
  return bounded(peer, (signal, resolve, reject) => {
    const socket = tls.connect({
      host: peer.address,
      port: 443,
      servername,
      rejectUnauthorized: false,
      // Only the chain is verified here; names are checked separately.
      checkServerIdentity: () => undefined,
      ...options,
    });
    signal.addEventListener('abort', () => socket.destroy());
    socket.on('error', reject);
    socket.on('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.on('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      const chainError = socket.authorized ? undefined : String(socket.authorizationError);
      if (certificate) resolve({ certificate, version: socket.getProtocol() ?? '', chainError });
      else reject(new Error('no certificate is presented'));
      socket.end();
    });
  });
}

/** Milliseconds. */
export interface Times {
  readonly connect: number;
  readonly tls: number;
  /** From the request to the first byte of the answer. */
  readonly firstByte: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly times: Times;
}

export interface Ask {
  readonly path?: string;
  /** Over plain HTTP. */
  readonly plain?: boolean;
}

/** One GET on a separate connection, up to the headers of the answer. @throws NoAnswer */
export function ask(peer: Peer, host: string, { path = '/', plain = false }: Ask = {}): Promise<Answer> {
  return bounded(peer, (signal, resolve, reject) => {
    const [start, marks] = [performance.now(), { connect: 0, secure: 0 }];
    const request = (plain ? http : https).request({
      host: peer.address,
      port: plain ? 80 : 443,
      servername: host,
      rejectUnauthorized: false,
      agent: false,
      signal,
      path,
      headers: { Host: host, Accept: 'text/plain, */*', 'User-Agent': 'uap-probe' },
    });
    request.on('error', reject);
    request.on('socket', (socket: Socket) => {
      socket.once('connect', () => {
        marks.connect = performance.now();
      });
      socket.once('secureConnect', () => {
        marks.secure = performance.now();
      });
    });
    request.on('response', (response) => {
      const ready = marks.secure || marks.connect;
      const times = {
        connect: marks.connect - start,
        tls: ready - marks.connect,
        firstByte: performance.now() - ready,
      };
      resolve({ status: response.statusCode ?? 0, headers: response.headers, times });
      // The body of an app's answer may be endless.
      request.destroy();
    });
    request.end();
  });
}

/** Runs it until the time is up; failures become `NoAnswer`. */
export function bounded<T>(
  { address, timeoutMs }: Peer,
  start: (signal: AbortSignal, resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  const aborted = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const settled =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        clearTimeout(timer);
        settle(value);
      };
    const timer = setTimeout(() => {
      reject(new NoAnswer(`${address} can't be reached: ${noAnswerIn(timeoutMs / 1000)}`, 'ETIMEDOUT'));
      aborted.abort();
    }, timeoutMs);
    start(
      aborted.signal,
      settled(resolve),
      settled((error: Error) => reject(noAnswer(error, address))),
    );
  });
}

function noAnswer(error: Error & { code?: string; port?: number }, address: string): NoAnswer {
  if (error instanceof NoAnswer) return error;
  const { code = '', port } = error;
  const reason = networkReasons[code];
  if (reason === undefined) return new NoAnswer(`${address}: ${error.message.split('\n')[0]}`, code);
  return new NoAnswer(`${port ? `${address} port ${port}` : address} can't be reached: ${reason}`, code);
}
