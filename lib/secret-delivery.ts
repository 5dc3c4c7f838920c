import { Fn, Op, TerraformLocal } from 'cdktf';
import type { Construct } from 'constructs';
import { base64Length, lateFilesParts, pieceCount, pieceKey, pieceLength } from './cloud-init';
import type { InstanceHook, InstanceParts, LateContents, LateFile } from './instance-parts';

/** What the delivery needs on the server resource. */
export interface BoundDelivery {
  /** Nova metadata items of the instance. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Contents of the secret late files in base64, by name; sensitive. They belong into the user data. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Checked before the server is created or changed. */
  readonly preconditions: readonly { readonly condition: string; readonly errorMessage: string }[];
}

/** How the instance takes over what is delivered. */
export interface DeliveryOptions {
  /** Seconds between two looks for new content. */
  readonly pollInterval: number;
}

/** Metadata items a server may have: Nova's default quota `metadata_items`. */
const metadataItemsLimit = 128;

const brand = Symbol.for('cdktf-openstack-uap.SecretDelivery');

/**
 * How certificates travel to the instance and stay up to date there. Only what is public or encrypted travels so; what
 * is secret in itself is in the user data, which Terraform shows nobody.
 * @example SecretDelivery.instanceMetadata()
 */
export abstract class SecretDelivery {
  /**
   * Through Nova's metadata service, the default: it changes without a new instance. Whoever may read the server
   * through the API sees the metadata, as does whoever reads a plan that replaces or destroys it.
   */
  static instanceMetadata(): SecretDelivery {
    return new InstanceMetadata();
  }

  /** Whether a value is one of these strategies, also when it came from another copy of this package. */
  static isSecretDelivery(value: unknown): value is SecretDelivery {
    return typeof value === 'object' && value !== null && brand in value;
  }

  readonly [brand] = true;

  /** What it is, for people. */
  abstract readonly description: string;

  /** The receiver on the instance; needs no Terraform. */
  abstract instanceParts(
    lateFiles: readonly LateFile[],
    hooks: readonly InstanceHook[],
    options: DeliveryOptions,
  ): InstanceParts;

  /** What goes to the server resource, made of the contents. */
  abstract bind(scope: Construct, lateFiles: readonly LateFile[], contents: LateContents): BoundDelivery;
}

class InstanceMetadata extends SecretDelivery {
  readonly description = 'instance metadata';

  instanceParts(lateFiles: readonly LateFile[], hooks: readonly InstanceHook[], options: DeliveryOptions) {
    return lateFilesParts(lateFiles, hooks, options);
  }

  /**
   * A metadata value holds 255 characters, so each file is compressed (its checksum tells a truncated delivery) and
   * cut into a fixed number of numbered pieces: unused ones are empty, as the provider can't remove a key that an
   * earlier, failed apply never wrote.
   */
  bind(scope: Construct, lateFiles: readonly LateFile[], contents: LateContents): BoundDelivery {
    const open = lateFiles.filter((file) => !file.secret);
    const total = open.reduce((sum, file) => sum + pieceCount(file.maxLength), 0);
    if (total > metadataItemsLimit) {
      throw new Error(`${total} metadata items are needed for ${open.length} files; Nova allows ${metadataItemsLimit}`);
    }
    const secrets: Record<string, string> = {};
    const metadata: Record<string, string> = {};
    const preconditions = [];
    for (const file of lateFiles) {
      const content = contents[file.name];
      if (content === undefined) throw new Error(`no content for the late file "${file.name}"`);
      if (file.secret) {
        const encoded = new TerraformLocal(scope, `late-${file.name}`, Fn.sensitive(Fn.base64encode(content))).asString;
        secrets[file.name] = encoded;
        const length = Fn.lengthOf(encoded);
        preconditions.push({
          condition: Op.and(Op.gte(length, 1), Op.lte(length, base64Length(file.maxLength))).toString(),
          errorMessage: `The secret file ${file.name} must have 1 to ${file.maxLength} bytes.`,
        });
        continue;
      }
      const encoded = new TerraformLocal(scope, `late-${file.name}`, Fn.base64gzip(content)).asString;
      const count = pieceCount(file.maxLength);
      for (let piece = 0; piece < count; piece++) {
        metadata[pieceKey(file.name, piece)] = Fn.substr(encoded, piece * pieceLength, pieceLength);
      }
      preconditions.push({
        condition: Op.lte(Fn.lengthOf(encoded), count * pieceLength).toString(),
        errorMessage:
          `The file ${file.name} is too large to travel as instance metadata: at most ${file.maxLength} bytes ` +
          `(${count} items of ${pieceLength} characters) are reserved for it.`,
      });
    }
    return { metadata, secrets, preconditions };
  }
}
