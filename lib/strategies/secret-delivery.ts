import { Fn, Op, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { applyTimeFilesParts, base64Length, pieceCount, pieceKey, pieceLength, referenceKey } from '../cloud-init';
import type { ApplyTimeContents, ApplyTimeFile, InstanceHook, InstanceParts } from '../instance-parts';
import { credentialLines, instanceCredential } from '../terraform/application-credential';
import { KeymanagerSecretV1 } from '../terraform/providers/openstack';
import type { RegionContext } from './region-context';
import { typeGuard } from './type-guard';

/** What a delivery adds to the server resource. */
export interface BoundDelivery {
  /** Nova metadata items of the instance. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Contents of the secret apply-time files in base64, by name; sensitive. For the user data. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Checked before the server is created or changed. */
  readonly preconditions: readonly Precondition[];
  /** Whether the instance gets its user data on a config drive, without a metadata service. @default - Nova's default */
  readonly configDrive?: boolean;
}

interface Precondition {
  readonly condition: string;
  readonly errorMessage: string;
}

/** How the instance fetches apply-time files. */
export interface DeliveryOptions {
  /** Seconds between two checks for new content. */
  readonly pollInterval: number;
}

/** Metadata items a server may have: Nova's default quota `metadata_items`. */
const metadataItemsLimit = 128;

/**
 * How certificates reach the instance and stay up to date there. With every delivery, apply-time files that are secret
 * themselves are in the user data, which Terraform never prints.
 * @example SecretDelivery.instanceMetadata()
 */
export abstract class SecretDelivery {
  /**
   * Through Nova's metadata service, the default: changes need no new instance. Every user that may read the server
   * through the API sees the metadata, as does every reader of a plan that replaces or destroys it. It therefore only
   * holds public or encrypted files.
   */
  static instanceMetadata(): SecretDelivery {
    return new InstanceMetadata();
  }

  /**
   * In the user data, on a config drive: for clouds without a metadata service. A certificate that Terraform renews
   * creates a new instance; with `WildcardCertificate.acmeOnInstance()` renewals stay on the instance and replace nothing.
   */
  static userData(): SecretDelivery {
    return new InUserData();
  }

  /**
   * As secrets in Barbican: changes need no new instance, and the certificate is in neither metadata nor plans. The
   * metadata only has the ids of the secrets. The instance reads them with an application credential that is limited
   * to payloads of secrets. The user that deploys needs Barbican's role `creator`.
   */
  static barbican(): SecretDelivery {
    return new InBarbican();
  }

  /** Whether a value is one of these strategies, also one of another copy of this package. */
  static readonly isSecretDelivery = typeGuard<SecretDelivery>('isSecretDelivery');

  /** Description for messages. */
  abstract readonly description: string;

  /** The apply-time files as this delivery carries them, with those that it adds. */
  route(applyTimeFiles: readonly ApplyTimeFile[]): readonly ApplyTimeFile[] {
    return applyTimeFiles;
  }

  /** The receiver on the instance; needs no Terraform. `applyTimeFiles` come from {@link route}. */
  instanceParts(
    applyTimeFiles: readonly ApplyTimeFile[],
    hooks: readonly InstanceHook[],
    options: DeliveryOptions,
  ): InstanceParts {
    return applyTimeFilesParts(applyTimeFiles, hooks, options);
  }

  /** Creates its resources. `applyTimeFiles` come from {@link route}. */
  abstract bind(
    scope: Construct,
    applyTimeFiles: readonly ApplyTimeFile[],
    contents: ApplyTimeContents,
    context: RegionContext,
  ): BoundDelivery;
}

class InstanceMetadata extends SecretDelivery {
  readonly description = 'instance metadata';

  /**
   * A metadata value holds 255 characters, so each file is compressed (its checksum reveals a truncated delivery) and
   * cut into a fixed number of pieces. Unused pieces are empty, as the provider can't remove a key that a failed apply
   * never wrote.
   */
  bind(scope: Construct, applyTimeFiles: readonly ApplyTimeFile[], contents: ApplyTimeContents): BoundDelivery {
    const open = applyTimeFiles.filter((file) => !file.secret);
    const total = open.reduce((sum, file) => sum + pieceCount(file.maxLength), 0);
    if (total > metadataItemsLimit) {
      throw new Error(`${total} metadata items are needed for ${open.length} files; Nova allows ${metadataItemsLimit}`);
    }
    const metadata: Record<string, string> = {};
    const secret = bindSecrets(scope, applyTimeFiles, contents);
    const preconditions = [...secret.preconditions];
    for (const file of open) {
      const encoded = compressed(scope, file, contents);
      const count = pieceCount(file.maxLength);
      for (let piece = 0; piece < count; piece++) {
        // As text: that many function calls of CDKTF would take a twentieth of the synth time.
        metadata[pieceKey(file.name, piece)] =
          `\${substr(local.${encoded.friendlyUniqueId}, ${piece * pieceLength}, ${pieceLength})}`;
      }
      preconditions.push({
        condition: Op.lte(Fn.lengthOf(encoded.asString), count * pieceLength).toString(),
        errorMessage:
          `The file ${file.name} is too large to travel as instance metadata: at most ${file.maxLength} bytes ` +
          `(${count} items of ${pieceLength} characters) are reserved for it.`,
      });
    }
    return { metadata, secrets: secret.secrets, preconditions };
  }
}

/**
 * Room in the user data for a file that is not secret itself, in bytes: half of its `maxLength`, as Nova's limit leaves
 * no more. Certificates with an ECDSA key or a 2048-bit RSA key fit, with two intermediates.
 */
function userDataRoom({ maxLength }: ApplyTimeFile): number {
  return Math.max(Math.ceil(maxLength / 2), Math.min(maxLength, 256));
}

class InUserData extends SecretDelivery {
  readonly description = 'user data (a certificate that Terraform renews creates a new instance)';

  override route(applyTimeFiles: readonly ApplyTimeFile[]): readonly ApplyTimeFile[] {
    return applyTimeFiles.map((file) =>
      file.secret ? file : { ...file, secret: true, maxLength: userDataRoom(file) },
    );
  }

  bind(scope: Construct, applyTimeFiles: readonly ApplyTimeFile[], contents: ApplyTimeContents): BoundDelivery {
    return { metadata: {}, configDrive: true, ...bindSecrets(scope, applyTimeFiles, contents) };
  }
}

/** Name of the apply-time file with the application credential that reads the secrets in Barbican. */
const barbicanCredentials = 'barbican-credentials';

/** Bytes of a payload: Barbican's own limit, `max_allowed_secret_in_bytes`, is 20,000, and was 10,000 before 2020. */
const payloadLimit = 20_000;

class InBarbican extends SecretDelivery {
  readonly description = 'Barbican';

  override route(applyTimeFiles: readonly ApplyTimeFile[]): readonly ApplyTimeFile[] {
    return [...applyTimeFiles, { name: barbicanCredentials, maxLength: 1024, secret: true }];
  }

  override instanceParts(
    applyTimeFiles: readonly ApplyTimeFile[],
    hooks: readonly InstanceHook[],
    options: DeliveryOptions,
  ): InstanceParts {
    return applyTimeFilesParts(applyTimeFiles, hooks, { ...options, barbicanCredentials });
  }

  /**
   * A payload can't be changed, so new content is a new secret. A credential for the path of one secret would change with
   * it, and that would create a new instance: hence the `*`. As no rule lists secrets, the instance can only read those
   * whose random ids are in its metadata.
   */
  bind(
    parent: Construct,
    applyTimeFiles: readonly ApplyTimeFile[],
    contents: ApplyTimeContents,
    context: RegionContext,
  ): BoundDelivery {
    const scope = new Construct(parent, 'barbican');
    const name = `${context.namePrefix}-${context.hostname}`;
    const credential = instanceCredential(scope, 'credential', context, {
      name: `${name}-barbican`,
      description: `Reads the certificate of the User Application Proxy ${context.hostname}`,
      accessRules: [{ service: 'key-manager', method: 'GET', path: '/v1/secrets/*/payload' }],
    });
    const secret = bindSecrets(parent, applyTimeFiles, {
      ...contents,
      [barbicanCredentials]: credentialLines(credential),
    });
    const metadata: Record<string, string> = {};
    const preconditions = [...secret.preconditions];
    for (const file of applyTimeFiles.filter(({ secret }) => !secret)) {
      const encoded = compressed(parent, file, contents).asString;
      const stored = new KeymanagerSecretV1(scope, file.name, {
        region: context.region,
        name: `${name}-${file.name}`,
        secretType: 'opaque',
        payload: encoded,
        payloadContentType: 'text/plain',
        // The metadata names the new secret before the old one is deleted.
        lifecycle: { createBeforeDestroy: true },
      });
      metadata[referenceKey(file.name)] = stored.id;
      preconditions.push({
        condition: Op.lte(Fn.lengthOf(encoded), payloadLimit).toString(),
        errorMessage: `The file ${file.name} is too large for Barbican, which takes ${payloadLimit} bytes.`,
      });
    }
    return { metadata, secrets: secret.secrets, preconditions };
  }
}

function contentOf(file: ApplyTimeFile, contents: ApplyTimeContents): string {
  const content = contents[file.name];
  if (content === undefined) throw new Error(`no content for the apply-time file "${file.name}"`);
  return content;
}

/** Id of the local with the encoded content of a file; it stays: docs/decisions/0001-names-that-stay.md. */
function localId({ name }: ApplyTimeFile): string {
  return `late-${name}`;
}

/** The content with a checksum, in base64; a local, as Terraform would compress it again for each use. */
function compressed(scope: Construct, file: ApplyTimeFile, contents: ApplyTimeContents): TerraformLocal {
  return new TerraformLocal(scope, localId(file), Fn.base64gzip(contentOf(file, contents)));
}

/** The secret apply-time files, for the user data. */
function bindSecrets(
  scope: Construct,
  applyTimeFiles: readonly ApplyTimeFile[],
  contents: ApplyTimeContents,
): Pick<BoundDelivery, 'secrets' | 'preconditions'> {
  const secrets: Record<string, string> = {};
  const preconditions: Precondition[] = [];
  for (const file of applyTimeFiles.filter(({ secret }) => secret)) {
    const sensitive = Fn.sensitive(Fn.base64encode(contentOf(file, contents)));
    const encoded = new TerraformLocal(scope, localId(file), sensitive).asString;
    secrets[file.name] = encoded;
    const length = Fn.lengthOf(encoded);
    preconditions.push({
      condition: Op.and(Op.gte(length, 1), Op.lte(length, base64Length(file.maxLength))).toString(),
      errorMessage: `The secret file ${file.name} must have 1 to ${file.maxLength} bytes.`,
    });
  }
  return { secrets, preconditions };
}
