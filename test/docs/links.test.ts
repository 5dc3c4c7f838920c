import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(__dirname, '../..');
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((page) => existsSync(join(root, page)));

const read = (page: string) => readFileSync(join(root, page), 'utf8');
/** A page without its blocks of code, where brackets mean something else. */
const prose = (page: string) => read(page).replace(/^( *)```[\s\S]*?^\1```$/gm, '');

/** The anchors of a page's headings, as GitHub and GitLab make them. */
function anchors(page: string): string[] {
  const seen = new Map<string, number>();
  return [...prose(page).matchAll(/^#{1,6} +(.+?)\s*$/gm)].map(([, heading = '']) => {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

interface Link {
  readonly page: string;
  readonly target: string;
}

const links: readonly Link[] = pages.flatMap((page) =>
  [...prose(page).matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|(?:src|href)="([^"]+)"/g)].map(([, a, b]) => ({
    page,
    target: a ?? b ?? '',
  })),
);

/** Why a link leads nowhere. */
function fault({ page, target }: Link): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(root, join(root, dirname(page), decodeURIComponent(path)));
  if (!existsSync(join(root, file))) return `${page}: ${target}: ${file} does not exist`;
  if (anchor === undefined || !file.endsWith('.md') || anchors(file).includes(anchor)) return undefined;
  return `${page}: ${target}: ${file} has no heading #${anchor}`;
}

test('every relative link leads to a file, and its anchor to a heading', () => {
  const inside = links.filter(({ target }) => !/^[a-z]+:/.test(target));
  expect(inside.length).toBeGreaterThan(50);
  expect(inside.flatMap((link) => fault(link) ?? [])).toEqual([]);
});

test('every image is shown on a page', () => {
  const shown = links.map(({ page, target }) => join(dirname(page), target));
  const images = readdirSync(join(root, 'docs/images')).map((name) => `docs/images/${name}`);
  expect(images.filter((image) => !shown.includes(image))).toEqual([]);
});

test('every decision is in the list of decisions', () => {
  const listed = links.filter(({ page }) => page === 'docs/decisions/README.md').map(({ target }) => target);
  const records = readdirSync(join(root, 'docs/decisions')).filter((name) => name !== 'README.md');
  expect(listed.sort()).toEqual(records.sort());
});

test('links to the web are https', () => {
  const web = links.filter(({ target }) => /^[a-z]+:/.test(target)).map(({ target }) => target);
  expect(web.length).toBeGreaterThan(5);
  expect(web.filter((target) => !target.startsWith('https://'))).toEqual([]);
});

test('every path of this repository that the pages name exists', () => {
  const folders = 'lib|cli|test|sandbox|scripts|bench|demo|docs|schemas|stacks|examples|\\.github|\\.ci';
  const named = pages
    // A changelog names what was.
    .filter((page) => page !== 'CHANGELOG.md')
    .flatMap((page) =>
      [...prose(page).matchAll(new RegExp(`\`((?:${folders})/[\\w./@-]*)\``, 'g'))].map(([, path = '']) => ({
        page,
        path,
      })),
    );
  expect(named.length).toBeGreaterThan(30);
  // An operator's own files, and one of Exosphere's repository.
  const elsewhere = /^stacks\/my-cloud\.|^stacks\/.*\.pem$|^docs\/user-app-proxy\.md$/;
  const missing = named.filter(({ path }) => !elsewhere.test(path) && !existsSync(join(root, path)));
  expect(missing.map(({ page, path }) => `${page}: ${path}`)).toEqual([]);
});

test('every npm script and target of make that the pages name exists', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
  const targets = [...read('Makefile').matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name);
  const named = (page: string, pattern: RegExp) => [...read(page).matchAll(pattern)].map(([, name = '']) => name);
  const unknown = pages.flatMap((page) => [
    ...named(page, /(?:`|^)npm run (?:--silent )?([\w-]+)/gm).filter((name) => !scripts.includes(name)),
    ...named(page, /(?:`|^)make ([\w-]+)/gm).filter((name) => !targets.includes(name)),
  ]);
  expect(unknown).toEqual([]);
});
