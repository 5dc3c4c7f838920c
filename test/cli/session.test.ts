import { readFileSync } from 'node:fs';
import type { Credentials } from '../../cli/services/openstack/credentials';
import { flavors, images, networks, zones } from '../../cli/services/openstack/resources';
import { ApiError, Session } from '../../cli/services/openstack/session';
import { ApiServer, type Reply, type Route, tokenReply } from './api-server';

let server: ApiServer | undefined;
afterEach(() => server?.stop());

async function serve(route: Route): Promise<ApiServer> {
  server = await ApiServer.start(route);
  return server;
}

function credentials(url: string, more: Partial<Credentials> = {}): Credentials {
  return {
    source: 'entry "a" of clouds.yaml',
    authUrl: `${url}/v3`,
    auth: {},
    method: 'password',
    interface: 'public',
    tls: {},
    foundByTerraform: true,
    ...more,
  };
}

/** A session whose services answer by path. */
async function session(answers: (path: string) => Reply): Promise<Session> {
  const started: ApiServer = await serve(({ url = '' }) =>
    url === '/v3/auth/tokens' ? tokenReply(started.url) : answers(url),
  );
  return Session.connect(credentials(started.url), 2);
}

const message = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error: Error) => error.message,
  );

test.each<[string, Reply, Partial<Credentials>, RegExp]>([
  [
    'a wrong password',
    { status: 401 },
    {},
    /refuses the credentials: wrong user name, password or project.*; check entry "a" of clouds.yaml$/,
  ],
  [
    'an expired application credential',
    { status: 401 },
    { method: 'application credential' },
    /expired or its secret is wrong \(see "openstack application credential list"/,
  ],
  ['an expired token', { status: 401 }, { method: 'token' }, /the token has expired; issue a new one/],
  [
    'another server',
    { status: 404, body: '<h1>Not Found</h1>' },
    {},
    /it has no Keystone v3 \(HTTP 404\); check auth_url in entry "a"/,
  ],
  [
    'a redirect',
    { status: 302, headers: { location: 'https://login.cloud.org/' } },
    {},
    /redirects to https:\/\/login.cloud.org\//,
  ],
  [
    'a broken Keystone',
    { status: 503, body: '<html><b>Service</b> Unavailable' },
    {},
    /HTTP 503, Service Unavailable; check auth_url/,
  ],
  [
    'no project',
    { status: 201, headers: { 'x-subject-token': 't' }, body: { token: { user: {} } } },
    {},
    /have no project scope; set project_name/,
  ],
])('%s is one clear line', async (_, reply, more, expected) => {
  const { url } = await serve(() => reply);
  const text = await message(Session.connect(credentials(url, more), 2));
  expect(text).toMatch(expected);
  expect(text).not.toContain('\n');
});

test('a cloud that never answers ends the wait', async () => {
  const { url } = await serve(() => undefined);
  const start = Date.now();
  expect(await message(Session.connect(credentials(url), 0.5))).toBe(
    `${url}/v3/auth/tokens can't be reached: no answer in 0.5 s`,
  );
  expect(Date.now() - start).toBeLessThan(5000);
});

test('a cloud that does not exist is reported', async () => {
  const { url } = await serve(() => undefined);
  await server?.stop();
  server = undefined;
  expect(await message(Session.connect(credentials(url), 2))).toBe(
    `${url}/v3/auth/tokens can't be reached: connection refused`,
  );
  expect(await message(Session.connect(credentials('http://nothing.invalid'), 5))).toMatch(
    /its host name (is unknown|could not be looked up)/,
  );
});

test('a CA of its own must be named, and is then trusted', async () => {
  const tls: ApiServer = await ApiServer.startTls(() => tokenReply(tls.url));
  server = tls;
  expect(await message(Session.connect(credentials(tls.url), 2))).toBe(
    `${tls.url}/v3/auth/tokens can't be reached: its certificate is from an unknown CA; name its CA in entry "a" of clouds.yaml: cacert: /path/to/ca.pem`,
  );
  const ca = readFileSync(tls.caFile as string, 'utf8');
  expect((await Session.connect(credentials(tls.url, { tls: { ca } }), 2)).user).toBe('ops');
  expect((await Session.connect(credentials(tls.url, { tls: { verify: false } }), 2)).user).toBe('ops');
});

test('the catalog is read by region and interface', async () => {
  const one = await session(() => ({ status: 200 }));
  expect(one.regions()).toEqual(['One', 'Two']);
  expect(one.endpoint('network', 'One')).toMatch(/\/network\/v2.0$/);
  expect(one.has('dns', 'One')).toBe(false);
  expect(() => one.endpoint('network', 'Three')).toThrow('the cloud has no region "Three"; allowed: One, Two');
  expect(() => one.endpoint('dns', 'One')).toThrow('the catalog has no dns service in region One');
});

test('all pages of a list are read, whatever form the link has', async () => {
  const pages: Record<string, unknown> = {
    '/network/v2.0/networks': {
      networks: [{ id: 1 }],
      networks_links: [{ rel: 'next', href: 'http://wrong.test/x?marker=1' }],
    },
    '/network/v2.0/networks?marker=1': { networks: [{ id: 2 }], networks_links: [{ rel: 'previous', href: 'x?y' }] },
    '/image/v2/images?sort=created_at:desc&limit=100': { images: [{ id: 1 }], next: '/v2/images?marker=1' },
    '/image/v2/images?marker=1': { images: [{ id: 2 }] },
    '/compute/v2.1/flavors/detail': { flavors: [{ id: 1 }], flavors_links: [{ rel: 'next', href: '/f?marker=1' }] },
    '/compute/v2.1/flavors/detail?marker=1': { flavors: [{ id: 2 }] },
  };
  const one = await session((path) => ({ status: path in pages ? 200 : 404, body: pages[path] }));
  for (const list of [networks, images, flavors]) {
    expect(await (list as typeof networks)(one, 'One')).toEqual([{ id: 1 }, { id: 2 }]);
  }
});

test('a list whose pages form a circle ends', async () => {
  const one = await session(() => ({
    status: 200,
    body: { networks: [{}], networks_links: [{ rel: 'next', href: '?m=1' }] },
  }));
  expect((await networks(one, 'One')).length).toBe(200);
});

test("a refusal quotes the API's message", async () => {
  const one = await session(() => ({
    status: 403,
    body: { NeutronError: { message: 'Policy does\nnot allow', type: 'x' } },
  }));
  const error = await networks(one, 'One').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as Error).message).toMatch(/^GET http:.*\/networks: HTTP 403, Policy does not allow$/);
  expect(await message(zones(one, 'One'))).toContain('the catalog has no dns service');
});
