/** What is wrong with a value, in lower case and without a period, and the probably intended value. */
export interface Fault {
  readonly wrong: string;
  readonly fix?: string | number;
}

/** One thing that the operator has to change. */
export interface Problem {
  /** Where it is written, as `stacks/cloud-a.yaml:12:9`: line and column; undefined for settings in TypeScript. */
  readonly at?: string;
  /** The setting as the operator writes it, e.g. `regions[1].upstreamRanges[0]`. */
  readonly path: string;
  /** The value got, shortened, secrets left out; undefined when there is none. */
  readonly value?: string;
  /** What is wrong and what is allowed, in lower case. */
  readonly wrong: string;
  /** The probably intended value, as source text; undefined if unknown. */
  readonly fix?: string;
  /** A value that is right, as source text; undefined if there is none. */
  readonly example?: string;
}

/**
 * All problems of a cloud's settings together; the message is a report for people.
 * @example if (error instanceof SettingsError) for (const { path, wrong } of error.problems) console.error(path, wrong);
 */
export class SettingsError extends Error {
  constructor(
    /** The cloud's name, or a description if it has none. */
    readonly cloud: string,
    /** In the order of the settings. */
    readonly problems: readonly Problem[],
  ) {
    super(report(cloud, problems));
    this.name = 'SettingsError';
    // Node prints an uncaught error with its properties and stack. What an operator has to change is in the message.
    for (const name of ['name', 'cloud', 'problems']) Object.defineProperty(this, name, { enumerable: false });
    this.stack = `${this.name}: ${this.message}`;
  }
}

export function report(cloud: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [`${count} in the settings of ${cloud}`, ...problems.map(problemText)].join('\n\n');
}

function problemText({ at, path, value, wrong, fix, example }: Problem): string {
  const setting = `${path}${value === undefined ? '' : `: ${value}`}`;
  const lines = [`  ${[at, setting].filter(Boolean).join('  ')}`, `    ${wrong}`];
  if (fix !== undefined) lines.push(`    write:   ${fix}`);
  else if (example !== undefined) lines.push(`    example: ${example}`);
  return lines.join('\n');
}

export type Path = readonly (string | number)[];

/** `['regions', 1, 'hostname']` as the operator writes it. */
export function pathText(path: Path): string {
  if (path.length === 0) return '(the cloud)';
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

/** The opposite of pathText. */
export function parsePath(path: string): Path {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  return keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key.replaceAll('"', '')));
}

/** Whether a path is another one or lies inside of it. */
export function within(path: string, around: string): boolean {
  return path === around || (path.startsWith(around) && /^[.[]/.test(path.slice(around.length)));
}

export function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], input);
}

/**
 * A value for people: like JSON, short, and without possible secrets. Objects are shown by the names of their settings,
 * URLs without the password.
 */
export function show(value: unknown, most = 60): string {
  if (typeof value === 'string') return `"${shorten(JSON.stringify(withoutPassword(value)).slice(1, -1), most)}"`;
  if (Array.isArray(value)) return `[${shorten(value.map((item) => show(item, most)).join(', '), most)}]`;
  if (typeof value === 'function') return '(a function)';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Object.getPrototypeOf(value) !== Object.prototype) return `(${value.constructor?.name ?? 'an object'})`;
  return `{ ${shorten(Object.keys(value).join(', '), most)} }`;
}

function withoutPassword(text: string): string {
  return text.replace(/(:\/\/)[^/@\s]*@/, '$1…@');
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The one of `names` that a misspelt one probably means. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const distances = names.map((candidate) => ({
    candidate,
    distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
  }));
  const best = distances.sort((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= Math.max(1, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, change));
    }
    row = next;
  }
  return row[b.length] as number;
}
