import { inspect } from 'node:util';
import type { z } from 'zod';
import { cloudSchema } from '../lib/settings/cloud';
import type { SettingInfo } from '../lib/settings/definition';
import { below, mergedInfo, namesIn, type Schemas, unwrap } from '../lib/settings/walk';
import { settingTexts } from './docstrings';

export const newInstance = 'new instance';
export const required = '**required**';
export const code = (text: string) => `\`${text}\``;

/** The default of a setting: source text, or words; undefined if it is required. */
export function defaultOf(schema: z.core.$ZodType): { readonly text: string; readonly isSource: boolean } | undefined {
  const { default: words, defaultSource } = mergedInfo(unwrap(schema)) ?? {};
  if (words !== undefined) return { text: words, isSource: false };
  const { type, defaultValue } = schema._zod.def as { readonly type: string; readonly defaultValue?: unknown };
  const source =
    defaultSource ??
    (['default', 'prefault'].includes(type) ? inspect(defaultValue).replace(/^\[ (.*) \]$/, '[$1]') : undefined);
  return source === undefined ? undefined : { text: source, isSource: true };
}

function shownDefault(value: ReturnType<typeof defaultOf>): string {
  if (!value) return required;
  return value.isSource ? code(value.text) : value.text;
}

interface Row {
  readonly name: string;
  readonly schema: z.core.$ZodType;
}

/** The settings in a schema, each followed by those of its object, unless that has its own section. */
function rowsIn(schemas: Schemas, before = ''): Row[] {
  return namesIn(schemas).flatMap((key) => {
    const inner = below(schemas, key);
    const name = `${before}${key}`;
    const own = ['acme', 'regions'].includes(name) ? [] : rowsIn(inner, `${name}.`);
    return [{ name, schema: inner[0] as z.core.$ZodType }, ...own];
  });
}

/** What a change of a setting does. */
export function changeOf({ replacesInstance, change }: SettingInfo): string {
  return [...(replacesInstance ? [newInstance] : []), ...(change ? [change] : [])].join('; ');
}

/** Every setting of the section at a path: its name, and the cells of its row. */
export function settingRows(path: readonly (string | number)[]): string[][] {
  const texts = settingTexts();
  const section = path.reduce<Schemas>((schemas, key) => below(schemas, key), unwrap(cloudSchema));
  return rowsIn(section).map(({ name, schema }) => {
    const info = mergedInfo(unwrap(schema)) ?? {};
    const text = texts.get(schema) ?? '';
    const allowed = info.unit && /\d/.test(info.allowed ?? '') ? ` Allowed: ${info.allowed}.` : '';
    return [name, `${text}${allowed}`, shownDefault(defaultOf(schema)), code(info.example ?? ''), changeOf(info)];
  });
}
