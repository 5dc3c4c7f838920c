import { z } from 'zod';
import { IpNetwork } from '../ip-network';
import type { Fault } from '../validation/problems';

/**
 * What the definition of a setting holds besides its docstring (the sentence for the docs), type, check and default.
 * Messages, docs/settings.md, the JSON Schema, `uap show` and what replaces an instance come from it.
 */
export interface SettingInfo {
  /** A right value, as source text. */
  readonly example?: string;
  /** What is allowed, if the type alone doesn't say it, e.g. `one of the strategies DnsRecords.…`. */
  readonly allowed?: string;
  /** Unit of a number. */
  readonly unit?: string;
  /** Whether the value may be a secret, which is never shown. @default false */
  readonly secret?: boolean;
  /** The default in words, of a setting whose schema has none, e.g. `the name`. */
  readonly default?: string;
  /** The default as source text, if its value doesn't show it. */
  readonly defaultSource?: string;
  /** What a change does to a deployment. Of a setting that replaces the instance: what it does besides. */
  readonly change?: string;
  /** Whether an instance is made from the value, so that a change replaces it. @default false */
  readonly replacesInstance?: boolean;
  /** Name of the family of strategies that the value is of. @default - the value is plain data */
  readonly family?: string;
  /** An earlier name of the setting, which is still accepted, with a warning. @default - none */
  readonly formerName?: string;
}

const infos = z.registry<SettingInfo>();

/** A setting: its schema, which holds type, check and default, and all else that is to be said about it. */
export function setting<T extends z.ZodType>(schema: T, info: SettingInfo): T {
  // A copy, as several settings may share a schema; what is said about that one holds for each.
  const own = schema.clone(schema._zod.def) as T;
  infos.add(own, { ...infos.get(schema), ...info } as never);
  return own;
}

export function settingInfo(schema: z.core.$ZodType): SettingInfo | undefined {
  return infos.get(schema);
}

type Shape = Readonly<Record<string, z.ZodType>>;
type Optional<S extends Shape, Side extends 'input' | 'output'> = {
  [Name in keyof S]: undefined extends S[Name]['_zod'][Side] ? Name : never;
}[keyof S];
/** Two mapped types without renaming: so editors show the docstring of each setting's definition. */
type ObjectOf<S extends Shape, Side extends 'input' | 'output'> = {
  readonly [Name in keyof Omit<S, Optional<S, Side>>]: S[Name]['_zod'][Side];
} & { readonly [Name in keyof Pick<S, Optional<S, Side>>]?: S[Name]['_zod'][Side] };

/** The settings as the operator gives them. */
export type Given<S extends Shape> = ObjectOf<S, 'input'>;
/** The settings with every default filled in. */
export type Resolved<S extends Shape> = ObjectOf<S, 'output'>;

/** Settings that belong together; every other name is a mistake. */
export function settings<S extends Shape>(shape: S): z.ZodType<Resolved<S>, Given<S>> {
  return z.strictObject(shape) as unknown as z.ZodType<Resolved<S>, Given<S>>;
}

/** A text that a check finds no fault with. */
export function text(check: (text: string) => Fault | undefined = notEmpty) {
  return z.string().superRefine((value, context) => addFault(check(value), context));
}

/** A network or an address that a check finds no fault with. */
export function ipNetwork(check: (text: string) => Fault | undefined) {
  return text(check).transform(IpNetwork.parse);
}

/** Any value that a check finds no fault with. */
export function checked<T>(check: (value: T) => Fault | undefined) {
  return z.custom<T>().superRefine((value, context) => addFault(check(value), context));
}

export function list<T extends z.ZodType>(element: T) {
  return z.array(element).readonly();
}

/** A duration in whole seconds. */
export function seconds(least: number, most: number) {
  const allowed = `a whole number of seconds, ${least} to ${most}`;
  return setting(z.int().min(least).max(most), { allowed, unit: 's' });
}

/** The fault and its fix travel through zod as the parameters of a custom issue. */
function addFault(fault: Fault | undefined, context: Pick<z.core.$RefinementCtx, 'addIssue'>): void {
  if (fault) context.addIssue({ code: 'custom', message: fault.wrong, params: { fix: fault.fix } });
}

function notEmpty(value: string): Fault | undefined {
  if (value.trim() === '') return { wrong: 'is empty' };
  if (value !== value.trim()) return { wrong: 'begins or ends with white space', fix: value.trim() };
  return undefined;
}

/** A check that a text has a form. */
export function form(pattern: RegExp, allowed: string): (value: string) => Fault | undefined {
  return (value) => (pattern.test(value) ? undefined : { wrong: `is not allowed; allowed: ${allowed}` });
}
