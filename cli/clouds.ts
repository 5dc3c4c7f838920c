import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import { isNativeError } from 'node:util/types';
import type { CloudSpec } from '../lib';
import { checkCloudNames } from '../lib/settings/source';
import { suggestion } from './arguments';
import { CommandError, type Io, UsageError } from './command';

/** The file that exports the clouds, unless `--stacks` names another. */
export const defaultStacks = 'stacks/index.ts';

/**
 * The settings of a cloud from the operator's app. They may come from another copy of this package than the command:
 * the library recognizes its strategies by a marker, not by their class.
 */
export function findCloud(name: string | undefined, stacks: string | undefined, io: Io): CloudSpec {
  const { clouds, label } = allClouds(stacks, io);
  const names = clouds.map((cloud) => cloud?.name).filter((one) => typeof one === 'string');
  if (name === undefined)
    throw new UsageError(`the name of a cloud is missing; ${label} has ${names.join(', ') || 'none'}`);
  const cloud = clouds.find((one) => one?.name === name);
  // A cloud with an invalid name may be the wanted one; its settings are validated later.
  const nameless = clouds.find((one) => typeof one?.name !== 'string');
  if (!cloud && nameless) return nameless;
  if (!cloud) throw new UsageError(`${label} has no cloud "${name}"; ${suggestion(name, names)}`);
  return cloud;
}

/** The settings of every cloud of the operator's app, and the name of the file they are in. */
export function allClouds(
  stacks: string | undefined,
  io: Io,
): { readonly clouds: readonly CloudSpec[]; readonly label: string } {
  const file = resolve(io.cwd, stacks ?? defaultStacks);
  const label = relative(io.cwd, file);
  if (!existsSync(file)) {
    const where = stacks === undefined ? '; run uap in the folder of your app, or name the file with --stacks' : '';
    throw new UsageError(`${label} does not exist${where}`);
  }
  return { clouds: loadClouds(file, label, io.load ?? load), label };
}

function loadClouds(file: string, label: string, load: (file: string) => unknown): readonly CloudSpec[] {
  let exported: { clouds?: unknown };
  try {
    exported = load(file) as { clouds?: unknown };
  } catch (error) {
    // The error may come from another copy of this package, so its class does not help.
    if (error instanceof CommandError || (isNativeError(error) && error.name === 'SettingsError')) throw error;
    throw new CommandError(`${label} can't be loaded: ${reason(error)}`);
  }
  if (!Array.isArray(exported.clouds) || exported.clouds.length === 0) {
    throw new CommandError(`${label} does not export a list of clouds; write: export const clouds = [cloudA, cloudB]`);
  }
  checkCloudNames(exported.clouds);
  return exported.clouds;
}

function reason(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  const notFound = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
  // The stack of `require` calls does not help an operator.
  return notFound ? (error.message.split('\n')[0] as string) : error.message;
}

function load(file: string): unknown {
  const requireThere = createRequire(file);
  if (/\.[cm]?ts$/.test(file)) loadTypeScript(requireThere);
  return requireThere(file);
}

/** Lets `require` load TypeScript with the app's tsx, or else with ours. */
function loadTypeScript(requireThere: NodeJS.Require): void {
  for (const from of [requireThere, require]) {
    try {
      from('tsx/cjs');
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new CommandError('TypeScript can be loaded only with the package tsx: npm install --save-dev tsx');
}
