import { readdirSync, readFileSync, statSync } from 'node:fs';
import { instanceFiles } from '../../lib/instance/files';
import { resolveCloud } from '../../lib/settings';
import { App } from './app';

let app: App;
beforeEach(() => {
  app = new App();
});
afterEach(() => app.remove());

/** Paths of all files below a folder, as on the instance, with content and mode. */
function tree(folder: string): { path: string; content: string; mode: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .map((file) => ({
      path: file.slice(folder.length),
      content: readFileSync(file, 'utf8'),
      mode: `0${(statSync(file).mode & 0o7777).toString(8)}`,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function expected(name: string, index = 0) {
  const cloud = resolveCloud(
    require(app.path('stacks/index.ts')).clouds.find((one: { name: string }) => one.name === name),
  );
  const region = cloud.regions[index];
  if (!region) throw new Error('no region');
  return instanceFiles(cloud, region)
    .map(({ path, content, mode = '0644' }) => ({ path, content, mode }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

test('writes the files of an instance, all of them and nothing else, with their modes', async () => {
  const umask = process.umask(0o077);
  const { code, stdout } = await app.run('render', 'small', '--out', 'made/out');
  process.umask(umask);
  const files = tree(app.path('made/out'));
  expect(files).toEqual(expected('small'));
  expect(stdout).toBe(`${files.length} files of proxy.cloud.org in made/out\n`);
  expect(code).toBe(0);
  expect(files.map(({ path }) => path)).toContain('/etc/nginx/nginx.conf');
  // The list of packages that instances install, and that guest images are built with.
  const packages = files.find(({ path }) => path === '/etc/uap/packages')?.content;
  expect(packages).toBe('ca-certificates\nnginx\nopenssl\n');
  expect(new Set(files.map(({ mode }) => mode)).size).toBeGreaterThan(1);
});

test('several regions get a folder each', async () => {
  await app.run('render', 'large', '--out', 'out');
  expect(readdirSync(app.path('out')).sort()).toEqual(['One', 'Two']);
  expect(tree(app.path('out/Two'))).toEqual(expected('large', 1));
});

test('one region of several is written without a folder of its own', async () => {
  await app.run('render', 'large', '--region', 'Two', '--out', 'out');
  expect(tree(app.path('out'))).toEqual(expected('large', 1));
});

test('a folder with files is refused, unless forced', async () => {
  app.write('out/notes.txt', 'mine');
  expect(await app.run('render', 'small', '--out', 'out')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'uap: out is not empty; give another folder, or --force to write to it anyway\n',
  });
  expect(readdirSync(app.path('out'))).toEqual(['notes.txt']);
  expect((await app.run('render', 'small', '--out', 'out', '--force')).code).toBe(0);
  expect(readFileSync(app.path('out/notes.txt'), 'utf8')).toBe('mine');
});

test('a file is no folder to write to', async () => {
  app.write('out', '');
  expect((await app.run('render', 'small', '--out', 'out')).stderr).toBe('uap: out is not a folder\n');
});
