import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { CertificateAuthority } from '../../cloud-init/pki';
import type { Network } from '../../nginx/support/network';
import { CLIENT_ORIGIN, HOSTNAME, type Overrides, startUap, type Uap, type Variant } from '../../nginx/support/uap';

export const OTHER_ORIGIN = 'https://elsewhere.example';

/** Where screenshots and other results go; not in git. */
export const OUT = path.join(__dirname, '..', 'out');

const INSTALLED = process.env.UAP_BROWSER_DIR ?? path.join(homedir(), '.cache/uap-browser');

/** Programs of the Python apps. */
export const APPS = path.join(INSTALLED, 'venv/bin');

/** JupyterHub's own proxy, a program for Node.js. */
export const HUB_PROXY = path.join(INSTALLED, 'hub/node_modules/configurable-http-proxy/bin/configurable-http-proxy');

/** The user's side: a proxy with a certificate that a browser trusts, and that browser. */
export interface World {
  readonly uap: Uap;
  readonly browser: Browser;
  /** Folder for files of the test; removed at the end. */
  readonly folder: string;
  /** Addresses of instances. */
  readonly addresses: readonly string[];
  /** A page with cookies and storage of its own. */
  page(options?: BrowserContextOptions): Promise<Page>;
  /** URL of an app. */
  url(upstream: Parameters<Uap['host']>[0], path?: string): string;
  close(): Promise<void>;
}

/**
 * Starts a proxy and Chromium. DNS is a rule in Chromium: the UAP's names lead to the proxy, those of the client
 * origin and of another one to an empty page. The certificates are an own CA's, in Chromium's own store.
 */
export async function openWorld(
  variant: Variant,
  overrides: Overrides | ((network: Network) => Overrides) = {},
): Promise<World> {
  const undo: (() => unknown)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'uap-browser-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const authority = CertificateAuthority.create(folder);
    const pages = [CLIENT_ORIGIN, OTHER_ORIGIN].map((origin) => new URL(origin).hostname);
    const { chain, key } = authority.issue({ names: [HOSTNAME, `*.${HOSTNAME}`, ...pages] });
    const files = { certificate: path.join(folder, 'chain.pem'), key: path.join(folder, 'key.pem') };
    writeFileSync(files.certificate, chain);
    writeFileSync(files.key, key, { mode: 0o600 });

    const uap = await startUap(variant, overrides, files);
    undo.push(() => uap.stop());
    const [first = '', ...addresses] = uap.network.instances;
    const blank = await startBlankPages(first, { cert: chain, key });
    undo.push(
      () => blank.closeAllConnections(),
      () => blank.close(),
    );

    const home = path.join(folder, 'home');
    trust(home, authority.root);
    const browser = await chromium.launch({
      executablePath: onTheProxysMachine(folder, uap.network),
      args: [`--host-resolver-rules=${resolverRules(uap.network.uap, first, pages)}`],
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, '.config') },
    });
    undo.push(() => browser.close());
    return {
      uap,
      browser,
      folder,
      addresses,
      async page(options) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
        context.setDefaultTimeout(20_000);
        return context.newPage();
      },
      url: (upstream, target = '/') => `https://${uap.host(upstream)}${target}`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function resolverRules(uap: string, other: string, pages: readonly string[]): string {
  const rules = [HOSTNAME, `*.${HOSTNAME}`].map((name) => `MAP ${name} ${uap}`);
  // Everything else is unknown, so that nothing leaves this machine.
  return [...rules, ...pages.map((name) => `MAP ${name} ${other}`), 'MAP * ~NOTFOUND'].join(', ');
}

/**
 * Chromium fails all in-flight requests when an interface of its machine appears or disappears, as in other tests. So it
 * runs on the proxy's machine, whose interfaces stay.
 */
function onTheProxysMachine(folder: string, { prefix }: Network): string {
  const [command = '', ...args] = prefix;
  // Otherwise IPv6's automatic address, after a second, is such a change.
  execFileSync(command, [...args, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6']);
  const file = path.join(folder, 'chromium');
  writeFileSync(file, `#!/bin/sh\nexec ${prefix.join(' ')} chromium "$@"\n`, { mode: 0o755 });
  return file;
}

/** Chromium on Linux reads an NSS database below the home folder, beside its own list of CAs. */
function trust(home: string, root: string): void {
  const database = path.join(home, '.pki/nssdb');
  mkdirSync(database, { recursive: true });
  const certutil = (...args: string[]) => execFileSync('certutil', ['-d', `sql:${database}`, ...args], { input: root });
  certutil('-N', '--empty-password');
  certutil('-A', '-a', '-n', 'test', '-t', 'C,,');
}

/** Pages of other origins: empty, to run scripts from. */
async function startBlankPages(address: string, pem: { cert: string; key: string }): Promise<https.Server> {
  const server = https.createServer(pem, (_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>another site</title>');
  });
  await new Promise<void>((resolve) => server.listen(443, address, resolve));
  return server;
}
