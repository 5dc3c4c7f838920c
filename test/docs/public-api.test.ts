import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPage } from '../../scripts/api-page';
import { type Documented, publicApi } from '../../scripts/public-api';

const api = publicApi();
const withMembers = (item: Documented, of = ''): [string, Documented][] => {
  const name = of ? `${of}.${item.name}` : item.name;
  return [[name, item], ...item.members.flatMap((member) => withMembers(member, name))];
};
const all = api.flatMap((item) => withMembers(item));

/** What an editor could not tell somebody who uses it. */
function missing({ name, kind, text, optional, tags, parameters }: Documented): string[] {
  // A drawing may follow it.
  const sentence = text.split('\n\n')[0] || (tags.throws ? 'Throws.' : '');
  const words = [text, ...Object.values(tags).flat()].join(' ');
  return [
    ...(kind === 'constructor' || /^[A-Z`0-9].*[.:`]$/s.test(sentence) ? [] : ['a docstring that is a sentence']),
    // What this package gives out has no default, but may have nothing to say.
    ...(optional && kind === 'property' && !tags.default && !/\bundefined\b/.test(text) ? ['@default'] : []),
    ...(['class', 'function'].includes(kind) && name !== 'constructor' && !tags.example ? ['@example'] : []),
    ...parameters
      .filter((parameter) => parameter.optional && !tags.default && !/default/i.test(`${words} ${parameter.text}`))
      .map((parameter) => `the default of ${parameter.name}`),
  ];
}

test('lib/index.ts exports what the library guide names', () => {
  expect(api.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['UapStack', 'UserApplicationProxy', 'CloudSpec', 'Secret']),
  );
});

test('every exported name and member has its docstring, default and example', () => {
  const faults = all.flatMap(([name, item]) => missing(item).map((what) => `${name}: ${what}`));
  expect(faults).toEqual([]);
});

test('docs/api.md is what the docstrings say', () => {
  if (readFileSync(join(__dirname, '../../docs/api.md'), 'utf8') !== apiPage(api)) {
    throw new Error('docs/api.md is outdated; make it anew: npx tsx scripts/api-page.ts > docs/api.md');
  }
});

test('docs/api.md has every exported name', () => {
  const page = apiPage(api);
  expect(api.filter(({ name }) => !page.includes(`### ${name}\n`)).map(({ name }) => name)).toEqual([]);
});
