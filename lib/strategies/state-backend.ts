import { relative, resolve } from 'node:path';
import type { HttpBackendConfig, PgBackendConfig, S3BackendConfig } from 'cdktf';
import { App, HttpBackend, LocalBackend, PgBackend, S3Backend, type TerraformStack } from 'cdktf';
import { typeGuard } from './type-guard';

/**
 * Where Terraform stores the state of a cloud. The state holds secrets (the certificate strategy decides which), so
 * protect it like a secret. Credentials of a backend come from its own environment variables.
 * @example StateBackend.s3({ bucket: 'terraform', key: 'cloud-a.tfstate' })
 */
export abstract class StateBackend {
  /**
   * A file next to `cdktf.json`, outside `cdktf.out`, which may be deleted at any time.
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
   * If `connStr` holds a password, leave it out and set `PG_CONN_STR`.
   */
  static pg(config: Partial<PgBackendConfig>): StateBackend {
    if (/:\/\/[^/@]*:[^/@]+@|\bpassword=/i.test(config.connStr ?? '')) {
      throw new Error(inTheOpen('pg', 'connStr', 'PG_CONN_STR'));
    }
    // Terraform reads missing options from the environment; CDKTF's type doesn't allow that.
    return new OtherState('pg', (stack) => new PgBackend(stack, config as PgBackendConfig));
  }

  /** Whether a value is one of these strategies, also one of another copy of this package. */
  static readonly isStateBackend = typeGuard<StateBackend>('isStateBackend');

  /** Description for messages. */
  abstract readonly description: string;

  /** Gives a stack its backend. */
  abstract bind(stack: TerraformStack): void;
}

/** The options of a backend are in the synth output in plain text. */
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
    private readonly create: (stack: TerraformStack) => void,
  ) {
    super();
  }

  bind(stack: TerraformStack): void {
    this.create(stack);
  }
}
