import { z } from 'zod';
import { IpNetwork } from '../ip-network';
import type { Fault } from '../validation/problems';

/** What a message about a setting says besides what is wrong. */
export interface SettingInfo {
  /** A right value, as source text; the docstring of the setting has the same. */
  readonly example?: string;
  /** What is allowed, where the type alone doesn't tell, e.g. `one of the strategies DnsRecords.…`. */
  readonly allowed?: string;
  /** Unit of a number. */
  readonly unit?: string;
  /** The value may be a secret: never show it. */
  readonly secret?: boolean;
}

const infos = z.registry<SettingInfo>();

/** Adds what messages and documentation need to know about a setting. */
export function setting<T extends z.ZodType>(info: SettingInfo, schema: T): T {
  infos.add(schema, info as never);
  return schema;
}

export function settingInfo(schema: z.core.$ZodType): SettingInfo | undefined {
  return infos.get(schema);
}

/** A text that a check finds no fault with. */
export function text(check: (text: string) => Fault | undefined = notEmpty) {
  return z.string().superRefine((value, context) => addFault(check(value), context));
}

/** Text of a network or an address that a check finds no fault with. */
export function ipNetwork(check: (text: string) => Fault | undefined) {
  return text(check).transform(IpNetwork.parse);
}

/** Any value that a check finds no fault with. */
export function checked<T>(check: (value: T) => Fault | undefined) {
  return z.custom<T>().superRefine((value, context) => addFault(check(value), context));
}

/** An object of one of our families of strategies. */
export function strategy<T>(is: (value: unknown) => value is T, allowed: string, example: string) {
  return setting({ allowed, example, secret: true }, z.custom<T>(is));
}

export function list<T extends z.ZodType>(element: T) {
  return z.array(element).readonly();
}

export function seconds(example: string, least: number, most: number) {
  const allowed = `a whole number of seconds, ${least} to ${most}`;
  return setting({ allowed, example, unit: 's' }, z.int().min(least).max(most));
}

/** The fault and its fix travel through zod as the parameters of a custom issue. */
function addFault(fault: Fault | undefined, context: Pick<z.core.$RefinementCtx, 'addIssue'>): void {
  if (fault) context.addIssue({ code: 'custom', message: fault.wrong, params: { fix: fault.fix } });
}

export function notEmpty(value: string): Fault | undefined {
  if (value.trim() === '') return { wrong: 'is empty' };
  if (value !== value.trim()) return { wrong: 'begins or ends with white space', fix: value.trim() };
  return undefined;
}

/** A check that a text has a form. */
export function form(pattern: RegExp, allowed: string): (value: string) => Fault | undefined {
  return (value) => (pattern.test(value) ? undefined : { wrong: `is not allowed; allowed: ${allowed}` });
}
