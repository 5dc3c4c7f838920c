import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { HOSTNAME, type Uap } from './uap';

export interface Answer {
  readonly status: number;
  /** Names in lower case, in the order of the answer. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** All values of a header. */
  all(name: string): string[];
  /** The only value of a header; undefined if there is none. @throws Error if there are several. */
  one(name: string): string | undefined;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Over plain HTTP, port 80. */
  readonly plain?: boolean;
  /** Address to ask from. @default - the first one of the network */
  readonly localAddress?: string;
}

/** One HTTP/1.1 request on its own connection. */
export function ask(
  uap: Uap,
  host: string,
  { method = 'GET', path = '/', headers = {}, body, plain = false, localAddress }: Ask = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const options = {
      host: uap.network.uap,
      agent: false as const,
      localAddress,
      method,
      path,
      headers: { Host: host, ...headers },
    };
    const request = plain
      ? http.request(options)
      : https.request({ ...options, servername: host, rejectUnauthorized: false });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(answer(response.statusCode ?? 0, response.rawHeaders, chunks)));
    });
    request.end(body);
  });
}

/** One HTTP/2 request on its own connection. */
export function ask2(uap: Uap, host: string, { method = 'GET', path = '/', headers = {}, body }: Ask = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const session = http2.connect(`https://${host}`, {
      createConnection: () => connectTls(uap, host, { ALPNProtocols: ['h2'] }),
    });
    session.on('error', reject);
    const stream = session.request({ ':method': method, ':path': path, ...headers });
    let raw: string[] = [];
    let status = 0;
    stream.on('response', (got) => {
      status = Number(got[':status']);
      raw = Object.entries(got).flatMap(([name, value]) =>
        [value].flat().flatMap((each) => (name.startsWith(':') ? [] : [name, String(each)])),
      );
    });
    const chunks: Buffer[] = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      resolve(answer(status, raw, chunks));
    });
    stream.end(body);
  });
}

/** Sends raw bytes, and returns the response until the connection is closed or reset. */
export function askRaw(uap: Uap, host: string, text: string): Promise<string> {
  return readAll(connectTls(uap, host), text);
}

/** Likewise over plain HTTP. */
export function askRawPlain(uap: Uap, text: string): Promise<string> {
  return readAll(net.connect({ host: uap.network.uap, port: 80 }), text);
}

export function connectTls(uap: Uap, servername: string, more: tls.ConnectionOptions = {}): tls.TLSSocket {
  return tls.connect({ host: uap.network.uap, port: 443, servername, rejectUnauthorized: false, ...more });
}

/** @returns the protocol and cipher of a handshake. @throws Error with the alert if it is refused. */
export function handshake(
  uap: Uap,
  options: tls.ConnectionOptions = {},
): Promise<{ protocol: string; cipher: string }> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(uap, HOSTNAME, options);
    socket.on('error', reject);
    socket.on('secureConnect', () => {
      resolve({ protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().name });
      socket.destroy();
    });
  });
}

function readAll(socket: net.Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    socket.on('close', () => resolve(received));
    socket.write(text, 'latin1');
  });
}

function answer(status: number, raw: readonly string[], chunks: readonly Buffer[]): Answer {
  const headers = Array.from({ length: raw.length / 2 }, (_, i): [string, string] => [
    (raw[2 * i] as string).toLowerCase(),
    raw[2 * i + 1] as string,
  ]);
  const all = (name: string) => headers.filter(([each]) => each === name).map(([, value]) => value);
  return {
    status,
    headers,
    body: Buffer.concat(chunks).toString(),
    all,
    one(name) {
      const values = all(name);
      if (values.length > 1) throw new Error(`${name} appears ${values.length} times: ${values.join(' | ')}`);
      return values[0];
    },
  };
}
