import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** Certificates of a public PEM file, such as that of a CA. */
export interface PemCertificates {
  /** Only the certificates, without the comments around them: the same file gives the same text everywhere. */
  readonly pem: string;
  /** In the order of the file, at least one. */
  readonly certificates: readonly X509Certificate[];
}

/** The absolute path of a file; `~/` is the home folder, relative paths start in the current folder. */
export function filePath(file: string): string {
  return file.startsWith('~/') ? resolve(homedir(), file.slice(2)) : resolve(file);
}

/** Why a file is unavailable, as the end of a message; undefined if it exists. */
export function fileFault(file: string): string | undefined {
  const path = filePath(file);
  try {
    return statSync(path).isFile() ? undefined : 'is not a file';
  } catch {
    const relative = path !== file && !file.startsWith('~/');
    return `does not exist${relative ? ' in the folder that this command runs in' : ''}`;
  }
}

/**
 * Reads the certificates of a PEM file.
 * @param file absolute, beginning with `~/`, or relative to the folder that the command runs in
 * @throws Error with a message that follows the file's name, e.g. `does not exist`
 */
export function readPemCertificates(file: string): PemCertificates {
  const fault = fileFault(file);
  if (fault) throw new Error(fault);
  const text = readFileSync(filePath(file), 'latin1');
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new Error('also holds a private key, which would not stay secret; leave only the certificates in it');
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error('holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  const certificates = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new Error(`holds a certificate that can't be read, number ${index + 1} of ${blocks.length}`);
    }
  });
  return { pem: certificates.map(String).join(''), certificates };
}
