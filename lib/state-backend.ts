import { relative, resolve } from 'node:path';
import type { HttpBackendConfig, PgBackendConfig, S3BackendConfig } from 'cdktf';
import { App, HttpBackend, LocalBackend, PgBackend, S3Backend, type TerraformStack } from 'cdktf';

const brand = Symbol.for('cdktf-openstack-uap.StateBackend');

/**
 * Where Terraform keeps the state of a cloud. The state holds secrets (which ones depends on the certificate
 * strategy), so treat it as one. Credentials of a backend come from its own environment variables.
 * @example StateBackend.s3({ bucket: 'terraform', key: 'cloud-a.tfstate' })
 */
export abstract class StateBackend {
  /**
   * A file beside `cdktf.json`, outside of `cdktf.out`, which may be deleted at any time.
   * @param path relative to the folder of the app. @default "terraform.<cloud>.tfstate"
   */
  static local(path?: string): StateBackend {
    return new LocalState(path);
  }

  /** Any S3 object store, OpenStack's own among them: Terraform's `s3` backend. */
  static s3(config: S3BackendConfig): StateBackend {
    return new OtherState('s3', (stack) => new S3Backend(stack, config));
  }

  /** An HTTP server with locking, e.g. GitLab: Terraform's `http` backend. */
  static http(config: HttpBackendConfig): StateBackend {
    return new OtherState('http', (stack) => new HttpBackend(stack, config));
  }

  /** A PostgreSQL database with locking: Terraform's `pg` backend. */
  static pg(config: PgBackendConfig): StateBackend {
    return new OtherState('pg', (stack) => new PgBackend(stack, config));
  }

  /** Whether a value is one of these strategies, also when it came from another copy of this package. */
  static isStateBackend(value: unknown): value is StateBackend {
    return typeof value === 'object' && value !== null && brand in value;
  }

  readonly [brand] = true;

  /** What it is, for people. */
  abstract readonly description: string;

  /** Gives a stack its backend. */
  abstract bind(stack: TerraformStack): void;
}

class LocalState extends StateBackend {
  readonly description: string;

  constructor(private readonly path?: string) {
    super();
    this.description = `local (${path ?? 'terraform.<cloud>.tfstate'})`;
  }

  bind(stack: TerraformStack): void {
    const file = resolve(this.path ?? `terraform.${stack.node.id}.tfstate`);
    // Terraform runs in the stack's folder of the output. A relative path keeps the synth output the same everywhere.
    const app = App.of(stack);
    new LocalBackend(stack, { path: relative(resolve(app.outdir, 'stacks', stack.node.id), file) });
  }
}

class OtherState extends StateBackend {
  constructor(
    readonly description: string,
    private readonly make: (stack: TerraformStack) => void,
  ) {
    super();
  }

  bind(stack: TerraformStack): void {
    this.make(stack);
  }
}
