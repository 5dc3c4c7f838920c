import { readFileSync } from 'node:fs';
import { Fn, TerraformStack, TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import { fileFault, filePath } from './pem';
import { typeGuard } from './type-guard';

/**
 * A secret that Terraform needs. It is given by the operator when deploying and reaches neither the synth output nor
 * a log. It can't be put into a string by mistake: only {@link Secret.bind} gives the (sensitive) token.
 * @example Secret.file('~/tsig.key')
 */
export abstract class Secret {
  /**
   * A sensitive Terraform variable: set `TF_VAR_<name>` in the environment of `cdktf deploy`.
   * @param name letters, digits and underscores, e.g. `tsig_key`; the same name twice is the same secret
   * @param description what it is, shown when it is missing; by default how to set it
   */
  static variable(name: string, description?: string): Secret {
    return new VariableSecret(name, description);
  }

  /**
   * The content of a file, read by Terraform when it plans, without white space at the ends.
   * @param path absolute, or beginning with `~/`
   */
  static file(path: string): Secret {
    return new FileSecret(path);
  }

  /** Whether a value is a secret, also when it came from another copy of this package. */
  static readonly isSecret = typeGuard<Secret>('isSecret');

  /** Where the secret comes from, for messages; never its value. */
  abstract readonly source: string;

  /** The token that Terraform replaces by the value; sensitive. */
  abstract bind(scope: Construct): string;

  /**
   * The secret itself, as Terraform would read it, for code that uses it outside of Terraform.
   * @throws Error that says what is missing
   */
  abstract unsafeValue(env: Readonly<Record<string, string | undefined>>): string;

  /** Why it is unavailable, as far as that shows before a deployment, e.g. `does not exist`. It is not read. */
  fault(): string | undefined {
    return undefined;
  }

  /** @throws Error always: a secret is not a text. */
  toString(): never {
    throw new Error(`the secret ${this.source} can't be put into a string`);
  }

  /** Where the secret comes from, in the place of its value. */
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
