import type http from 'node:http';
import { CLIENT_ORIGIN, VARIANTS } from '../nginx/support/uap';
import { echo, type Seen, startUpstream, type Upstream } from '../nginx/support/upstream';
import { OTHER_ORIGIN, openWorld, type World } from './support/world';

type Shield = 'off' | 'enforce';

/** The rights of a script in the browser. */
describe.each(VARIANTS)('apps side by side, %s', (variant) => {
  let world: World;
  let apps: readonly [Upstream, Upstream];
  /** Methods that the second app saw. */
  let seen: string[];
  let behave: http.RequestListener;
  const opened = new Map<Shield, { world: World; apps: readonly [Upstream, Upstream] }>();

  /** The test goes on with a proxy that has this shield. */
  const open = async (siblingShield: Shield) => {
    if (!opened.has(siblingShield)) {
      const own = await openWorld(variant, { siblingShield });
      opened.set(siblingShield, { world: own, apps: await startApps(own) });
    }
    ({ world, apps } = opened.get(siblingShield) as { world: World; apps: readonly [Upstream, Upstream] });
  };

  const startApps = async ({ addresses: [one = '', two = ''] }: World): Promise<[Upstream, Upstream]> => {
    const listener: http.RequestListener = (request, response) => {
      if (request.url !== '/favicon.ico') seen.push(request.method ?? '');
      behave(request, response);
    };
    const second = await startUpstream('http', two, listener);
    second.server.on('upgrade', (_, socket) => {
      seen.push('upgrade');
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    });
    return [await startUpstream('http', one, page), second];
  };

  beforeEach(() => {
    seen = [];
    behave = echo;
  });

  afterAll(async () => {
    for (const place of opened.values()) {
      await Promise.all(place.apps.map((app) => app.stop()));
      await place.world.close();
    }
  });

  test('a cookie with a Domain stays with the app that set it', async () => {
    await open('off');
    behave = (request, response) => {
      response.setHeader('Set-Cookie', [
        'wide=1; Domain=proxy.cloud.org; Path=/; Secure; HttpOnly',
        'dotted=2; Domain=.proxy.cloud.org; Path=/',
        'own=3; Path=/',
      ]);
      response.end(request.headers.cookie ?? 'no cookies');
    };
    const tab = await world.page();
    const text = () => tab.locator('body').innerText();
    await tab.goto(world.url(apps[1]));
    expect(await text()).toBe('no cookies');
    await tab.goto(world.url(apps[1]));
    expect((await text()).split('; ').sort()).toEqual(['dotted=2', 'own=3', 'wide=1']);
    await tab.goto(world.url(apps[0]));
    expect(await text()).toBe('no cookies');
  });

  test("an app's own answers to OPTIONS reach its scripts, and those of another origin that it admits", async () => {
    await open('off');
    behave = (request, response) => {
      if (request.url === '/page') return page(request, response);
      if (request.headers.origin === OTHER_ORIGIN) {
        response.setHeader('Access-Control-Allow-Origin', OTHER_ORIGIN);
        response.setHeader('Access-Control-Allow-Headers', 'tus-resumable');
        response.setHeader('Access-Control-Allow-Methods', 'PATCH');
        response.setHeader('Access-Control-Expose-Headers', 'tus-version');
      }
      response.writeHead(request.method === 'PROPFIND' ? 207 : 204, { DAV: '1, 2', 'Tus-Version': '1.0.0' }).end();
    };
    const send = async ([url, method]: readonly [string, string]) => {
      const answer = await fetch(url, { method, headers: { 'Tus-Resumable': '1.0.0' } });
      return [answer.status, answer.headers.get('tus-version')];
    };
    const url = world.url(apps[1], '/files');
    const tab = await world.page();
    await tab.goto(world.url(apps[1], '/page'));
    expect(await tab.evaluate(send, [url, 'OPTIONS'] as const)).toEqual([204, '1.0.0']);
    expect(await tab.evaluate(send, [url, 'PROPFIND'] as const)).toEqual([207, '1.0.0']);
    expect(seen).toEqual(['GET', 'OPTIONS', 'PROPFIND']);
    seen = [];
    await tab.goto(OTHER_ORIGIN);
    expect(await tab.evaluate(send, [url, 'PATCH'] as const)).toEqual([204, '1.0.0']);
    expect(seen).toEqual(['OPTIONS', 'PATCH']);
  });

  test("a client origin's page calls an app with credentials, after a preflight that is answered by the proxy", async () => {
    await open('enforce');
    const tab = await world.page();
    await tab.goto(CLIENT_ORIGIN);
    const got = await tab.evaluate(
      async (url) => {
        const headers = { Authorization: 'Bearer t', 'Content-Type': 'application/json', 'X-Is-Electron': 'false' };
        const answer = await fetch(url, { method: 'PATCH', credentials: 'include', headers, body: '{"a":1}' });
        return { status: answer.status, json: await answer.json() };
      },
      world.url(apps[1], '/api'),
    );
    const json = got.json as Seen;
    expect(got.status).toBe(200);
    expect(json).toMatchObject({ method: 'PATCH', target: '/api', body: '{"a":1}' });
    expect(json.headers).toContainEqual(['authorization', 'Bearer t']);
    expect(json.headers).toContainEqual(['origin', CLIENT_ORIGIN]);
    expect(seen).toEqual(['PATCH']);
  });

  test("another origin's page is refused", async () => {
    await open('off');
    const tab = await world.page();
    await tab.goto(OTHER_ORIGIN);
    const url = world.url(apps[1], '/api');
    expect(await tab.evaluate(attempt, { url, method: 'PATCH', authorization: 'Bearer t' })).toBe('refused');
    expect(seen).toEqual(['OPTIONS']); // The app's own answer, which admits no origin.
    expect(await tab.evaluate(attempt, { url, method: 'GET' })).toBe('refused');
    expect(seen).toEqual(['OPTIONS', 'GET']); // It went there, but the page may not read the answer.
  });

  test.each(['off', 'enforce'] as const)("a sibling's page reaches an app by script: shield %s", async (shield) => {
    await open(shield);
    const tab = await world.page();
    await tab.goto(world.url(apps[0]));
    const url = world.url(apps[1], '/api');
    await tab.evaluate(attempt, { url, method: 'POST', mode: 'no-cors' as const });
    await tab.evaluate(attempt, { url, method: 'GET' });
    await tab.evaluate(loadImage, url);
    await tab.evaluate(openSocket, url);
    expect(seen).toEqual(shield === 'off' ? ['POST', 'GET', 'GET', 'upgrade'] : []);

    seen = [];
    await tab.evaluate((to) => {
      document.body.innerHTML = `<a href="${to}">there</a>`;
    }, url);
    await tab.click('a');
    await tab.waitForURL(url);
    expect(await tab.locator('body').innerText()).toContain('"target":"/api"');
    expect(seen).toEqual(['GET']);
  });
});

const page: http.RequestListener = (request, response) => {
  response.setHeader('Content-Type', 'text/html');
  response.end(`<!doctype html><title>one</title><body>${request.headers.cookie ?? 'no cookies'}`);
};

interface Attempt {
  readonly url: string;
  readonly method: string;
  readonly mode?: RequestMode;
  readonly authorization?: string;
}

/** Runs in the page. */
async function attempt({ url, method, mode = 'cors', authorization }: Attempt): Promise<string> {
  const headers = new Headers(authorization === undefined ? {} : { Authorization: authorization });
  try {
    await (await fetch(url, { method, mode, credentials: 'include', headers })).text();
    return 'answered';
  } catch {
    return 'refused';
  }
}

/** Runs in the page. */
function loadImage(url: string): Promise<void> {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = image.onerror = () => resolve();
    image.src = url;
  });
}

/** Runs in the page. */
function openSocket(url: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace('https:', 'wss:'));
    socket.onopen = socket.onerror = () => resolve();
  });
}
