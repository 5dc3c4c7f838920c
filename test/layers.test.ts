import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '..');

/**
 * The floors of lib/, from the top. A room is a folder or a file of lib/ itself; it imports only from floors below.
 * lib/index.ts, the public API, exports from all of them, and nothing imports it.
 */
const floors: readonly (readonly string[])[] = [
  ['uap-stack'],
  ['user-application-proxy', 'exosphere'],
  ['instance'],
  ['settings', 'constructs'],
  ['strategies'],
  ['nginx', 'cloud-init', 'terraform'],
  ['validation', 'hostname', 'instance-parts'],
  ['ip-network', 'instance-paths'],
];

/** Files of lib/ with what they import, types too: packages by name, files by their path in the repository. */
const importsOf = new Map(
  readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .map((name): [string, string[]] => {
      const file = join(root, 'lib', name);
      const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
      return [`lib/${name}`, importedFiles.map(({ fileName }) => located(fileName, dirname(file)))];
    }),
);

function located(imported: string, folder: string): string {
  return imported.startsWith('.') ? relative(root, join(folder, imported)) : `package:${imported}`;
}

/** `lib/nginx/paths.ts` → `nginx`; undefined outside of lib/. */
function roomOf(path: string): string | undefined {
  return /^lib\/([\w-]+)/.exec(path)?.[1];
}

function floorOf(path: string): number {
  return floors.findIndex((rooms) => rooms.includes(roomOf(path) ?? ''));
}

function violations(
  isWrong: (imported: string, file: string) => boolean,
  rule: string,
  allowed: (file: string) => string,
) {
  return [...importsOf].flatMap(([file, imports]) =>
    imports
      .filter((imported) => isWrong(imported, file))
      .map((imported) => `${file} imports ${imported}: ${rule}; allowed: ${allowed(file)}`),
  );
}

test('every file of lib/ belongs to a layer', () => {
  const without = [...importsOf.keys()].filter((file) => floorOf(file) === -1);
  expect(without.map((file) => `${file}: add its room "${roomOf(file)}" to a floor in test/layers.test.ts`)).toEqual(
    [],
  );
});

test('every folder of a layer exists', () => {
  const rooms = [...importsOf.keys()].map(roomOf);
  expect(floors.flat().filter((room) => !rooms.includes(room))).toEqual([]);
});

test('imports go downwards only', () => {
  const isUpward = (imported: string, file: string) =>
    roomOf(imported) !== undefined && roomOf(imported) !== roomOf(file) && floorOf(imported) <= floorOf(file);
  const below = (file: string) =>
    floors
      .slice(floorOf(file) + 1)
      .flat()
      .join(', ') || 'packages';
  expect(violations(isUpward, 'imports go downwards only', below)).toEqual([]);
});

test('lib/ stands by itself, and bindings are imported in lib/terraform/providers only', () => {
  const isOutside = (imported: string, file: string) => {
    if (imported.startsWith('.gen/')) return !file.startsWith('lib/terraform/providers/');
    return !imported.startsWith('package:') && roomOf(imported) === undefined;
  };
  expect(violations(isOutside, 'lib/ stands by itself', () => 'lib/, packages')).toEqual([]);
});

test('text is rendered without the framework', () => {
  const pure = [...floors.slice(floorOf('lib/nginx')).flat()].filter((room) => room !== 'terraform');
  const isFramework = (imported: string, file: string) =>
    pure.includes(roomOf(file) as string) && /^package:(cdktf|constructs)\b/.test(imported);
  expect(violations(isFramework, `pure code: ${pure.join(', ')}`, () => 'other packages')).toEqual([]);
});
