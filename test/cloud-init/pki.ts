import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

export interface IssueOptions {
  /** DNS names, or names with a type, e.g. `IP:192.0.2.1`. */
  readonly names: readonly string[];
  /** Extended key usage. @default - none */
  readonly usage?: 'serverAuth' | 'clientAuth';
  /** @default 'leaf' */
  readonly commonName?: string;
  /** Days from now. */
  readonly from?: number;
  readonly until?: number;
  readonly key?: 'ec' | 'rsa';
}

export interface Issued {
  readonly leaf: string;
  /** Leaf and intermediate. */
  readonly chain: string;
  readonly key: string;
}

const config = `
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
`;

/** A certificate authority with a root and an intermediate, by openssl. */
export class CertificateAuthority {
  readonly root: string;
  readonly intermediate: string;
  private count = 0;

  private constructor(private readonly folder: string) {
    writeFileSync(path.join(folder, 'config'), config);
    writeFileSync(path.join(folder, 'index'), '');
    const ca = ['-addext', 'basicConstraints=critical,CA:TRUE'];
    this.openssl('req', '-x509', ...newKey('root.key'), '-out', 'root', '-days', '99', '-subj', '/CN=root', ...ca);
    this.openssl('req', ...newKey('ca.key'), '-out', 'ca.csr', '-subj', '/CN=intermediate', ...ca);
    this.sign('root', 'root.key', 'ca.csr', 'ca', -90, 90);
    this.root = this.read('root');
    this.intermediate = this.read('ca');
  }

  static create(parent: string): CertificateAuthority {
    return new CertificateAuthority(mkdtempSync(path.join(parent, 'ca-')));
  }

  issue({ names, usage, commonName = 'leaf', from = -1, until = 30, key = 'ec' }: IssueOptions): Issued {
    const id = `leaf-${++this.count}`;
    const san = names.map((name) => (name.includes(':') ? name : `DNS:${name}`)).join(',');
    const extension = [
      ...(san === '' ? [] : ['-addext', `subjectAltName=${san}`]),
      ...(usage === undefined ? [] : ['-addext', `extendedKeyUsage=${usage}`]),
    ];
    this.openssl('req', ...newKey(`${id}.key`, key), '-out', `${id}.csr`, '-subj', `/CN=${commonName}`, ...extension);
    this.sign('ca', 'ca.key', `${id}.csr`, id, from, until);
    const leaf = this.read(id);
    return { leaf, chain: leaf + this.intermediate, key: this.read(`${id}.key`) };
  }

  /** A PKCS#12 file in base64, with the ciphers that OpenSSL 3 and the acme provider use. */
  pkcs12({ chain, key }: Issued, password: string): string {
    const [leaf = '', ...issuers] = chain.split(/(?<=-----END CERTIFICATE-----\n)/);
    for (const [name, content] of Object.entries({ leaf, issuers: issuers.join(''), key, password })) {
      writeFileSync(path.join(this.folder, `p12.${name}`), content);
    }
    const files = ['-in', 'p12.leaf', '-inkey', 'p12.key', '-certfile', 'p12.issuers', '-out', 'p12'];
    this.openssl('pkcs12', '-export', ...files, '-passout', 'file:p12.password');
    return readFileSync(path.join(this.folder, 'p12')).toString('base64');
  }

  /** The key as encrypted PKCS#8 PEM. */
  encrypted({ key }: Issued, passphrase: string): string {
    writeFileSync(path.join(this.folder, 'plain.key'), key);
    writeFileSync(path.join(this.folder, 'passphrase'), passphrase);
    const files = ['-in', 'plain.key', '-out', 'encrypted.key', '-passout', 'file:passphrase'];
    this.openssl('pkcs8', '-topk8', '-v2', 'aes256', ...files);
    return this.read('encrypted.key');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private sign(issuer: string, key: string, request: string, out: string, from: number, until: number): void {
    const dates = ['-startdate', date(from), '-enddate', date(until)];
    const files = ['-cert', issuer, '-keyfile', key, '-in', request, '-out', out];
    this.openssl('ca', '-config', 'config', '-batch', '-notext', ...files, ...dates);
  }

  private openssl(...command: string[]): void {
    execFileSync('openssl', command, { cwd: this.folder, stdio: 'pipe' });
  }

  private read(name: string): string {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }
}

function newKey(file: string, kind: 'ec' | 'rsa' = 'ec'): string[] {
  const type = kind === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['-newkey', 'rsa:2048'];
  return [...type, '-nodes', '-keyout', file];
}

/** The form that openssl wants. */
function date(days: number): string {
  return new Date(Date.now() + days * 86_400_000)
    .toISOString()
    .replace(/[-:T]|\.\d+/g, '')
    .slice(2);
}
