import type { z } from 'zod';
import { nearest, type Path, type Problem, pathText } from '../../validation/problems';
import { settingInfo } from '../definition';
import { toProblems, typeOf } from '../issues';
import { withKnown } from '../source';
import { choices, type Factory, type Family, familyOf, needsNothing } from '../strategies';
import { below, type Schemas, unwrap } from '../walk';

/**
 * Creates the strategies and secrets of settings that are plain data. A value that it can't convert stays as it is,
 * with a problem that says why.
 */
export class Reader {
  readonly problems: Problem[] = [];
  /** The factories used, by the places of the settings. */
  private readonly chosen = new Map<string, string>();

  constructor(private readonly schema: z.core.$ZodType) {}

  /** The settings in the form that TypeScript has. */
  read(value: unknown): unknown {
    return this.convert(unwrap(this.schema), value, []);
  }

  /** Where a setting of TypeScript is in the data: `dns.zone` in `dns.rfc2136.zone`. */
  dataPath(path: Path): Path {
    const result: (string | number)[] = [];
    for (const [index, key] of path.entries()) {
      result.push(key);
      const factory = this.chosen.get(pathText(result));
      if (factory !== undefined && index + 1 < path.length && path[index + 1] !== factory) result.push(factory);
    }
    return result;
  }

  /** The schema of what stands at a place in the data. */
  schemaAt(path: Path): z.core.$ZodType | undefined {
    let schemas = unwrap(this.schema);
    for (const key of path) {
      const argument = familyOf(schemas)?.[key]?.argument;
      schemas = argument ? unwrap(argument) : below(schemas, key);
    }
    return schemas[0];
  }

  private convert(schemas: Schemas, value: unknown, path: Path): unknown {
    const family = familyOf(schemas);
    // A text stays a text if one is allowed; a number is then reported by the schema.
    const text = typeof value !== 'object' && schemas.some(({ _zod }) => _zod.def.type === 'string');
    if (family && value !== undefined && !text) {
      const example = schemas.map(settingInfo).find((info) => info !== undefined)?.example;
      return this.make(family, value, path, example);
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => this.convert(below(schemas, index), item, [...path, index]));
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, inner]) => [key, this.convert(below(schemas, key), inner, [...path, key])]),
    );
  }

  private make(family: Family, value: unknown, path: Path, example?: string): unknown {
    const entries: [string, unknown?][] = typeof value === 'string' ? [[value]] : Object.entries(Object(value));
    const [name = '', given] = entries.length === 1 && !Array.isArray(value) ? (entries[0] ?? []) : [];
    if (!Object.hasOwn(family, name)) {
      this.problems.push({ example, ...notOf(family, value, name, path) });
      return value;
    }
    this.chosen.set(pathText(path), name);
    const made = this.call(family[name] as Factory, name, given ?? undefined, [...path, name]);
    return made ?? value;
  }

  /** What the factory makes, if its argument is right. */
  private call(factory: Factory, name: string, given: unknown, path: Path): unknown {
    const problem = (wrong: string) => this.problems.push({ path: pathText(path), wrong });
    if (!factory.argument) {
      if (given === undefined) return factory.make(undefined as never);
      return void problem(`takes no options; write only ${name}`);
    }
    const object = factory.argument._zod.def.type === 'object';
    const before = this.problems.length;
    const argument = this.convert(unwrap(factory.argument), given ?? (object ? {} : undefined), path);
    const parsed = factory.argument.safeParse(argument);
    if (!parsed.success) {
      const found = toProblems(factory.argument, argument, parsed.error.issues, 'option');
      const inside = found.map((one) => ({ ...one, path: joined(path, one.path) }));
      this.problems.splice(before, this.problems.length, ...withKnown(inside, this.problems.slice(before)));
    }
    if (this.problems.length > before) return undefined;
    try {
      return factory.make(parsed.data as never);
    } catch (error) {
      // The factory refuses a value that the schema accepts.
      return void problem((error as Error).message);
    }
  }
}

function notOf(family: Family, value: unknown, name: string, path: Path): Problem {
  const meant = nearest(name, Object.keys(family));
  const wrong = `is not allowed; allowed: ${choices(family)}`;
  // A value that looks like none of the names may be a secret in the wrong place.
  if (meant === undefined) return { path: pathText(path), value: typeOf(value), wrong };
  const factory = family[meant] as Factory;
  const fix = typeof value === 'string' && !needsNothing(factory) ? `{ ${meant}: … }` : meant;
  return { path: pathText([...path, name]), wrong, fix };
}

function joined(path: Path, inner: string): string {
  if (inner === pathText([])) return pathText(path);
  return `${pathText(path)}${inner.startsWith('[') ? '' : '.'}${inner}`;
}
