import { failed, ok, warning } from '../../report';
import type { CloudCheck } from '../context';

/** Keystone accepts the credentials, and Terraform will find the same ones. */
export const credentials: CloudCheck = {
  name: 'credentials',

  async run(context) {
    const { source, method, foundByTerraform } = await context.credentials();
    const session = await context.session();
    const found = `${session.user} in project ${session.project.name} (${method})`;
    const { resources } = await context.plan();
    if (session.restricted && resources.some(({ type }) => type === 'openstack_identity_application_credential_v3')) {
      return failed(
        `${found}; it is restricted, so it can't create the credential for the ACME client on the instance`,
        'openstack application credential create --unrestricted uap, or certificate: WildcardCertificate.acme()',
      );
    }
    if (foundByTerraform) return ok(found);
    return warning(
      `${found}; but Terraform runs in another folder and does not find ${source}`,
      'export OS_CLIENT_CONFIG_FILE=$PWD/clouds.yaml, or move the file to ~/.config/openstack',
    );
  },
};
