import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Protocol } from '../../../lib/hostname';

/** An app on an instance. */
export interface Upstream {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** Connections that were opened so far. */
  readonly connections: () => number;
  readonly server: net.Server;
  stop(): Promise<void>;
}

/** What an upstream saw of a request; the answer of {@link echo}. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly servername: string | false | undefined;
}

/** Answers with what it saw, as JSON. */
export const echo: http.RequestListener = async (request, response) => {
  let body = '';
  try {
    for await (const chunk of request) body += chunk;
  } catch {
    return; // The client went away.
  }
  const { rawHeaders: raw } = request;
  const seen: Seen = {
    method: request.method ?? '',
    target: request.url ?? '',
    httpVersion: request.httpVersion,
    headers: Array.from({ length: raw.length / 2 }, (_, i) => [(raw[2 * i] ?? '').toLowerCase(), raw[2 * i + 1] ?? '']),
    body,
    servername: (request.socket as TLSSocket).servername ?? undefined,
  };
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(seen));
};

export async function startUpstream(
  protocol: Protocol,
  address: string,
  listener: http.RequestListener = echo,
  options: http.ServerOptions & https.ServerOptions & { port?: number } = {},
): Promise<Upstream> {
  const { port = 0, ...serverOptions } = options;
  const server =
    protocol === 'https'
      ? https.createServer({ ...selfSigned(), ...serverOptions }, listener)
      : http.createServer(serverOptions, listener);
  let connections = 0;
  const open = new Set<Socket>();
  server.on(protocol === 'https' ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  return listen(server, { protocol, address, port, connections: () => connections, open });
}

/** Answers each request with its request line, byte for byte, and closes. */
export async function startRequestLineEcho(address: string): Promise<Upstream> {
  const open = new Set<Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.once('data', (head: string) => {
      const line = head.slice(0, head.indexOf('\r\n') + 2);
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${line.length}\r\nConnection: close\r\n\r\n${line}`, 'latin1');
    });
  });
  return listen(server, { protocol: 'http', address, port: 0, connections: () => open.size, open });
}

async function listen(
  server: net.Server,
  {
    protocol,
    address,
    port,
    connections,
    open,
  }: Pick<Upstream, 'protocol' | 'address' | 'port' | 'connections'> & { open: Set<Socket> },
): Promise<Upstream> {
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return {
    protocol,
    address,
    port: (server.address() as AddressInfo).port,
    connections,
    server,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

let pem: { key: string; cert: string } | undefined;

/** A certificate as instances have it: self-signed, for another name. */
function selfSigned(): { key: string; cert: string } {
  if (pem) return pem;
  const folder = mkdtempSync(path.join(tmpdir(), 'uap-test-'));
  const [key, cert] = [path.join(folder, 'key'), path.join(folder, 'cert')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  pem = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return pem;
}
