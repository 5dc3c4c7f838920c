import type { z } from 'zod';
import { type Path, pathText } from '../validation/problems';
import { below, mergedInfo, namesIn, type Schemas, unwrap } from './walk';

/** Settings under their present names, with a warning for each that was given under a former one. */
export interface PresentNames {
  readonly settings: unknown;
  readonly warnings: readonly string[];
}

/**
 * Accepts the former names of settings (`formerName` of their definitions). The given object stays as it is; if none
 * is used, it is the result. A setting under both names is left, so that the former one is reported as unknown.
 */
export function withPresentNames(schema: z.core.$ZodType, given: unknown): PresentNames {
  const warnings: string[] = [];

  function convert(schemas: Schemas, value: unknown, path: Path): unknown {
    if (Array.isArray(value)) {
      const items = value.map((item, index) => convert(below(schemas, index), item, [...path, index]));
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    const names = namesIn(schemas);
    if (names.length === 0 || typeof value !== 'object' || value === null) return value;
    const former = new Map(names.map((name) => [mergedInfo(below(schemas, name))?.formerName, name]));
    const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
      const present = former.get(key);
      const name = present === undefined || Object.hasOwn(value, present) ? key : present;
      if (name !== key) warnings.push(`${pathText([...path, key])} is called ${name} now; write ${name}`);
      return [name, convert(below(schemas, name), inner, [...path, name])];
    });
    const isSame = entries.every(([name, inner]) => (value as Record<string, unknown>)[name] === inner);
    return isSame ? value : Object.fromEntries(entries);
  }

  return { settings: convert(unwrap(schema), given, []), warnings };
}
