import { relative, resolve } from 'node:path';
import type { HttpBackendConfig, PgBackendConfig, S3BackendConfig } from 'cdktf';
import { App, HttpBackend, LocalBackend, PgBackend, S3Backend, type TerraformStack } from 'cdktf';
import { typeGuard } from './type-guard';

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

  /**
   * Any S3 object store, OpenStack's own among them: Terraform's `s3` backend. Credentials: `AWS_ACCESS_KEY_ID` and
   * `AWS_SECRET_ACCESS_KEY`.
   */
  static s3(config: S3BackendConfig): StateBackend {
    refuseSecrets('s3', config, {
      accessKey: 'AWS_ACCESS_KEY_ID',
      secretKey: 'AWS_SECRET_ACCESS_KEY',
      token: 'AWS_SESSION_TOKEN',
    });
    return new OtherState('s3', (stack) => new S3Backend(stack, config));
  }

  /**
   * An HTTP server, e.g. GitLab: Terraform's `http` backend. It locks if `lockAddress` and `unlockAddress` are given.
   * Credentials: `TF_HTTP_USERNAME` and `TF_HTTP_PASSWORD`.
   */
  static http(config: HttpBackendConfig): StateBackend {
    refuseSecrets('http', config, { password: 'TF_HTTP_PASSWORD' });
    return new OtherState('http', (stack) => new HttpBackend(stack, config));
  }

  /**
   * A PostgreSQL database with locking: Terraform's `pg` backend. Each cloud needs a `schemaName` of its own.
   * `connStr` may be left to `PG_CONN_STR`, and has to be if it holds a password.
   */
  static pg(config: Partial<PgBackendConfig>): StateBackend {
    if (/:\/\/[^/@]*:[^/@]+@|\bpassword=/i.test(config.connStr ?? '')) {
      throw new Error(inTheOpen('pg', 'connStr', 'PG_CONN_STR'));
    }
    // Terraform takes what is missing from the environment; CDKTF's type does not know.
    return new OtherState('pg', (stack) => new PgBackend(stack, config as PgBackendConfig));
  }

  /** Whether a value is one of these strategies, also when it came from another copy of this package. */
  static readonly isStateBackend = typeGuard<StateBackend>('isStateBackend');

  /** What it is, for messages. */
  abstract readonly description: string;

  /** Gives a stack its backend. */
  abstract bind(stack: TerraformStack): void;
}

/** What a backend is given is in the synth output, for everybody to read. */
function refuseSecrets<Config extends object>(
  kind: string,
  config: Config,
  variables: Partial<Record<keyof Config, string>>,
): void {
  for (const [option, variable] of Object.entries(variables)) {
    if (config[option as keyof Config] !== undefined) throw new Error(inTheOpen(kind, option, String(variable)));
  }
}

function inTheOpen(kind: string, option: string, variable: string): string {
  return `StateBackend.${kind}: ${option} holds a secret, which would be in the synth output; leave it out and set the environment variable ${variable}`;
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
