import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CommandError, type Io } from '../command';
import { execute } from '../process';
import { http, jsonOf } from '../services/http';
import type { PlannedProvider } from './plan';

/** Terraform or OpenTofu as it will be run. */
export interface Terraform {
  readonly binary: string;
  readonly version: string;
  /** Host name of the registry that a provider without one is from. */
  readonly registry: string;
  /** As in the names of provider packages: `linux_amd64`. */
  readonly platform: string;
}

/** Seconds: a program that takes longer hangs. */
const versionTimeout = 20;

/** Undefined if it can't be run, or does not report its version. */
export async function findTerraform(io: Io): Promise<Terraform | undefined> {
  const binary = io.env.TERRAFORM_BINARY_NAME || 'terraform';
  const env = { PATH: io.env.PATH, HOME: io.env.HOME, CHECKPOINT_DISABLE: '1' };
  const ended = await execute(binary, ['version', '-json'], { env, timeout: versionTimeout }).catch(
    (error: unknown) => {
      if (error instanceof CommandError) return undefined;
      throw error;
    },
  );
  if (ended?.code !== 0 || ended.stdout.trim() === '') return undefined;
  const { terraform_version: version, platform } = JSON.parse(ended.stdout) as Record<string, string>;
  const registry = /tofu[^/]*$/.test(binary) ? 'registry.opentofu.org' : 'registry.terraform.io';
  return { binary, version: version ?? '0', registry, platform: platform ?? '' };
}

/** Where a provider would come from, or why it is unavailable. */
export type Origin = { readonly from: string } | { readonly wrong: string };

/** Looks where Terraform looks: its mirrors, then the registry. */
export async function originOf(
  io: Io,
  terraform: Terraform,
  provider: PlannedProvider,
  timeout: number,
): Promise<Origin> {
  const { folders, networks, direct } = installation(io);
  const address = `${terraform.registry}/${provider.source}`;
  for (const folder of folders) {
    const versions = mirrored(join(folder, address), terraform.platform);
    if (versions.length === 0) continue;
    const found = versions.find((version) => satisfies(version, provider.constraint));
    if (found) return { from: `${found} in ${folder}` };
    // Terraform does not ask the registry for what a mirror of its own has.
    return { wrong: `${folder} has ${versions.join(', ')}, not ${provider.constraint}` };
  }
  if (networks.length > 0) return { from: `the mirror ${networks.join(', ')} (not queried)` };
  if (!direct) return { wrong: `the mirrors of Terraform's configuration don't have it (${folders.join(', ')})` };
  return registryOrigin(terraform, provider, timeout);
}

async function registryOrigin(terraform: Terraform, provider: PlannedProvider, timeout: number): Promise<Origin> {
  const url = `https://${terraform.registry}/v1/providers/${provider.source}/versions`;
  try {
    const response = await http(url, { timeout });
    const body = jsonOf(response) as { versions?: { version: string }[] } | undefined;
    if (!body?.versions) return { wrong: `${terraform.registry} answers with HTTP ${response.status}` };
    const found = body.versions.find(({ version }) => satisfies(version, provider.constraint));
    return found ? { from: terraform.registry } : { wrong: `${terraform.registry} has no ${provider.constraint}` };
  } catch (error) {
    return { wrong: `no mirror has it, and ${(error as Error).message}` };
  }
}

interface Installation {
  readonly folders: readonly string[];
  readonly networks: readonly string[];
  readonly direct: boolean;
}

/** Terraform's `provider_installation`, or what it does without one. */
function installation(io: Io): Installation {
  const home = io.env.HOME || homedir();
  const file = [io.env.TF_CLI_CONFIG_FILE, join(home, '.terraformrc'), join(home, '.tofurc')].find(
    (one) => one && existsSync(one),
  );
  const text = file ? readFileSync(file, 'utf8').replace(/^\s*(#|\/\/).*$/gm, '') : '';
  const block = /provider_installation\s*\{([\s\S]*)\}/.exec(text)?.[1];
  if (block !== undefined) {
    const values = (key: string) =>
      [...block.matchAll(new RegExp(`\\b${key}\\s*=\\s*"([^"]*)"`, 'g'))].map((m) => m[1] ?? '');
    return { folders: values('path'), networks: values('url'), direct: /\bdirect\s*\{/.test(block) };
  }
  const data = (io.env.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':');
  const shares = [io.env.XDG_DATA_HOME || join(home, '.local/share'), ...data].map((one) =>
    join(one, 'terraform/plugins'),
  );
  return { folders: [join(home, '.terraform.d/plugins'), ...shares], networks: [], direct: true };
}

/** Versions of a provider in a mirror, unpacked or as archives. */
function mirrored(folder: string, platform: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const [, archived] = new RegExp(`^terraform-provider-[^_]+_(.+)_${platform}\\.zip$`).exec(name) ?? [];
    if (archived) return [archived];
    return existsSync(join(folder, name, platform)) ? [name] : [];
  });
}

/** Whether a version is one that `3.4.0`, `~> 3.2` or `>= 1.5.0` asks for. */
export function satisfies(version: string, constraint: string): boolean {
  return constraint.split(',').every((one) => {
    const [, operator = '=', wanted = ''] = /^\s*(~>|>=|=)?\s*v?([\d.]+)/.exec(one) ?? [];
    const order = compare(version, wanted);
    if (operator === '=') return order === 0;
    if (operator === '>=') return order >= 0;
    const fixed = wanted.split('.').slice(0, -1);
    return order >= 0 && fixed.every((part, index) => version.split('.')[index] === part);
  });
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
