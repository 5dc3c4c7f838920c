import type { Rfc2136Options, TsigKey } from '../../lib';
import { CommandError, type Io } from '../command';
import { type Execution, execute, NotInstalled } from '../process';

/** A server, a zone and a key: what updates are sent with. */
export interface UpdateTarget {
  readonly options: Rfc2136Options;
  readonly key: TsigKey;
}

/** Whether BIND's `nsupdate` is on the PATH. */
export async function hasNsupdate(io: Io): Promise<boolean> {
  try {
    await run(io, ['-V'], '', 5);
    return true;
  } catch (error) {
    if (error instanceof NotInstalled) return false;
    throw error;
  }
}

/**
 * Sends one dynamic update, RFC 2136. The key travels through a pipe: neither the command line nor a file has it.
 * @param updates lines of nsupdate: `update add …`
 * @returns why the server refused it; undefined if it took it
 */
export async function nsupdate(
  io: Io,
  { options, key }: UpdateTarget,
  updates: readonly string[],
  timeout: number,
): Promise<string | undefined> {
  const { server, port = 53, zone } = options;
  const secret = secretOf(io, key);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(secret)) return `the secret of the key (${key.secret.source}) is not base64`;
  const input = [
    `server ${server} ${port}`,
    `key ${key.algorithm ?? 'hmac-sha256'}:${fqdn(key.name)} ${secret}`,
    `zone ${fqdn(zone)}`,
    ...updates,
    'send',
    'quit',
    '',
  ].join('\n');
  const ended = await run(io, ['-t', String(timeout), '-u', '2', '-r', '1'], input, timeout + 2);
  if (ended.code === 0) return undefined;
  return refusal(ended.timedOut ? 'timed out' : ended.stdout + ended.stderr, key, options);
}

export const fqdn = (name: string) => (name.endsWith('.') ? name : `${name}.`);

function secretOf(io: Io, key: TsigKey): string {
  try {
    return key.secret.unsafeValue(io.env);
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

/** What nsupdate's words mean for the operator. */
function refusal(text: string, key: TsigKey, { server, zone }: Rfc2136Options): string {
  if (/BADKEY/.test(text))
    return `the server does not know the key "${fqdn(key.name)}" with ${key.algorithm ?? 'hmac-sha256'}`;
  if (/BADSIG/.test(text))
    return `the secret of the key "${fqdn(key.name)}" (${key.secret.source}) differs from the server's`;
  if (/BADTIME/.test(text)) return "the server's clock and this machine's are more than five minutes apart";
  if (/NOTAUTH|NOTZONE/.test(text)) return `the server is not the primary of the zone ${zone}`;
  if (/REFUSED/.test(text)) return `the key "${fqdn(key.name)}" may not write it: see the server's update-policy`;
  if (/timed out|could not (talk|reach)/i.test(text)) return `${server} does not answer`;
  const line = text.split('\n').find((one) => one.trim() !== '') ?? 'no reason given';
  return line.replace(/^; */, '').trim();
}

/** Runs nsupdate; Ctrl-C does not end it between the update and its answer. */
function run(io: Io, args: readonly string[], input: string, timeout: number): Promise<Execution> {
  return execute('nsupdate', args, { env: { PATH: io.env.PATH ?? '' }, input, timeout, detached: true });
}
