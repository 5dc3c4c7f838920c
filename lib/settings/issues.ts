import type { z } from 'zod';
import { nearest, type Path, type Problem, parsePath, pathText, show, valueAt } from '../validation/problems';
import type { SettingInfo } from './definition';
import { below, mergedInfo, namesIn, type Schemas, unwrap } from './walk';

type Issue = z.core.$ZodIssue;

/**
 * The words of this package for what the schema found.
 * @param what the schema describes
 */
export function toProblems(
  schema: z.core.$ZodType,
  input: unknown,
  issues: readonly Issue[],
  what: 'setting' | 'option' = 'setting',
): Problem[] {
  return issues.flatMap((issue) => toProblem(schema, input, issue, [], what));
}

function toProblem(
  schema: z.core.$ZodType,
  input: unknown,
  issue: Issue,
  parent: Path,
  what: 'setting' | 'option',
): Problem[] {
  const path = [...parent, ...(issue.path as (string | number)[])];
  const value = valueAt(input, path);
  if (issue.code === 'unrecognized_keys') {
    const names = settingNames(schema, path);
    return issue.keys.map((key) => ({ path: pathText([...path, key]), ...unknownName(what, key, names) }));
  }
  if (issue.code === 'invalid_union') {
    // The alternative that got further is the one that was meant.
    const meant = issue.errors.find((errors) =>
      errors.some((error) => error.path.length > 0 || error.code === 'unrecognized_keys'),
    );
    const custom = issue.errors.flat().find((error) => error.code === 'custom');
    if (meant) return meant.flatMap((error) => toProblem(schema, input, error, path, what));
    if (custom) return toProblem(schema, input, custom, path, what);
  }
  const info = infoAt(schema, path);
  const fix = issue.code === 'custom' ? (issue.params?.fix as string | number | undefined) : undefined;
  return [
    {
      path: pathText(path),
      value: value === undefined ? undefined : info.secret ? typeOf(value) : show(value),
      wrong: value === undefined ? 'is missing' : wrong(issue, value, info),
      fix: typeof fix === 'string' ? `'${fix}'` : fix?.toString(),
      example: info.example,
    },
  ];
}

function wrong(issue: Issue, value: unknown, info: SettingInfo): string {
  if (issue.code === 'custom' && issue.message !== 'Invalid input') return issue.message;
  if (info.allowed) return `is not allowed; allowed: ${info.allowed}`;
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map((one) => `'${String(one)}'`);
    return `is not allowed; allowed: ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`;
  }
  if (issue.code === 'invalid_type') {
    const words: Record<string, string> = {
      string: 'a text',
      boolean: 'true or false',
      array: 'a list',
      object: 'an object { … }',
      number: 'a number',
      int: 'a whole number',
    };
    return `is ${typeOf(value).slice(1, -1)}; allowed: ${words[issue.expected] ?? issue.expected}`;
  }
  return issue.message;
}

/** Problems that have no better example get that of their setting. */
export function withExamples(schema: z.core.$ZodType, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ example: infoAt(schema, parsePath(problem.path)).example, ...problem }));
}

/** Sorts problems in the order of the settings, so that those of one region are together. */
export function inOrder(schema: z.core.$ZodType, problems: readonly Problem[]): Problem[] {
  const rank = (path: Path) =>
    path.map((key, index) => {
      const position = typeof key === 'number' ? key : settingNames(schema, path.slice(0, index)).indexOf(key);
      return position < 0 ? Number.POSITIVE_INFINITY : position;
    });
  const ranked = problems.map((problem) => ({ problem, rank: rank(parsePath(problem.path)) }));
  ranked.sort((a, b) => {
    const different = a.rank.findIndex((position, index) => position !== b.rank[index]);
    return different < 0 ? 0 : (a.rank[different] ?? -1) < (b.rank[different] ?? -1) ? -1 : 1;
  });
  return ranked.map(({ problem }) => problem);
}

/** What a value is, where its content doesn't matter or is not to be seen. */
export function typeOf(value: unknown): string {
  if (Array.isArray(value)) return '(a list)';
  if (value === null) return '(null)';
  const words: Record<string, string> = { string: '(a text)', number: '(a number)', function: '(a function)' };
  return words[typeof value] ?? (typeof value === 'boolean' ? `(${value})` : '(an object)');
}

function unknownName(
  what: 'setting' | 'option',
  key: string,
  names: readonly string[],
): { wrong: string; fix?: string } {
  const meant = nearest(key, names);
  const missing = what === 'setting' ? 'is not a setting' : 'is not an option';
  return meant ? { wrong: missing, fix: meant } : { wrong: `${missing}; ${what}s here are ${names.join(', ')}` };
}

/** The schemas of a setting, after those of every setting around it. */
function schemasAt(schema: z.core.$ZodType, path: Path): Schemas[] {
  const way = [unwrap(schema)];
  for (const key of path) way.push(below(way.at(-1) ?? [], key));
  return way;
}

/** Of the setting itself, or else the example of the one around it: an element of a list has none of its own. */
export function infoAt(schema: z.core.$ZodType, path: Path): SettingInfo {
  const infos = schemasAt(schema, path).map(mergedInfo);
  return infos.at(-1) ?? { example: infos.filter((info) => info !== undefined).at(-1)?.example };
}

/** The settings in the one at a path, in their order. */
export function settingNames(schema: z.core.$ZodType, path: Path): string[] {
  return namesIn(schemasAt(schema, path).at(-1) ?? []);
}
