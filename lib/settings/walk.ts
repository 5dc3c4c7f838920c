import type { z } from 'zod';
import { type SettingInfo, settingInfo } from './definition';

/** A schema with what it wraps: "optional" and such, and all alternatives of a union. */
export type Schemas = readonly z.core.$ZodType[];

type Def = {
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  options?: z.core.$ZodType[];
  element?: z.core.$ZodType;
  shape?: Record<string, z.core.$ZodType>;
  valueType?: z.core.$ZodType;
};

const defOf = (schema: z.core.$ZodType) => schema._zod.def as unknown as Def;

export function unwrap(schema: z.core.$ZodType): Schemas {
  const { innerType, in: input, options = [] } = defOf(schema);
  const inner = [innerType, input, ...options].filter((one) => one !== undefined);
  return [schema, ...inner.flatMap(unwrap)];
}

/** The schemas of an element of a list, or of a setting in an object; none if there is no such setting. */
export function below(schemas: Schemas, key: string | number): Schemas {
  const next = schemas
    .map(defOf)
    .map(({ element, shape, valueType }) =>
      typeof key === 'number' ? element : ((shape && Object.hasOwn(shape, key) ? shape[key] : undefined) ?? valueType),
    )
    .find((found) => found !== undefined);
  return next ? unwrap(next) : [];
}

/** The names of the settings in an object, in their order. */
export function namesIn(schemas: Schemas): string[] {
  return schemas.flatMap((one) => Object.keys(defOf(one).shape ?? {}));
}

/** What is said about a setting: by its own definition first, then by the schemas that this wraps. */
export function mergedInfo(schemas: Schemas): SettingInfo | undefined {
  const infos = schemas.map(settingInfo).filter((info) => info !== undefined);
  return infos.length === 0 ? undefined : Object.assign({}, ...infos.reverse());
}
