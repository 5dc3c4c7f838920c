import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { CommandError } from '../command';

/** How a server and a client authenticate. The global `fetch` accepts no private CA. */
export interface Tls {
  /** CAs in PEM form. @default - those of the system */
  readonly ca?: string;
  /** Certificate and key of the client, PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** @default true */
  readonly verify?: boolean;
}

export interface HttpOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly tls?: Tls;
  /** Seconds until the whole answer must have arrived. */
  readonly timeout: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A server that gives no answer; the message says which one and why. */
export class Unreachable extends CommandError {
  constructor(
    readonly url: string,
    readonly reason: string,
  ) {
    super(`${url} can't be reached: ${reason}`);
  }
}

/** No API sends longer answers. */
const mostBytes = 64 * 1024 * 1024;

/**
 * One request, one answer of any status; redirects are not followed.
 * @throws Unreachable if there is none within the time
 */
export function http(url: string, options: HttpOptions): Promise<HttpResponse> {
  const { method = 'GET', headers = {}, body, tls = {}, timeout } = options;
  if (!URL.canParse(url)) return Promise.reject(new CommandError(`"${url}" is not a URL`));
  const content = body === undefined ? undefined : JSON.stringify(body);
  const { verify = true, ...pem } = tls;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new Unreachable(shown(url), reasonOf(error, timeout)));
    const signal = AbortSignal.timeout(timeout * 1000);
    const send = url.startsWith('https:') ? tlsRequest : plainRequest;
    const sent = send(
      url,
      {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'uap',
          ...(content === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
          ...headers,
        },
        signal,
        // No connection is kept alive, so the process ends after the last answer.
        agent: false,
        ...(url.startsWith('https:') ? { ...pem, rejectUnauthorized: verify } : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > mostBytes) sent.destroy(new Error(`its answer is longer than ${mostBytes} bytes`));
          else chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, text: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    sent.on('error', fail);
    sent.end(content);
  });
}

/** The JSON of an answer; undefined when it is none. */
export function jsonOf(response: HttpResponse): unknown {
  try {
    return JSON.parse(response.text);
  } catch {
    return undefined;
  }
}

/** What the body of an OpenStack API's error says, in one line. */
export function faultOf(response: HttpResponse): string {
  const found = findMessage(jsonOf(response));
  const text = found ?? response.text.replace(/<[^>]*>/g, ' ');
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** `{ error: { message } }`, `{ badRequest: { message } }`, `{ NeutronError: { message } }`, `{ message }`. */
function findMessage(body: unknown, depth = 0): string | undefined {
  if (typeof body !== 'object' || body === null || depth > 2) return undefined;
  const { message, detail } = body as { message?: unknown; detail?: unknown };
  for (const text of [message, detail]) if (typeof text === 'string' && text !== '') return text;
  for (const value of Object.values(body)) {
    const found = findMessage(value, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** A URL without what may be secret in it. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** Node's and OpenSSL's codes of failures in words, which go on after "X can't be reached: ". */
export const networkReasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name is unknown; check the name, and the DNS of this machine',
  EAI_AGAIN: 'its host name could not be looked up; check the DNS of this machine',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed without an answer',
  EHOSTUNREACH: 'no route to its address',
  ENETUNREACH: 'no route to its network',
  EADDRNOTAVAIL: 'this machine has no address of that family',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

/** Why there was no answer in time. */
export const noAnswerIn = (seconds: number) => `no answer in ${seconds} s`;

/** Codes of a chain that ends at a CA that isn't trusted. */
const unknownCa = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
];

/** Whether a server could not be trusted since its CA isn't known. */
export function isUnknownCa(error: unknown): boolean {
  return error instanceof Unreachable && error.reason === unknownCaReason;
}

const unknownCaReason = 'its certificate is from an unknown CA';

function reasonOf(error: Error, timeout: number): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return noAnswerIn(timeout);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (unknownCa.includes(code)) return unknownCaReason;
  return networkReasons[code] ?? (error.message || code);
}
