import { join } from 'node:path';
import { AssetType, Fn, type ITerraformDependable, TerraformAsset, TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { ComputeApi } from '../terraform/compute-api';

/** What a {@link Readiness} waits for. */
export interface ReadinessProps {
  /** Host name of the UAP. */
  readonly hostname: string;
  /** IPv4 address to connect to. */
  readonly address: string;
  /** Id of the instance: the wait runs again for a new one. */
  readonly instanceId: string;
  /**
   * The chain to wait for as PEM, leaf first; a renewed one makes it wait again.
   * @default - any certificate for the host name
   */
  readonly chainPem?: string;
  /**
   * Terraform addresses of the power states of the instances: it waits again for one that was stopped and started.
   * @default none
   */
  readonly powerStates?: readonly string[];
  /** Seconds until the deployment fails. */
  readonly timeout: number;
  /** Resources that associate the address with the instance. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * A resource that exists once the UAP answers for its host name with the right certificate. It waits on the machine
 * that deploys, which therefore needs to reach port 443 of the UAP.
 * @example new Readiness(this, 'readiness', { hostname, address, instanceId: server.id, timeout: 900 })
 */
export class Readiness extends Construct {
  /** A `terraform_data` for others to depend on. */
  readonly resource: TerraformResource;

  constructor(scope: Construct, id: string, props: ReadinessProps) {
    super(scope, id);
    this.resource = scriptRun(this, 'wait-until-ready', {
      environment: {
        UAP_HOSTNAME: props.hostname,
        UAP_ADDRESS: props.address,
        UAP_INSTANCE: props.instanceId,
        UAP_TIMEOUT: String(props.timeout),
        UAP_CHAIN: props.chainPem ?? '',
      },
      triggers: { instance: props.instanceId, address: props.address, certificate: props.chainPem ?? '' },
      changes: props.powerStates,
      dependsOn: props.dependsOn,
    });
  }
}

export interface ConsoleReadinessProps {
  readonly hostname: string;
  readonly instanceId: string;
  readonly api: ComputeApi;
  /** Seconds. */
  readonly timeout: number;
}

/**
 * A resource that exists once an instance reports on its serial console that it serves: for an instance that has no
 * public address yet.
 */
export class ConsoleReadiness extends Construct {
  readonly resource: TerraformResource;

  constructor(scope: Construct, id: string, props: ConsoleReadinessProps) {
    super(scope, id);
    this.resource = scriptRun(this, 'wait-for-console', {
      environment: {
        ...apiEnvironment(props.api),
        UAP_HOSTNAME: props.hostname,
        UAP_INSTANCE: props.instanceId,
        UAP_TIMEOUT: String(props.timeout),
      },
      triggers: { instance: props.instanceId },
    });
  }
}

export interface DrainProps {
  /** Name of both the old and the new server. */
  readonly serverName: string;
  readonly instanceId: string;
  readonly api: ComputeApi;
  /** Seconds. */
  readonly time: number;
  /** Resources that take the old instance out of service. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** A resource that exists once the previous instance had time to drain; at once if none existed. */
export class Drain extends Construct {
  readonly resource: TerraformResource;

  constructor(scope: Construct, id: string, props: DrainProps) {
    super(scope, id);
    this.resource = scriptRun(this, 'drain', {
      environment: {
        ...apiEnvironment(props.api),
        UAP_SERVER_NAME: props.serverName,
        UAP_INSTANCE: props.instanceId,
        UAP_DRAIN: String(props.time),
      },
      triggers: { instance: props.instanceId },
      dependsOn: props.dependsOn,
    });
  }
}

function apiEnvironment({ token, url }: ComputeApi): Record<string, string> {
  return {
    UAP_COMPUTE_URL: url,
    // Terraform hides the output of a script with a sensitive environment, and never prints the environment itself.
    UAP_TOKEN: Fn.nonsensitive(token),
  };
}

interface ScriptRun {
  readonly environment: Readonly<Record<string, string>>;
  /** Values that make it run again when they change. */
  readonly triggers: Readonly<Record<string, string>>;
  /** Addresses of attributes that make it run again when a plan changes them. @default none */
  readonly changes?: readonly string[];
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** A resource that runs a script of `assets/` on the machine that deploys. */
function scriptRun(scope: Construct, script: string, run: ScriptRun): TerraformResource {
  const stack = TerraformStack.of(scope);
  const asset =
    (stack.node.tryFindChild(script) as TerraformAsset | undefined) ??
    new TerraformAsset(stack, script, { path: join(__dirname, 'assets', `${script}.mjs`), type: AssetType.FILE });
  // Not DataResource, which runs `terraform version` at each synth, a quarter of its time.
  const resource = new TerraformResource(scope, 'Resource', {
    terraformResourceType: 'terraform_data',
    dependsOn: run.dependsOn ? [...run.dependsOn] : undefined,
    lifecycle: run.changes?.length ? { replaceTriggeredBy: [...run.changes] } : undefined,
    provisioners: [{ type: 'local-exec', command: `node "${asset.path}"`, environment: { ...run.environment } }],
  });
  resource.addOverride('triggers_replace', run.triggers);
  return resource;
}
