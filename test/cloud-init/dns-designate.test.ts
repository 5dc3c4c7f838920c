import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import * as path from 'node:path';
import { describeScripts } from './machine';

const script = path.join(__dirname, '../../lib/cloud-init/assets/bin/dns-designate');
const name = '_acme-challenge.proxy.cloud.test.';

interface RecordSet {
  id: string;
  name: string;
  type: string;
  records: string[];
  status: string;
  ttl?: number;
}

describeScripts('the script dns-designate', () => {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await Cloud.start();
  });
  afterEach(() => cloud.stop());

  test('adds the value in the zone with the longest matching name, and waits until it is active', async () => {
    expect(await cloud.run('present', name, 'value-1')).toEqual({ code: 0, output: '' });
    expect(cloud.sets).toMatchObject([{ name, type: 'TXT', records: ['"value-1"'], status: 'ACTIVE', ttl: 10 }]);
    expect(cloud.requests).toContain('POST /dns/v2/zones/inner/recordsets');
    expect(cloud.requests.at(-1)).toBe('GET /dns/v2/zones/inner/recordsets/1');
  });

  test('keeps the other value, as both names of a certificate share one record set', async () => {
    await cloud.run('present', name, 'one');
    await cloud.run('present', name, 'two');
    expect(cloud.sets[0]?.records).toEqual(['"one"', '"two"']);
    await cloud.run('cleanup', name, 'one');
    expect(cloud.sets[0]?.records).toEqual(['"two"']);
    await cloud.run('cleanup', name, 'two');
    expect(cloud.sets).toEqual([]);
  });

  test('the same again changes nothing', async () => {
    await cloud.run('present', name, 'one');
    await cloud.run('present', name, 'one');
    expect(cloud.sets[0]?.records).toEqual(['"one"']);
    await cloud.run('cleanup', name, 'one');
    expect(await cloud.run('cleanup', name, 'one')).toEqual({ code: 0, output: '' });
  });

  test('uses no requests but those of the access rules', async () => {
    await cloud.run('present', name, 'one');
    await cloud.run('present', name, 'two');
    await cloud.run('cleanup', name, 'one');
    await cloud.run('cleanup', name, 'two');
    const id = '[^/]+';
    const allowed = new RegExp(
      `^(POST /identity/v3/auth/tokens|GET /dns/v2/zones|(GET|POST) /dns/v2/zones/${id}/recordsets|(GET|PUT|DELETE) /dns/v2/zones/${id}/recordsets/${id})$`,
    );
    for (const request of cloud.requests) expect(request).toMatch(allowed);
  });

  test('reads again after a conflict', async () => {
    cloud.conflicts = 2;
    expect((await cloud.run('present', name, 'one')).code).toBe(0);
    expect(cloud.sets[0]?.records).toEqual(['"one"']);
  });

  test('omits the TTL when the service refuses ours', async () => {
    cloud.leastTtl = 300;
    expect((await cloud.run('present', name, 'one')).code).toBe(0);
    expect(cloud.sets[0]?.ttl).toBeUndefined();
  });

  test('survives a short outage of the service', async () => {
    cloud.failures = 1;
    expect((await cloud.run('present', name, 'one')).code).toBe(0);
  });

  test.each([
    [
      'no zone',
      ['present', '_acme-challenge.other.example.', 'x'],
      {},
      'no zone of this project holds _acme-challenge.other.',
    ],
    ['another region', ['present', name, 'x'], { OS_REGION_NAME: 'Two' }, 'no public dns endpoint in the region Two'],
    ['a wrong secret', ['present', name, 'x'], { OS_APPLICATION_CREDENTIAL_SECRET: 'no' }, 'v3/auth/tokens: 401'],
    [
      'no secret',
      ['present', name, 'x'],
      { OS_APPLICATION_CREDENTIAL_SECRET: '' },
      'not among the credentials: OS_APPLICATION',
    ],
    ['an error of the name servers', ['present', name, 'broken'], {}, `${name} is ERROR`],
  ])('%s is reported in one line', async (_, [action = '', fqdn = '', value = ''], environment, reason) => {
    const { code, output } = await cloud.run(action, fqdn, value, environment);
    expect(code).toBe(1);
    expect(output).toMatch(/^dns-designate: .+\n$/);
    expect(output).toContain(reason);
  });

  test('prints its usage', async () => {
    expect((await cloud.run('timeout', '', '')).code).toBe(2);
  });
});

