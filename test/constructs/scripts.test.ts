import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The part of Nova's API that the scripts use. */
let nova: Server;
let answer: (path: string, body: string) => { status: number; body?: object };
let asked: { path: string; token?: string }[];

beforeEach(async () => {
  asked = [];
  nova = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      asked.push({ path: request.url ?? '', token: request.headers['x-auth-token'] as string });
      const { status, body: json } = answer(request.url ?? '', body);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json ?? {}));
    });
  });
  await new Promise<void>((listening) => nova.listen(0, '127.0.0.1', listening));
});
afterEach(() => nova.close());

/** Runs a script as Terraform does. */
function run(script: string, environment: Record<string, string>) {
  const url = `http://127.0.0.1:${(nova.address() as AddressInfo).port}/v2.1/`;
  const start = Date.now();
  return new Promise<{ code: number | null; output: string; seconds: number }>((done) => {
    const child = spawn(process.execPath, [join(__dirname, '../../lib/constructs/assets', `${script}.mjs`)], {
      env: { UAP_COMPUTE_URL: url, UAP_TOKEN: 'token', UAP_INSTANCE: 'new', UAP_TIMEOUT: '30', ...environment },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.on('close', (code) => done({ code, output, seconds: (Date.now() - start) / 1000 }));
  });
}

const hostname = 'proxy.cloud.org';
const console = (...lines: string[]) => ({ status: 200, body: { output: lines.join('\r\n') } });
const waits = 'uap: set up: waiting for the certificate of proxy.cloud.org';

describe('wait-for-console', () => {
  test('ends when the console shows that the instance serves', async () => {
    answer = () =>
      asked.length < 2 ? console('[  1.0] Linux', waits) : console(waits, `uap: ready: Nginx serves ${hostname}`);
    const { code, output } = await run('wait-for-console', { UAP_HOSTNAME: hostname });
    expect([code, asked.length]).toEqual([0, 2]);
    expect(asked[0]).toEqual({ path: '/v2.1/servers/new/action', token: 'token' });
    expect(output).toMatch(new RegExp(`^\\d+ s: ${waits}$`, 'm'));
  });

  test('does not accept another name', async () => {
    answer = () => console('uap: ready: Nginx serves other.cloud.org');
    const { code, output } = await run('wait-for-console', { UAP_HOSTNAME: hostname, UAP_TIMEOUT: '3' });
    expect(code).toBe(1);
    expect(output).toMatch(/did not become ready within \d+ s: uap: ready: Nginx serves other\.cloud\.org\./);
    expect(output).toContain('The address still points to the previous instance');
  });

  test('continues while the console does not exist yet', async () => {
    answer = () => (asked.length < 2 ? { status: 409 } : console(`uap: ready: Nginx serves ${hostname}`));
    expect(await run('wait-for-console', { UAP_HOSTNAME: hostname })).toMatchObject({ code: 0 });
  });

  test('ends at once when the token is invalid', async () => {
    answer = () => ({ status: 401 });
    const { code, output, seconds } = await run('wait-for-console', { UAP_HOSTNAME: hostname });
    expect(code).toBe(1);
    expect(seconds).toBeLessThan(15);
    expect(output).toContain('Nova answers the request for the console with 401');
    expect(output).not.toContain('token');
  });
});

describe('drain', () => {
  const servers = (...ids: string[]) => ({ status: 200, body: { servers: ids.map((id) => ({ id })) } });
  const drain = () => run('drain', { UAP_SERVER_NAME: 'uap-proxy.org', UAP_DRAIN: '2' });

  test('waits while another server of the name exists', async () => {
    answer = () => servers('old', 'new');
    const { code, output, seconds } = await drain();
    expect([code, output]).toEqual([0, 'the instance before new has 2 s to finish in-flight requests\n']);
    expect(seconds).toBeGreaterThan(2);
    expect(asked[0]?.path).toBe(`/v2.1/servers?name=${encodeURIComponent('^uap-proxy\\.org$')}`);
  });

  test('does not wait without an earlier server', async () => {
    answer = () => servers('new');
    expect((await drain()).output).toBe('no previous instance exists: nothing to drain\n');
  });

  test('waits when Nova does not answer', async () => {
    answer = () => ({ status: 500 });
    expect((await drain()).output).toContain('has 2 s to finish in-flight requests');
  });
});
