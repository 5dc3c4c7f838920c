import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Program, startProgram } from './support/program';
import { APPS, HUB_PROXY, OUT, openWorld, type World } from './support/world';

/** Apps in their usual configuration, each on its own instance; nothing is configured for the proxy. */
describe('real apps', () => {
  let world: World;
  const programs: Program[] = [];

  const start: typeof startProgram = async (...args) => {
    const program = await startProgram(...args);
    programs.push(program);
    return program;
  };

  beforeAll(async () => {
    world = await openWorld('upstream-lua');
  });

  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await world?.close();
  });

  test('JupyterLab over https: log in, open a notebook, run a cell', async () => {
    const [address = ''] = world.addresses;
    const app = { protocol: 'https', address, port: 8888 } as const;
    const home = path.join(world.folder, 'jupyter');
    const pem = selfSigned(home);
    const work = path.join(home, 'work');
    mkdirSync(work);
    writeNotebook(path.join(work, 'answer.ipynb'));
    noNews(home);
    const token = 'a-token-of-the-test';
    await start(
      [path.join(APPS, 'jupyter-lab'), '--no-browser', '--allow-root', `--ip=${address}`, `--port=${app.port}`].concat(
        [`--certfile=${pem.cert}`, `--keyfile=${pem.key}`, `--ServerApp.root_dir=${work}`],
        '--ServerApp.terminals_enabled=False',
      ),
      { env: { HOME: home, JUPYTER_TOKEN: token }, cwd: home, listens: app },
    );
    const page = await world.page();
    await page.goto(world.url(app, '/lab/tree/answer.ipynb'));
    expect(page.url()).toContain('/login?next=');
    await page.fill('input[name=password]', token);
    await page.click('#login_submit');
    await page.waitForURL('**/lab/tree/answer.ipynb');

    // The notebook's own indicator is idle before there is a kernel; a cell run then asks which kernel to take.
    await page.getByText('Python 3 (ipykernel) | Idle').waitFor();
    await page.locator('.jp-CodeCell .cm-content').click();
    await page.keyboard.press('Shift+Enter');
    const output = page.locator('.jp-CodeCell .jp-OutputArea-output');
    await output.waitFor();
    expect((await output.innerText()).trim()).toBe('42');
    await page.screenshot({ path: path.join(OUT, 'jupyterlab.png') });
    await page.close();
  });

  test('JupyterHub over http: log in, get a server, run a cell in it', async () => {
    const address = world.addresses[3] as string;
    const app = { protocol: 'http', address, port: 8000 } as const;
    const home = path.join(world.folder, 'hub');
    mkdirSync(home);
    const password = 'a-password-of-the-test';
    await start([path.join(APPS, 'jupyterhub'), '--config', path.join(__dirname, 'apps/jupyterhub_config.py')], {
      // The Hub starts servers by their name.
      env: {
        PATH: `${APPS}:/usr/bin:/bin`,
        HOME: home,
        HUB_ADDRESS: address,
        HUB_PASSWORD: password,
        HUB_NODE: process.execPath,
        HUB_PROXY: HUB_PROXY,
      },
      cwd: home,
      listens: app,
    });
    const page = await world.page();
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    // The Hub's own proxy listens before it knows the Hub.
    await until(async () => String((await page.goto(world.url(app)))?.status()), '200');
    expect(page.url()).toContain('/hub/login?next=');
    await page.fill('input[name=username]', 'ada');
    await page.fill('input[name=password]', password);
    await page.click('#login_submit');
    await page.waitForURL('**/user/ada/lab');
    await page.locator('.jp-LauncherCard[data-category=Notebook]').click();
    await page.getByText('Python 3 (ipykernel) | Idle').waitFor();
    await page.locator('.jp-CodeCell .cm-content').click();
    await page.keyboard.type('6*7');
    await page.keyboard.press('Shift+Enter');
    const output = page.locator('.jp-CodeCell .jp-OutputArea-output');
    await output.waitFor();
    expect((await output.innerText()).trim()).toBe('42');
    const kernel = `wss://${world.uap.host(app)}/user/ada/api/kernels/`;
    expect(sockets.filter((url) => url.startsWith(kernel))).toHaveLength(1);
    await page.screenshot({ path: path.join(OUT, 'jupyterhub.png') });
    await page.close();
  });

  test('Streamlit over http: a dashboard that updates', async () => {
    const address = world.addresses[1] as string;
    const app = { protocol: 'http', address, port: 8501 } as const;
    const home = path.join(world.folder, 'streamlit');
    mkdirSync(home);
    copyFileSync(path.join(__dirname, 'apps/dashboard.py'), path.join(home, 'dashboard.py'));
    await start(
      [path.join(APPS, 'streamlit'), 'run', 'dashboard.py', '--server.headless=true'].concat(
        [`--server.address=${address}`, `--server.port=${app.port}`],
        '--browser.gatherUsageStats=false',
      ),
      { env: { HOME: home }, cwd: home, listens: app },
    );
    const page = await world.page();
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(world.url(app));
    await page.getByText('pressed 0 times').waitFor();
    await page.getByRole('button', { name: 'Press' }).click();
    await page.getByText('pressed 1 times').waitFor();
    await page.setInputFiles('input[type=file]', {
      name: 'data.csv',
      mimeType: 'text/csv',
      buffer: Buffer.alloc(5_000_000, 'x'),
    });
    await page.getByText('5000000 bytes').waitFor();
    expect(sockets).toEqual([`wss://${world.uap.host(app)}/_stcore/stream`]);
    await page.screenshot({ path: path.join(OUT, 'streamlit.png') });
    await page.close();
  });

  test('noVNC: pixels of a desktop arrive, keys go there', async () => {
    const address = world.addresses[2] as string;
    const app = { protocol: 'http', address, port: 6080 } as const;
    const folder = path.join(world.folder, 'vnc');
    mkdirSync(folder);
    const socket = path.join(folder, 'socket');
    await start(['sh', path.join(__dirname, 'apps/desktop'), socket], { cwd: folder });
    await start(['websockify', '--web=/usr/share/novnc', `--unix-target=${socket}`, `${address}:${app.port}`], {
      cwd: folder,
      listens: app,
    });
    const page = await world.page();
    await page.goto(world.url(app, '/vnc.html?autoconnect=true&resize=off'));
    const canvas = page.locator('#noVNC_container canvas');
    const pixel = () =>
      canvas.evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const context = (element as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
        return [...context.getImageData(width / 4, (3 * height) / 4, 1, 1).data.slice(0, 3)].join(' ');
      });
    await until(pixel, '32 64 128');
    await canvas.click();
    await page.keyboard.press('Enter');
    await until(pixel, '192 32 64');
    await page.screenshot({ path: path.join(OUT, 'novnc.png') });
    await page.close();
  });
});

