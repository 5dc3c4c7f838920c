import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { InstanceFile } from '../instance-parts';
import { SCRIPTS, UNITS } from '../instance-paths';

/** The text of a file in `assets/`. Each `@NAME@` of the given values is replaced. */
export function asset(name: string, values: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(path.join(__dirname, 'assets', name), 'utf8');
  return text.replace(/@([A-Z_]+)@/g, (placeholder, key: string) => values[key] ?? placeholder);
}

/** A script of `assets/bin`. */
export function script(name: string): InstanceFile {
  return { path: `${SCRIPTS}/${name}`, content: asset(`bin/${name}`), mode: '0755' };
}

/** A Python module that scripts of `assets/bin` share. */
export function library(name: string): InstanceFile {
  return { path: `${SCRIPTS}/${name}`, content: asset(`bin/${name}`) };
}

/** A systemd unit of `assets/units`. */
export function unit(name: string, values: Readonly<Record<string, string>> = {}): InstanceFile {
  return { path: `${UNITS}/${name}`, content: asset(`units/${name}`, values) };
}
