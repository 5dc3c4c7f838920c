import { readFileSync } from 'node:fs';
import { type AcmeDirectory, directoryUrl } from '../../lib/strategies/acme-settings';
import { fileFault, filePath } from '../../lib/strategies/pem';
import { CommandError } from '../command';
import { faultOf, http, isUnknownCa, jsonOf, type Tls } from './http';

/** An ACME directory, RFC 8555 section 7.1.1. */
export interface AcmeService {
  readonly url: string;
  readonly newNonce: string;
  /** Names of the CA that CAA records must have, if it is known. */
  readonly caaIdentities?: readonly string[];
  readonly externalAccountRequired: boolean;
  readonly renewalInfo: boolean;
  readonly profiles?: readonly string[];
  readonly tls: Tls;
  /** PEM file of the directory's own CA, if that is private. */
  readonly caFile?: string;
}

interface DirectoryBody {
  readonly newNonce?: string;
  readonly newAccount?: string;
  readonly newOrder?: string;
  readonly renewalInfo?: string;
  readonly meta?: {
    readonly caaIdentities?: readonly string[];
    readonly externalAccountRequired?: boolean;
    readonly profiles?: Readonly<Record<string, string>>;
  };
}

/** Names of CAs that do not list them in their directory. */
const documented: Readonly<Record<string, readonly string[]>> = {
  letsencrypt: ['letsencrypt.org'],
  'letsencrypt-staging': ['letsencrypt.org'],
  zerossl: ['sectigo.com'],
};

/** @throws CommandError if it can't be reached or is none */
export async function readDirectory(directory: AcmeDirectory, timeout: number): Promise<AcmeService> {
  const url = directoryUrl(directory);
  const tls = tlsOf(directory);
  const response = await http(url, { tls, timeout }).catch((error: unknown) => {
    if (!isUnknownCa(error)) throw error;
    const todo =
      tls.ca === undefined
        ? "if that CA is yours, name its PEM file: acme.directory: { url: '…', caFile: '…' }"
        : `${(directory as { caFile: string }).caFile} does not hold that CA`;
    throw new CommandError(`${(error as Error).message}; ${todo}`);
  });
  const body = jsonOf(response) as DirectoryBody | undefined;
  if (response.status !== 200 || !body?.newNonce || !body.newAccount || !body.newOrder) {
    const what = response.status === 200 ? 'it has no newNonce, newAccount and newOrder' : faultOf(response);
    throw new CommandError(`${url} is no ACME directory (HTTP ${response.status}): ${what}`);
  }
  const named = body.meta?.caaIdentities;
  return {
    url,
    newNonce: body.newNonce,
    caaIdentities: named?.length ? named : typeof directory === 'string' ? documented[directory] : undefined,
    externalAccountRequired: body.meta?.externalAccountRequired === true,
    renewalInfo: typeof body.renewalInfo === 'string',
    profiles: body.meta?.profiles && Object.keys(body.meta.profiles),
    tls,
    caFile: typeof directory === 'object' ? directory.caFile : undefined,
  };
}

function tlsOf(directory: AcmeDirectory): Tls {
  const file = typeof directory === 'object' ? directory.caFile : undefined;
  if (file === undefined) return {};
  const fault = fileFault(file);
  if (fault) throw new CommandError(`acme.directory.caFile: ${file} ${fault}`);
  return { ca: readFileSync(filePath(file), 'utf8') };
}