/** Waits until a value is the wanted one, at most 15 s. */
async function until(value: () => Promise<string>, wanted: string): Promise<void> {
  let got: string | undefined;
  for (let tries = 0; tries < 150; tries++) {
    got = await value().catch(String);
    if (got === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited for ${wanted}, got ${got}`);
}

function selfSigned(folder: string): { cert: string; key: string } {
  mkdirSync(folder, { recursive: true });
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
}

function writeNotebook(file: string): void {
  const text = { cell_type: 'markdown', id: 'text', metadata: {}, source: '# JupyterLab on an instance' };
  const code = { cell_type: 'code', id: 'code', metadata: {}, execution_count: null, outputs: [], source: '6*7' };
  const kernelspec = { name: 'python3', display_name: 'Python 3', language: 'python' };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: [text, code] };
  writeFileSync(file, JSON.stringify(notebook));
}

/** JupyterLab asks whether to show news from the Internet, unless a user has decided. */
function noNews(home: string): void {
  const folder = path.join(home, '.jupyter/lab/user-settings/@jupyterlab/apputils-extension');
  mkdirSync(folder, { recursive: true });
  const settings = { fetchNews: 'false', checkForUpdates: false };
  writeFileSync(path.join(folder, 'notification.jupyterlab-settings'), JSON.stringify(settings));
}
