import { type Problem, within } from '../validation/problems';

/** Where the settings of a cloud were read from, if they aren't written in TypeScript. */
export interface SettingsSource {
  /** The file, as messages name it. */
  readonly file: string;
  /** Mistakes in the form of values, such as an unknown kind of strategy, which the schema doesn't know. */
  readonly problems: readonly Problem[];
  /** What should be changed although it works, each with the file. */
  readonly warnings: readonly string[];
  /** A problem in the words of that form of settings, with its line and column. */
  locate(problem: Problem): Problem;
}

// Settings may come from another copy of this package than the one that checks them.
const mark = Symbol.for('cdktf-openstack-uap.SettingsSource');

/** The same settings, marked with their source. */
export function withSource<Spec extends object>(spec: Spec, source: SettingsSource): Spec {
  return Object.defineProperty(spec, mark, { value: source });
}

export function sourceOf(spec: unknown): SettingsSource | undefined {
  return (spec as { [mark]?: SettingsSource } | null | undefined)?.[mark];
}

/** The problems that the source knows, and of the others those about other settings. */
export function withKnown(problems: readonly Problem[], known: readonly Problem[]): Problem[] {
  const isKnown = ({ path }: Problem) => known.some((one) => within(one.path, path) || within(path, one.path));
  return [...known, ...problems.filter((problem) => !isKnown(problem))];
}

/**
 * Two clouds can't have the same name: it is the name of their stack.
 * @throws Error that names the files
 */
export function checkCloudNames(clouds: readonly unknown[]): void {
  const seen = new Map<string, unknown>();
  for (const cloud of clouds) {
    const name = (cloud as { name?: unknown } | null | undefined)?.name;
    if (typeof name !== 'string') continue;
    if (seen.has(name)) {
      const files = [seen.get(name), cloud].map((one) => sourceOf(one)?.file ?? 'the TypeScript of the app');
      const where = files[0] === files[1] ? `twice in ${files[0]}` : `in ${files.join(' and in ')}`;
      throw new Error(`there is a cloud "${name}" ${where}; give each cloud its own name`);
    }
    seen.set(name, cloud);
  }
}
