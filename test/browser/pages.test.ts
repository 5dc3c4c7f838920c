import type http from 'node:http';
import path from 'node:path';
import { HOSTNAME, VARIANTS } from '../nginx/support/uap';
import { startUpstream, type Upstream } from '../nginx/support/upstream';
import { OUT, openWorld, type World } from './support/world';

const APEX = `https://${HOSTNAME}/`;

const app: http.RequestListener = (_, response) => {
  response.setHeader('Content-Type', 'text/html');
  response.end('<!doctype html><title>app</title><h1>the app</h1>');
};

describe.each(VARIANTS)('the page of the UAP, %s', (variant) => {
  let world: World;
  let upstreams: Upstream[];

  beforeAll(async () => {
    world = await openWorld(variant);
    const [address = ''] = world.addresses;
    upstreams = [await startUpstream('https', address, app), await startUpstream('http', address, app)];
  });

  afterAll(async () => {
    await Promise.all((upstreams ?? []).map((upstream) => upstream.stop()));
    await world?.close();
  });

  test('an app opens over HTTP/2, and from plain HTTP', async () => {
    const page = await world.page();
    const protocol = () =>
      page.evaluate(
        () => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).nextHopProtocol,
      );
    for (const upstream of upstreams) {
      const url = world.url(upstream);
      await page.goto(url.replace('https:', 'http:'));
      expect(page.url()).toBe(url);
      expect(await page.locator('h1').innerText()).toBe('the app');
      expect(await protocol()).toBe('h2');
    }
  });

  test.each([true, false])('the form leads to the app; with scripts: %s', async (javaScriptEnabled) => {
    for (const upstream of upstreams) {
      const page = await world.page({ javaScriptEnabled });
      await page.goto(APEX);
      await page.getByLabel('Address').fill(upstream.address);
      await page.getByLabel('Port').fill(String(upstream.port));
      await page.getByLabel('The app speaks').selectOption(upstream.protocol);
      expect(await page.locator('output').innerText()).toBe(javaScriptEnabled ? world.url(upstream) : '');
      await page.getByRole('button').click();
      await page.waitForURL(world.url(upstream));
      expect(await page.locator('h1').innerText()).toBe('the app');
      await page.context().close();
    }
  });
});

describe('pages in a browser', () => {
  let world: World;
  let upstream: Upstream;

  beforeAll(async () => {
    world = await openWorld('upstream-lua', ({ instances }) => ({
      abuseContact: 'abuse@cloud.org',
      blocked: [instances[3] as string],
      deniedAddresses: [instances[4] as string],
    }));
    upstream = await startUpstream('https', world.addresses[0] as string, app);
  });

  afterAll(async () => {
    await upstream?.stop();
    await world?.close();
  });

  const at = (address: string, port: number) => world.url({ protocol: 'http', address, port });
  const pages: Record<string, [number, () => string]> = {
    welcome: [200, () => APEX],
    'not-found': [404, () => `${APEX}nothing`],
    malformed: [404, () => `https://198-51-100-256-8888.${HOSTNAME}/`],
    range: [403, () => at('192.0.2.7', 8888)],
    denied: [403, () => at(world.uap.network.instances[4] as string, 8888)],
    port: [403, () => at(upstream.address, 22)],
    blocked: [451, () => at(world.uap.network.instances[3] as string, 8888)],
    unreachable: [502, () => at(upstream.address, 1234)],
    timeout: [504, () => at(world.uap.network.silent, 8888)],
  };

  test.each(Object.entries(pages))('%s', async (name, [status, url]) => {
    const page = await world.page();
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of \d+/.test(message.text())) problems.push(message.text());
    });
    expect((await page.goto(url()))?.status()).toBe(status);
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [width, height] of [
        [1280, 800],
        [360, 740],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: path.join(OUT, `${name}-${colorScheme}-${width}.png`) });
        const { scroll, contrast } = await page.evaluate(look);
        expect(scroll).toBe(width);
        expect(contrast).toBeGreaterThan(4.5); // WCAG 2, AA
      }
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('pictures for the documentation', async () => {
    const page = await world.page({ viewport: { width: 900, height: 620 } });
    await page.goto(APEX);
    await page.getByLabel('Address').fill(upstream.address);
    await page.getByLabel('Port').fill('8888');
    await page.getByLabel('The app speaks').selectOption('http');
    await page.screenshot({ path: path.join(OUT, 'docs-welcome.png') });
    await page.goto(at('192.0.2.7', 8888));
    await page.screenshot({ path: path.join(OUT, 'docs-refused.png') });
  });
});

/** Runs in the page: width with what must be scrolled to, and the least contrast of a text. */
function look(): { scroll: number; contrast: number } {
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): string => {
    if (!element) return 'rgb(255, 255, 255)';
    const color = getComputedStyle(element).backgroundColor;
    return color === 'rgba(0, 0, 0, 0)' ? behind(element.parentElement) : color;
  };
  const contrast = (element: Element, pseudo?: string) => {
    const pair = [luminance(getComputedStyle(element, pseudo).color), luminance(behind(element))].sort((a, b) => b - a);
    return ((pair[0] as number) + 0.05) / ((pair[1] as number) + 0.05);
  };
  const contrasts = [
    ...[...document.querySelectorAll('h1, p, li, a, code, label, button, footer')].map((each) => contrast(each)),
    ...[...document.querySelectorAll('input')].map((each) => contrast(each, '::placeholder')),
  ];
  return { scroll: document.documentElement.scrollWidth, contrast: Math.min(...contrasts) };
}
