import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

// This repository's own pipelines. Those for operators are in docs/examples.

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const checks = parse(read('.github/workflows/checks.yml'));
const nightly = parse(read('.github/workflows/nightly.yml'));
const gitlab = parse(read('.gitlab-ci.yml'));

type Step = { readonly run?: string };
const runs = (job: { steps: Step[] }): string[] => job.steps.flatMap(({ run }) => run ?? []);
const matrixTargets: string[] = nightly.jobs.test.strategy.matrix.target;
const commands = [
  ...runs(checks.jobs.synth),
  ...runs(checks.jobs.test),
  ...gitlab.synth.script,
  ...gitlab.test.script,
  ...matrixTargets.map((target) => `make ${target}`),
];
const words = (pattern: RegExp) => [...new Set(commands.flatMap((command) => pattern.exec(command)?.[1] ?? []))];

test('every target of make that a pipeline names is in the Makefile', () => {
  const targets = [...read('Makefile').matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name);
  const named = words(/^make (\S+)$/);
  expect(named).toEqual(expect.arrayContaining(['test', 'test-browser', 'e2e', 'test-life']));
  expect(targets).toEqual(expect.arrayContaining(named));
});

test('every npm script that a pipeline names is in package.json', () => {
  const named = words(/^npm run (\S+)$/);
  expect(named).toEqual(['lint', 'types', 'synth']);
  expect(Object.keys(JSON.parse(read('package.json')).scripts)).toEqual(expect.arrayContaining(named));
});

test('every folder and file that a pipeline tests exists', () => {
  const named = words(/^npx jest --ci (.+)$/).flatMap((paths) => paths.split(' '));
  expect(named).toContain('test/stacks.test.ts');
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('GitHub and GitLab run the same', () => {
  expect(runs(checks.jobs.synth)).toEqual(gitlab.synth.script);
  expect(runs(checks.jobs.test)).toEqual(gitlab.test.script);
  expect(matrixTargets).toEqual(gitlab.nightly.parallel.matrix[0].TARGET);
  expect(checks.jobs.synth.strategy.matrix.node.map(String)).toEqual(gitlab.synth.parallel.matrix[0].NODE);
});

test('the oldest Node.js that is tested is that of .nvmrc, of package.json and of the containers', () => {
  const oldest = Math.min(...checks.jobs.synth.strategy.matrix.node);
  expect(Number(read('.nvmrc'))).toBe(oldest);
  expect(JSON.parse(read('package.json')).engines.node).toMatch(new RegExp(`^\\^${oldest}\\.`));
  for (const image of [
    checks.jobs.test.container.image,
    nightly.jobs.test.container.image,
    gitlab['.terraform'].image,
  ]) {
    expect(image).toBe(`node:${oldest}-bookworm`);
  }
});
