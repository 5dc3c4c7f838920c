import { execFileSync } from 'node:child_process';
import { buildImage, type ImageOrder } from '../../cli/image/build';
import { imageUserData } from '../../cli/image/user-data';
import { Session } from '../../cli/services/openstack/session';
import { ApiServer, type Reply, tokenReply } from './api-server';
import { App } from './app';

const installed = 'uap-image: begins\r\nuap-image: has nginx 1.22\r\nuap-image: misses lego\r\nuap-image: done\r\n';

/** A cloud with one instance: its console at each query, and the status of its image. */
class Cloud {
  readonly created: { name: string; user_data: string }[] = [];
  readonly actions: string[] = [];
  status = 'ACTIVE';
  imageStatus = 'active';
  isThere = false;
  private server?: ApiServer;

  constructor(private readonly consoles: (string | 401)[]) {}

  async connect(): Promise<Session> {
    this.server ??= await ApiServer.start(({ method, url = '' }, body) => this.answer(method, url, body));
    const { url } = this.server;
    const more = { auth: {}, method: 'password', interface: 'public', tls: {}, foundByTerraform: true } as const;
    return Session.connect({ source: 'clouds.yaml', authUrl: `${url}/v3`, ...more }, 5);
  }

  stop = () => this.server?.stop();

  get tokens(): number {
    return (this.server?.requests ?? []).filter((line) => line.endsWith('/v3/auth/tokens')).length;
  }

  /** The log, with `error` if it failed. */
  async build(more: Partial<ImageOrder> = {}): Promise<string[]> {
    const lines: string[] = [];
    const ids = { region: 'One', image: 'image-1', flavor: 'flavor-1', network: 'network-1' };
    const log = (line: string) => void lines.push(line);
    const order = { ...ids, name: 'ready', userData: 'script', timeout: 5, pause: 0.01, keep: false, log, ...more };
    await buildImage(() => this.connect(), order).catch((error: Error) => lines.push(`error: ${error.message}`));
    return lines;
  }

  private answer(method = '', url: string, body: string): Reply {
    if (url === '/v3/auth/tokens') return tokenReply((this.server as ApiServer).url);
    if (url.startsWith('/image/')) return { status: 200, body: { images: this.images() } };
    if (url.endsWith('/action')) return this.act(JSON.parse(body));
    if (method === 'POST') {
      this.isThere = true;
      this.created.push(JSON.parse(body).server);
      return { status: 202, body: { server: { id: 'server-1' } } };
    }
    if (method === 'DELETE') {
      this.isThere = false;
      return { status: 204 };
    }
    if (!this.isThere) return { status: 404 };
    return { status: 200, body: { server: { status: this.status, fault: { message: 'No valid host' } } } };
  }

  private act(action: object): Reply {
    const [name = ''] = Object.keys(action);
    if (name === 'os-getConsoleOutput') {
      const output = this.consoles.length > 1 ? this.consoles.shift() : this.consoles[0];
      return output === 401 ? { status: 401 } : { status: 200, body: { output } };
    }
    this.actions.push(name);
    if (name === 'os-stop') this.status = 'SHUTOFF';
    return { status: 202 };
  }

  private images() {
    const older = { id: 'image-0', name: 'ready', status: 'active' };
    return this.actions.includes('createImage')
      ? [{ id: 'image-2', name: 'ready', status: this.imageStatus }, older]
      : [older];
  }
}

let cloud: Cloud;
afterEach(() => cloud?.stop());

test('an instance installs the packages, becomes an image and is deleted', async () => {
  cloud = new Cloud(['', 'uap-image: begins\n', installed]);
  expect(await cloud.build()).toEqual([
    'instance server-1 boots',
    '  has nginx 1.22',
    '  misses lego',
    'storing it as the image ready',
  ]);
  expect(cloud.created).toEqual([
    {
      name: 'guest-image-ready',
      imageRef: 'image-1',
      flavorRef: 'flavor-1',
      networks: [{ uuid: 'network-1' }],
      user_data: Buffer.from('script').toString('base64'),
    },
  ]);
  expect(cloud.actions).toEqual(['os-stop', 'createImage']);
  expect(cloud.isThere).toBe(false);
});

test('a token that expires meanwhile is renewed', async () => {
  cloud = new Cloud([401, installed]);
  expect((await cloud.build()).at(-1)).toBe('storing it as the image ready');
  expect(cloud.tokens).toBe(2);
});

const cantInstall = 'uap-image: failed: no route to the mirror\r\n';

test.each<[string, string, Partial<Cloud>, Partial<ImageOrder>, string]>([
  ['a failed installation', cantInstall, {}, {}, "the packages can't be installed: no route to the mirror"],
  ['a failed instance', '', { status: 'ERROR' }, {}, 'the instance has the status ERROR: No valid host'],
  [
    'an installation that hangs',
    '',
    {},
    { timeout: 0.1 },
    'timeout after 0.1 s: still waiting for the installation to end',
  ],
  ['an image that is not stored', installed, { imageStatus: 'killed' }, {}, 'the image ready has the status killed'],
])('%s ends with the reason, and deletes the instance', async (_, console, state, order, reason) => {
  cloud = Object.assign(new Cloud([console]), state);
  expect((await cloud.build(order)).at(-1)).toBe(`error: ${reason}`);
  expect(cloud.isThere).toBe(false);
});

test('a failed instance is kept on request', async () => {
  cloud = new Cloud([cantInstall]);
  await cloud.build({ keep: true });
  expect(cloud.isThere).toBe(true);
});

test('Ctrl-C deletes the instance', async () => {
  cloud = new Cloud(['']);
  const ended = new AbortController();
  const log = () => ended.abort();
  await cloud.build({ log, signal: ended.signal });
  expect([cloud.created.length, cloud.isThere]).toEqual([1, false]);
});

test('the user data is a script that writes the files which install packages, and no other', () => {
  const files = [
    { path: '/etc/uap/packages', content: 'nginx\n' },
    { path: '/etc/uap/packages.optional', content: 'logrotate\n' },
    { path: '/usr/local/lib/uap/packages', content: `echo ${'long '.repeat(50)}\n`, mode: '0755' },
    { path: '/etc/nginx/nginx.conf', content: 'secret of the house' },
  ];
  const script = imageUserData(files);
  execFileSync('sh', ['-n'], { input: script });
  expect(script).not.toMatch(/@[A-Z_]+@|nginx\.conf/);
  const written = [...script.matchAll(/> (\S+) << 'FILE'\n([\s\S]*?)\nFILE\nchmod (\d+)/g)];
  expect(written.map(([, path, text = '', mode]) => [path, `${Buffer.from(text, 'base64')}`, mode])).toEqual(
    files.slice(0, 3).map(({ path, content, mode = '0644' }) => [path, content, mode]),
  );
});

test('the command wants a name, and a region where there are several', async () => {
  const app = new App();
  try {
    expect(await app.run('image', 'large', '--name', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('large has several regions, choose one with --region: One, Two'),
    });
    expect((await app.run('image', 'small')).stderr).toBe('uap: image needs a name for the new image: --name NAME\n');
    expect((await app.run('image', 'small', '--name', 'x', '--timeout', '0')).stderr).toContain('up to 86400; got "0"');
  } finally {
    app.remove();
  }
});
