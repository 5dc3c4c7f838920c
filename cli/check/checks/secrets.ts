import { statSync } from 'node:fs';
import { filePath } from '../../../lib/strategies/pem';
import { Secret } from '../../../lib/strategies/secret';
import { type Finding, failed, ok, warning } from '../../report';
import type { CloudCheck } from '../context';

/** Every secret of the settings exists where Terraform will read it. */
export const secrets: CloudCheck = {
  name: 'secrets',

  async run({ io, spec }) {
    const all = new Map(secretsIn(spec).map((secret) => [secret.source, secret]));
    if (all.size === 0) return ok('none are needed');
    const result = [...all.values()].flatMap((secret) => fault(secret, io.env));
    return result.length > 0 ? result : ok([...all.keys()].join(', '));
  },
};

function fault(secret: Secret, env: Readonly<Record<string, string | undefined>>): Finding[] {
  let value: string;
  try {
    value = secret.unsafeValue(env);
  } catch (error) {
    return [failed((error as Error).message, 'set it for this check and for cdktf deploy')];
  }
  if (value === '') return [failed(`the ${secret.source} is empty`)];
  const [, file] = /^file (.*)$/.exec(secret.source) ?? [];
  if (file && (statSync(filePath(file)).mode & 0o044) !== 0) {
    return [warning(`the ${secret.source} can be read by other users of this machine`, `chmod 600 ${file}`)];
  }
  return [];
}

function secretsIn(value: unknown): Secret[] {
  if (typeof value !== 'object' || value === null) return [];
  return Secret.isSecret(value) ? [value] : Object.values(value).flatMap(secretsIn);
}
