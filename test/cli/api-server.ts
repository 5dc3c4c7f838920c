import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Answers a request, or never if there is no reply. */
export type Route = (request: IncomingMessage, body: string) => Reply | undefined;

/** A server on loopback with the responses of a test; sandbox-check uses the real services. */
export class ApiServer {
  readonly requests: string[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** PEM file of the certificate, of a server with TLS. */
    readonly caFile?: string,
  ) {}

  static async start(route: Route): Promise<ApiServer> {
    return ApiServer.listen((handler) => createServer(handler), 'http', route);
  }

  static async startTls(route: Route): Promise<ApiServer> {
    const folder = mkdtempSync(join(tmpdir(), 'uap-tls-'));
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name)) as [string, string];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync(
      'openssl',
      [...request, '-subj', '/CN=x', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    const pem = { cert: readFileSync(cert), key: readFileSync(key) };
    const server = await ApiServer.listen((handler) => createTlsServer(pem, handler), 'https', route, cert);
    server.server.on('close', () => rmSync(folder, { recursive: true, force: true }));
    return server;
  }

  private static async listen(
    create: (handler: Parameters<typeof createServer>[1] & object) => Server,
    scheme: string,
    route: Route,
    caFile?: string,
  ): Promise<ApiServer> {
    let started: ApiServer | undefined;
    const server = create((request: IncomingMessage, response: import('node:http').ServerResponse) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        started?.requests.push(`${request.method} ${request.url}`);
        const reply = route(request, body);
        if (!reply) return;
        response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
        response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    started = new ApiServer(server, `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, caFile);
    return started;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Keystone's response, with a catalog in which every service is at `url`. */
export function tokenReply(url: string, regions: readonly string[] = ['One', 'Two']): Reply {
  const service = (type: string) => ({
    type,
    endpoints: regions.flatMap((region_id) =>
      ['public', 'internal'].map((side) => ({
        region_id,
        interface: side,
        url: side === 'public' ? `${url}/${type}` : 'http://no.test',
      })),
    ),
  });
  return {
    status: 201,
    headers: { 'x-subject-token': 'token' },
    body: {
      token: {
        expires_at: '2100-01-01T00:00:00Z',
        user: { id: 'u', name: 'ops' },
        project: { id: 'p', name: 'uap' },
        roles: [{ name: 'member' }],
        catalog: ['compute', 'network', 'image'].map(service),
      },
    },
  };
}
