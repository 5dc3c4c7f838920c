import type { ApplyTimeFile, InstanceHook, InstanceParts } from '../instance-parts';
import { CONFIG } from '../instance-paths';
import { library, script, unit } from './assets';

/** Name of the script that fetches the files, of its unit and of its settings on an instance. */
const fetcher = 'late-files';

/** Maximum length of a metadata value, in characters (Nova's limit). */
export const pieceLength = 255;

/** Length of that many bytes in base64. */
export function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** Greatest number of pieces of one apply-time file: their numbers have two digits. */
const maxPieces = 100;

/**
 * How an apply-time file travels as metadata of the instance.
 *
 * The content is compressed with gzip, then encoded with base64 (standard alphabet, padded; Terraform's `base64gzip`),
 * then cut into pieces of {@link pieceLength} characters (`substr`). Piece `n` is the value of the key
 * {@link pieceKey}, `uap-<name>-<nn>`: two digits, from `00`. The number of keys of a file is fixed,
 * {@link pieceCount} of its greatest length, and keys that are not used hold the empty string: a key is emptied and
 * never removed. A file of which all keys are empty is not there yet.
 */
export function pieceKey(name: string, index: number): string {
  return `uap-${name}-${String(index).padStart(2, '0')}`;
}

/** The number of pieces that hold any content of up to `maxLength` bytes, even one that gzip cannot compress. */
export function pieceCount(maxLength: number): number {
  // gzip: 18 bytes of its own, and at worst 5 for each stored block of 16 KiB and for the last, empty one.
  const gzipped = maxLength + 18 + 5 * (Math.ceil(maxLength / 16_384) + 1);
  const count = Math.ceil(base64Length(gzipped) / pieceLength);
  if (!Number.isInteger(maxLength) || maxLength < 1 || count > maxPieces) {
    throw new Error(`an apply-time file's maxLength must be a whole number from 1 to 19000 bytes; got ${maxLength}`);
  }
  return count;
}

/** The metadata key that names the secret in Barbican with the content of an apply-time file, by its id. */
export function referenceKey(name: string): string {
  return `uap-${name}-ref`;
}

export interface ApplyTimeFilesOptions {
  /** Seconds between two checks of the metadata. @default 60 */
  readonly pollInterval?: number;
  /**
   * Name of the secret apply-time file with the credentials for Barbican, where the metadata has references to secrets
   * instead of pieces.
   * @default - none, the metadata has pieces
   */
  readonly barbicanCredentials?: string;
}

/**
 * The instance's side of every delivery: a timer that fetches the apply-time files to `/var/lib/uap/late/<name>` and runs the
 * hooks, also those of secret files, which the user data brought. If all are secret, it asks no metadata service. The
 * contents don't enter the result.
 */
export function applyTimeFilesParts(
  applyTimeFiles: readonly ApplyTimeFile[],
  hooks: readonly InstanceHook[],
  options: ApplyTimeFilesOptions = {},
): InstanceParts {
  const pollInterval = options.pollInterval ?? 60;
  if (!Number.isInteger(pollInterval) || pollInterval < 1) {
    throw new Error(`pollInterval must be a whole number of seconds, at least 1; got ${pollInterval}`);
  }
  checkNames('apply-time file', applyTimeFiles);
  checkNames('hook', hooks);
  for (const file of applyTimeFiles) {
    if (!file.secret) pieceCount(file.maxLength);
    if (file.onChange !== undefined && !hooks.some((hook) => hook.name === file.onChange)) {
      throw new Error(`apply-time file ${file.name}: there is no hook "${file.onChange}"`);
    }
  }
  const manifest = {
    files: applyTimeFiles.map(({ name, maxLength, onChange, secret }) =>
      // Terraform checks the length of a secret one.
      secret ? { name, onChange, secret } : { name, maxLength, onChange },
    ),
    hooks: hooks
      .filter((hook) => applyTimeFiles.some((file) => file.onChange === hook.name))
      .map(({ name, command }) => ({ name, command })),
    ...(options.barbicanCredentials ? { credentials: options.barbicanCredentials } : {}),
  };
  return {
    files: [
      script(fetcher),
      ...(options.barbicanCredentials ? [library('openstack.py'), library('barbican.py')] : []),
      unit(`uap-${fetcher}.service`),
      unit(`uap-${fetcher}.timer`, { POLL_INTERVAL: String(pollInterval) }),
      { path: `${CONFIG}/${fetcher}.json`, content: `${JSON.stringify(manifest, null, 2)}\n` },
    ],
    units: [{ name: `uap-${fetcher}.timer` }],
  };
}

function checkNames(kind: string, items: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new Error(`the name of a ${kind} must be like "certificate-chain"; got "${name}"`);
    }
    if (seen.has(name)) throw new Error(`two ${kind}s are called "${name}"`);
    seen.add(name);
  }
}
