import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { z } from 'zod';
import { type Problem, parsePath, pathText, SettingsError } from '../../validation/problems';
import { type CloudSpec, cloudSchema } from '../cloud';
import { withPresentNames } from '../former-names';
import { checkCloudNames, withSource } from '../source';
import type { YamlText } from './document';
import { Reader } from './reader';
import { inYaml } from './words';

/**
 * The settings of a cloud that are written in YAML. They have the same names as in TypeScript; a strategy or a secret is
 * the name of its factory with its options: `dns: { designate: { zone: cloud.org } }`, `certificate: acmeOnInstance`,
 * `secret: { file: ~/tsig.key }`. They are checked when they are used, as settings in TypeScript are; messages
 * also give file, line and column.
 *
 * @param file e.g. `stacks/my-cloud.yaml`; relative to the folder that the command runs in
 * @throws SettingsError if the file is not YAML, with everything that is wrong with it
 * @throws Error if the file can't be read
 * @example new UapStack(app, cloudFromYaml('stacks/my-cloud.yaml'))
 */
export function cloudFromYaml(file: string): CloudSpec {
  const label = fileLabel(file);
  const yaml = parse(label, readText(file));
  if (yaml.problems.length > 0) throw new SettingsError(label, yaml.problems);
  const reader = new Reader(cloudSchema);
  const { settings, warnings } = withPresentNames(cloudSchema, yaml.value);
  const spec = reader.read(settings);
  // A list or a text has no settings, so no message about one of them.
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    throw new SettingsError(label, [
      {
        at: yaml.position([]),
        path: '',
        wrong: "is not an object; a cloud's settings are lines of the form name: value",
      },
    ]);
  }
  return withSource(spec as CloudSpec, {
    file: label,
    problems: reader.problems,
    warnings: warnings.map((warning) => `${label}: ${warning}`),
    locate: (problem) => located(problem, reader, yaml),
  });
}

/** Loads the parser with the first file: clouds in TypeScript don't need it. */
function parse(label: string, text: string): YamlText {
  const document: typeof import('./document') = require('./document');
  return new document.YamlText(label, text);
}

/**
 * The clouds of the YAML files of a folder, `*.yaml` and `*.yml`, in the order of their names; see
 * {@link cloudFromYaml}. There may be none.
 *
 * @param folder absolute, such as `__dirname`, or relative to the folder that the command runs in
 * @throws SettingsError if files are not YAML, with everything that is wrong with them
 * @throws Error if two of them have the same cloud
 * @example export const clouds = [cloudA, ...cloudsFromYaml(__dirname)];
 */
export function cloudsFromYaml(folder: string): CloudSpec[] {
  const files = readdirSync(folder).filter((name) => /^[^.].*\.ya?ml$/.test(name));
  const wrong: SettingsError[] = [];
  const clouds = files.sort().flatMap((name) => {
    try {
      return [cloudFromYaml(join(folder, name))];
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      wrong.push(error);
      return [];
    }
  });
  if (wrong.length > 0) {
    throw new SettingsError(
      wrong.map(({ cloud }) => cloud).join(' and '),
      wrong.flatMap(({ problems }) => problems),
    );
  }
  checkCloudNames(clouds);
  return clouds;
}

/** A problem in the form of YAML, with its line and column. */
function located(problem: Problem, reader: Reader, yaml: YamlText): Problem {
  const path = reader.dataPath(parsePath(problem.path));
  const named = problem.value === undefined;
  // A hidden value must not appear in its correction either.
  const hidden = problem.value?.startsWith('(');
  const fix = problem.fix ?? (hidden ? undefined : meant(reader.schemaAt(path), yaml.scalar(path)));
  return {
    ...problem,
    at: yaml.position(problem.path === pathText([]) ? [] : path, named),
    path: problem.path === pathText([]) ? problem.path : pathText(path),
    wrong: inYaml(problem.wrong),
    ...(fix === undefined ? {} : { fix: inYaml(fix) }),
    ...(problem.example === undefined ? {} : { example: inYaml(problem.example) }),
  };
}

/** YAML reads `1.10` as a number and `yes` as a text: the correction, if the intended value would be valid. */
function meant(schema: z.core.$ZodType | undefined, scalar: ReturnType<YamlText['scalar']>): string | undefined {
  if (schema === undefined || scalar === undefined) return undefined;
  const { value, source } = scalar;
  const right = (one: unknown) => (schema as z.ZodType).safeParse(one).success;
  if (right(value)) return undefined;
  if (typeof value !== 'string') return right(source) ? `'${source}'` : undefined;
  const word = { yes: true, on: true, no: false, off: false }[source.toLowerCase()];
  if (word !== undefined && right(word)) return String(word);
  return /^\d+$/.test(source) && right(Number(source)) ? source : undefined;
}

function readText(file: string): string {
  const bytes = readFileSync(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SettingsError(fileLabel(file), [{ at: fileLabel(file), path: '', wrong: 'is not UTF-8 text' }]);
  }
}

/** The path relative to the working folder if the file is inside of it. */
function fileLabel(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith('..') ? file : short;
}
