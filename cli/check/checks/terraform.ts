import { failed, ok } from '../../report';
import type { CloudCheck } from '../context';
import { findTerraform, originOf, satisfies } from '../terraform';

/** Terraform is installed, and the providers are available. */
export const terraform: CloudCheck = {
  name: 'terraform',

  async run(context) {
    const { io } = context;
    const [found, plan] = await Promise.all([findTerraform(io), context.plan()]);
    if (!found) {
      const name = io.env.TERRAFORM_BINARY_NAME || 'terraform';
      return failed(
        `${name} can't be run, or does not report its version`,
        'install Terraform or OpenTofu (TERRAFORM_BINARY_NAME=tofu), 1.5 or newer',
      );
    }
    const own = satisfies(found.version, '>= 1.5.0')
      ? ok(`${found.binary} ${found.version}`)
      : failed(`${found.binary} is ${found.version}`, 'install 1.5 or newer');
    // The registry answers soon or not at all.
    const seconds = Math.min(3, context.timeout);
    const providers = plan.providers.map(async (provider) => {
      const origin = await originOf(io, found, provider, seconds);
      const label = `provider ${provider.source} ${provider.constraint}`;
      if ('from' in origin) return ok(`${label}: ${origin.from}`);
      return failed(
        `${label}: ${origin.wrong}`,
        'allow access to the registry, or set up a mirror in ~/.terraform.d/plugins',
      );
    });
    return [own, ...(await Promise.all(providers))];
  },
};
