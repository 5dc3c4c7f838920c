import type { CloudSpec, ResolvedCloud } from '../../lib';
import { IpNetwork } from '../../lib/ip-network';
import { cloudSchema } from '../../lib/settings/cloud';
import { infoAt, settingNames } from '../../lib/settings/issues';
import { Secret } from '../../lib/strategies/secret';
import { type Path, pathText, valueAt } from '../../lib/validation/problems';

/** A setting as it is shown. */
interface Row {
  readonly name: string;
  readonly values: readonly string[];
  readonly note: string;
}

const lineWidth = 110;
const inherited = "(the cloud's)";

/** The settings as JSON: strategies by their description, ports in the form that they are given in. */
export function settingsJson(cloud: ResolvedCloud): string {
  return `${JSON.stringify(plain(cloud), null, 2)}\n`;
}

/** The settings as lines: the setting, its value, and whether it is a default. */
export function settingsText(spec: CloudSpec, cloud: ResolvedCloud): string {
  const sections = [[], ...cloud.regions.map((_, index) => ['regions', index])].map((section: Path) => ({
    title: section.length === 0 ? cloud.name : pathText(section),
    rows: names(section)
      .filter((name) => name !== 'regions')
      .flatMap((name) => rows(section, [name], spec, plain(cloud))),
  }));
  const width = Math.max(...sections.flatMap(({ rows }) => rows.map(({ name }) => name.length)));
  return sections.map(({ title, rows }) => `${title}\n${rows.map((row) => lines(row, width)).join('')}`).join('\n');
}

/** A setting, or those in it. */
function rows(section: Path, path: Path, spec: CloudSpec, shown: unknown): Row[] {
  const value = valueAt(shown, [...section, ...path]);
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !('strategy' in value)) {
    return names([...section, ...path]).flatMap((name) => rows(section, [...path, name], spec, shown));
  }
  const given = valueAt(spec, [...section, ...path]) !== undefined;
  const note = given ? '' : origin(section, path, spec, value);
  const values = texts(value, infoAt(cloudSchema, [...section, ...path]).unit);
  return [{ name: pathText(path), values: note === inherited ? values.slice(0, 1) : values, note }];
}

function origin(section: Path, path: Path, spec: CloudSpec, value: unknown): string {
  if (value === undefined) return '';
  return section.length > 0 && valueAt(spec, path) !== undefined ? inherited : '(default)';
}

/** One text a line. */
function texts(value: unknown, unit?: string): string[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return ['none'];
  if (Array.isArray(value)) return wrap(value.map(String));
  if (typeof value === 'object' && value !== null && 'strategy' in value) {
    const { strategy, secrets = [] } = value as { strategy: string; secrets?: string[] };
    return [strategy, ...secrets.map((source) => `secret from ${source}`)];
  }
  return [unit ? `${value} ${unit}` : String(value)];
}

/** As many items on a line as fit. */
function wrap(items: readonly string[]): string[] {
  const result: string[] = [];
  for (const item of items) {
    const last = result.at(-1);
    if (last !== undefined && last.length + item.length + 2 <= lineWidth - 40) result.push(`${result.pop()}, ${item}`);
    else result.push(item);
  }
  return result;
}

function lines({ name, values, note }: Row, width: number): string {
  return values
    .map((value, index) => {
      const left = index === 0 ? name : '';
      return `  ${left.padEnd(width)}  ${value}${note && index === values.length - 1 ? `  ${note}` : ''}\n`;
    })
    .join('');
}

function names(path: Path): string[] {
  return settingNames(cloudSchema, path);
}

/** Only texts, numbers, lists and objects of these. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (Secret.isSecret(value) || value instanceof IpNetwork) return value.toJSON();
  if (Object.getPrototypeOf(value) !== Object.prototype) return plainStrategy(value);
  const { from, to } = value as { from?: unknown; to?: unknown };
  if (typeof from === 'number' && typeof to === 'number') return from === to ? from : `${from}-${to}`;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function plainStrategy(strategy: object): { strategy: string; secrets?: string[] } {
  const { description } = strategy as { description?: string };
  const secrets = [...new Set(secretSources(strategy))];
  return { strategy: description ?? strategy.constructor.name, ...(secrets.length > 0 ? { secrets } : {}) };
}

/** Sources of the secrets in a strategy, which a deployment needs. */
function secretSources(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Secret.isSecret(value)) return [value.source];
  return Object.values(value).flatMap(secretSources);
}
