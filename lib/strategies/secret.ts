import { readFileSync } from 'node:fs';
import { Fn, TerraformStack, TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import { fileFault, filePath } from './pem';
import { typeGuard } from './type-guard';

/**
 * A secret that Terraform needs. The operator provides it when deploying; it reaches neither the synth output nor a
 * log. It can't become part of a string by mistake: only {@link Secret.bind} returns the (sensitive) token.
 * @example Secret.file('~/tsig.key')
 */
export abstract class Secret {
  /**
   * A sensitive Terraform variable: set `TF_VAR_<name>` in the environment of `cdktf deploy`.
   * @param name letters, digits and underscores, e.g. `tsig_key`; the same name twice is the same secret
   * @param description shown when it is missing; by default how to set it
   */
  static variable(name: string, description?: string): Secret {
    return new VariableSecret(name, description);
  }

  /**
   * The content of a file, read by Terraform when it plans, without leading and trailing white space.
   * @param path absolute, or beginning with `~/`
   */
  static file(path: string): Secret {
    return new FileSecret(path);
  }

  /** Whether a value is a secret, also one of another copy of this package. */
  static readonly isSecret = typeGuard<Secret>('isSecret');

  /** Source of the secret, for messages; never its value. */
  abstract readonly source: string;

  /** A sensitive token, which Terraform replaces with the value. */
  abstract bind(scope: Construct): string;

  /**
   * The value, as Terraform reads it, for code that uses it outside Terraform.
   * @throws Error that names the missing source
   */
  abstract unsafeValue(env: Readonly<Record<string, string | undefined>>): string;

  /** Why it is unavailable, if that is known before a deployment, e.g. `does not exist`. Does not read the secret. */
  fault(): string | undefined {
    return undefined;
  }

  /** @throws Error always: a secret is not text. */
  toString(): never {
    throw new Error(`the secret ${this.source} can't be part of a string`);
  }

  /** Source of the secret, instead of its value. */
  toJSON(): string {
    return `(secret: ${this.source})`;
  }
}

class VariableSecret extends Secret {
  readonly source: string;

  constructor(
    private readonly name: string,
    private readonly description?: string,
  ) {
    super();
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
      throw new Error(
        `a secret's variable name must be letters, digits and underscores, as in "tsig_key"; got "${name}"`,
      );
    }
    this.source = `environment variable TF_VAR_${name}`;
  }

  unsafeValue(env: Readonly<Record<string, string | undefined>>): string {
    const value = env[`TF_VAR_${this.name}`];
    if (value === undefined) throw new Error(`the ${this.source} is not set`);
    return value;
  }

  bind(scope: Construct): string {
    const stack = TerraformStack.of(scope);
    const id = `secret-${this.name}`;
    const existing = stack.node.tryFindChild(id) as TerraformVariable | undefined;
    if (existing) return existing.stringValue;
    const variable = new TerraformVariable(stack, id, {
      type: 'string',
      sensitive: true,
      nullable: false,
      description: this.description ?? `set it with ${this.source}`,
    });
    variable.overrideLogicalId(this.name);
    return variable.stringValue;
  }
}

class FileSecret extends Secret {
  readonly source: string;

  constructor(private readonly path: string) {
    super();
    if (!path.startsWith('/') && !path.startsWith('~/')) {
      throw new Error(`the path of a secret's file must be absolute or begin with "~/"; got "${path}"`);
    }
    this.source = `file ${path}`;
  }

  override fault(): string | undefined {
    return fileFault(this.path);
  }

  unsafeValue(): string {
    const fault = this.fault();
    if (fault) throw new Error(`the ${this.source} ${fault}`);
    return readFileSync(filePath(this.path), 'utf8').trim();
  }

  bind(): string {
    return Fn.sensitive(Fn.trimspace(Fn.file(Fn.pathexpand(this.path))));
  }
}
