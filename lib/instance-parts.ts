/**
 * What the parts of a UAP's instance exchange: the Nginx renderer, the certificate strategies, the delivery of secrets and
 * the base system all return {@link InstanceParts}; cloud-init writes them.
 */

import { APPLY_TIME_FILES } from './instance-paths';

/** A file on the instance whose text is known at synth and is no secret: it travels in the user data. */
export interface InstanceFile {
  /** Absolute path on the instance. */
  readonly path: string;
  /** Its whole text. */
  readonly content: string;
  /** Octal mode, owner is root. @default "0644" */
  readonly mode?: string;
}

/**
 * A file on the instance that is known only at apply, or secret. It is put into `/var/lib/uap/late/<name>` (root, 0600),
 * and `onChange` is run when its content changed. Its content is given separately, as {@link ApplyTimeContents}, so that
 * everything else about an instance can be rendered without Terraform.
 *
 * Public or encrypted content travels via SecretDelivery and changes without a new instance, if the delivery can do that.
 * The rest is `secret` and travels in the user data, of which Terraform's plan and state hold only a hash.
 */
export interface ApplyTimeFile {
  /** Short name, `[a-z][a-z0-9-]*`, unique on the instance, e.g. `certificate-chain`. */
  readonly name: string;
  /** Maximum length of the content in bytes; more is refused before anything is applied. */
  readonly maxLength: number;
  /** Name of the hook that is run after this file changed, see {@link InstanceHook}. @default - none */
  readonly onChange?: string;
  /**
   * Whether its reader has the secret, as with a password or a key that isn't encrypted. A change of a secret file
   * creates a new instance; it must not be empty.
   * @default false
   */
  readonly secret?: boolean;
}

/** Where an apply-time file is on the instance. */
export function applyTimeFilePath(name: string): string {
  return `${APPLY_TIME_FILES}/${name}`;
}

/** Content of apply-time files by name: Terraform tokens. */
export type ApplyTimeContents = Readonly<Record<string, string>>;

/** What is run, once, after any apply-time file that names it in `onChange` has changed and all of them have arrived. */
export interface InstanceHook {
  /** What apply-time files call it in `onChange`. */
  readonly name: string;
  /** Command line, run as root without a shell, e.g. ["/usr/local/lib/uap/certificate", "install", …]. */
  readonly command: readonly string[];
}

/** A systemd unit; its text is one of the files. */
export interface InstanceUnit {
  /** Its full name, e.g. `uap-late-files.timer`. Enabled and started by cloud-init, in the order of the list. */
  readonly name: string;
}

/** What a part of this package puts on an instance. */
export interface InstanceParts {
  /** Files whose text is known at synth. @default [] */
  readonly files?: readonly InstanceFile[];
  /** Files that are known at apply, or secret. @default [] */
  readonly applyTimeFiles?: readonly ApplyTimeFile[];
  /** Commands that apply-time files ask for. @default [] */
  readonly hooks?: readonly InstanceHook[];
  /** Packages of the distribution that must be installed. @default [] */
  readonly packages?: readonly string[];
  /** Units to start. @default [] */
  readonly units?: readonly InstanceUnit[];
}

/** All lists of the given parts, in order; the result has every list. Parts may bring the same file. */
export function mergeParts(...parts: readonly InstanceParts[]): Required<InstanceParts> {
  return {
    files: withoutDuplicates(parts.flatMap((part) => part.files ?? [])),
    applyTimeFiles: parts.flatMap((part) => part.applyTimeFiles ?? []),
    hooks: parts.flatMap((part) => part.hooks ?? []),
    packages: [...new Set(parts.flatMap((part) => part.packages ?? []))].sort(),
    units: parts.flatMap((part) => part.units ?? []),
  };
}

function withoutDuplicates(files: readonly InstanceFile[]): InstanceFile[] {
  const same = (a: InstanceFile, b: InstanceFile) => a.path === b.path && a.content === b.content && a.mode === b.mode;
  return files.filter((file, index) => files.findIndex((other) => same(file, other)) === index);
}
