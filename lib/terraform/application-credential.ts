import { Fn } from 'cdktf';
import type { Construct } from 'constructs';
import { endpointUrl } from './endpoint-url';
import { DataOpenstackIdentityAuthScopeV3, IdentityApplicationCredentialV3 } from './providers/openstack';

/** An application credential: its name and what it may do. */
interface InstanceCredentialOptions {
  /** Unique among the application credentials of the user that deploys. */
  readonly name: string;
  /** For people, shown by `openstack application credential list`. */
  readonly description: string;
  /** The only requests that it may send; `*` in a path stands for one of its segments. */
  readonly accessRules: readonly { readonly service: string; readonly method: string; readonly path: string }[];
}

/**
 * An application credential for scripts on the instance, as the variables that OpenStack's own clients read. Its secret
 * is sensitive.
 */
export function instanceCredential(
  scope: Construct,
  id: string,
  context: { readonly hostname: string; readonly namePrefix: string; readonly region?: string },
  { name, description, accessRules }: InstanceCredentialOptions,
): Readonly<Record<string, string>> {
  const { region } = context;
  const credential = new IdentityApplicationCredentialV3(scope, id, {
    region,
    name,
    description,
    accessRules: accessRules.map((rule) => ({ ...rule })),
  });
  const authScope = new DataOpenstackIdentityAuthScopeV3(scope, 'auth-scope', {
    name: `${context.namePrefix}-${context.hostname}`,
    region,
  });
  return {
    OS_AUTH_URL: endpointUrl(scope, 'keystone-url', authScope, { service: 'identity', region }),
    OS_APPLICATION_CREDENTIAL_ID: credential.id,
    OS_APPLICATION_CREDENTIAL_SECRET: Fn.sensitive(credential.secret),
    ...(region === undefined ? {} : { OS_REGION_NAME: region }),
  };
}

/** Variables as lines of an apply-time file. */
export function credentialLines(variables: Readonly<Record<string, string>>): string {
  // Literals and tokens stay apart: a string of both is no argument for a function.
  return Fn.join(
    '',
    Object.entries(variables).flatMap(([name, value]) => [`${name}=`, value, '\n']),
  );
}
