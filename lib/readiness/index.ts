import { join } from 'node:path';
import { AssetType, TerraformAsset, TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';

export interface ReadinessProps {
  readonly hostname: string;
  /** Address that is asked. */
  readonly address: string;
  /** Id of the instance: a new instance is waited for anew. */
  readonly instanceId: string;
  /** The chain to wait for as PEM, leaf first: a renewed certificate is waited for as well. */
  readonly chainPem?: string;
  /** Seconds. */
  readonly timeout: number;
}

/**
 * A resource that is there once the UAP answers for its host name with the right certificate. It waits on the machine
 * that deploys, which therefore needs to reach port 443 of the UAP.
 */
export class Readiness extends Construct {
  readonly resource: TerraformResource;

  constructor(scope: Construct, id: string, props: ReadinessProps) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    const script =
      (stack.node.tryFindChild('wait-until-ready') as TerraformAsset | undefined) ??
      new TerraformAsset(stack, 'wait-until-ready', {
        path: join(__dirname, 'assets', 'wait-until-ready.mjs'),
        type: AssetType.FILE,
      });
    // Not DataResource, which runs `terraform version` at each synth, a quarter of its time.
    this.resource = new TerraformResource(this, 'Resource', {
      terraformResourceType: 'terraform_data',
      provisioners: [
        {
          type: 'local-exec',
          command: `node "${script.path}"`,
          environment: {
            UAP_HOSTNAME: props.hostname,
            UAP_ADDRESS: props.address,
            UAP_INSTANCE: props.instanceId,
            UAP_TIMEOUT: String(props.timeout),
            UAP_CHAIN: props.chainPem ?? '',
          },
        },
      ],
    });
    this.resource.addOverride('triggers_replace', {
      instance: props.instanceId,
      address: props.address,
      certificate: props.chainPem ?? '',
    });
  }
}