/** The parts of Keystone and Designate that the script uses; the real ones are in the sandbox. */
class Cloud {
  readonly requests: string[] = [];
  sets: RecordSet[] = [];
  conflicts = 0;
  failures = 0;
  leastTtl = 0;
  private count = 0;
  private readonly zones = { outer: 'cloud.test.', inner: 'proxy.cloud.test.' };

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Cloud> {
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const url = new URL(request.url ?? '', 'http://cloud');
      cloud.requests.push(`${request.method} ${url.pathname}`);
      const [status, body] = cloud.answer(request.method ?? '', url, text ? JSON.parse(text) : {}, request.headers);
      response.writeHead(status, { 'X-Subject-Token': 'token' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
    const cloud = new Cloud(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return cloud;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  // biome-ignore lint/suspicious/noExplicitAny: documents of another service
  private answer(method: string, url: URL, body: any, headers: Record<string, unknown>): [number, unknown?] {
    if (this.failures > 0) {
      this.failures--;
      return [503];
    }
    if (url.pathname === '/identity/v3/auth/tokens') {
      if (body.auth.identity.application_credential.secret !== 'secret') return [401, { error: 'no' }];
      const endpoint = { interface: 'public', region_id: 'One', url: `${this.url}/dns/` };
      const internal = { interface: 'internal', region_id: 'One', url: 'http://127.0.0.1:9/' };
      return [201, { token: { catalog: [{ type: 'dns', endpoints: [internal, endpoint] }] } }];
    }
    if (headers['x-auth-token'] !== 'token') return [401];
    if (url.pathname === '/dns/v2/zones') {
      const wanted = url.searchParams.get('name');
      const zones = Object.entries(this.zones).map(([id, zone]) => ({ id, name: zone }));
      return [200, { zones: zones.filter((zone) => zone.name === wanted) }];
    }
    const id = /recordsets\/(\d+)$/.exec(url.pathname)?.[1];
    return method === 'GET' ? this.read(url, id) : this.write(method, id, body);
  }

  private read(url: URL, id?: string): [number, unknown?] {
    if (!id) return [200, { recordsets: this.sets.filter((set) => set.name === url.searchParams.get('name')) }];
    const set = this.sets.find((candidate) => candidate.id === id);
    if (!set) return [404];
    const answer: [number, unknown] = [200, { ...set }];
    set.status = set.records.includes('"broken"') ? 'ERROR' : 'ACTIVE';
    return answer;
  }

  private write(method: string, id: string | undefined, body: Partial<RecordSet>): [number, unknown?] {
    if (this.conflicts > 0) {
      this.conflicts--;
      return [409];
    }
    if (method === 'DELETE') {
      this.sets = this.sets.filter((set) => set.id !== id);
      return [202, {}];
    }
    if (body.ttl !== undefined && body.ttl < this.leastTtl) return [400, { type: 'invalid_ttl' }];
    const before = this.sets.find((set) => set.id === id);
    const set = { ...before, ...body, status: 'PENDING', id: id ?? String(++this.count) } as RecordSet;
    this.sets = [...this.sets.filter((other) => other.id !== set.id), set];
    return [202, { ...set }];
  }

  run(action: string, fqdn: string, value: string, more: Record<string, string> = {}) {
    const env = {
      OS_AUTH_URL: `${this.url}/identity`,
      OS_APPLICATION_CREDENTIAL_ID: 'id',
      OS_APPLICATION_CREDENTIAL_SECRET: 'secret',
      OS_REGION_NAME: 'One',
      ...more,
    };
    return new Promise<{ code: number; output: string }>((resolve) => {
      execFile(script, [action, fqdn, value], { env }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
