import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Host name of every proxy under test. */
export const HOSTNAME = 'proxy.cloud.org';

/** This machine has every address of this range, which is for documentation (RFC 5737). */
export const UPSTREAM_RANGE = '198.51.100.0/24';

/**
 * A name below the UAP's for a proxy's address. Clients without an option for the address resolve this name, and send it
 * in their TLS handshake.
 */
export function proxyName(address: string): string {
  return `at-${address.replaceAll('.', '-')}.${HOSTNAME}`;
}

/** Environment of the bench: its own network and folder, and the certificate that all peers use. */
export interface Lab {
  readonly root: string;
  readonly certificate: string;
  readonly key: string;
  /** Certificate and key in one file, for HAProxy. */
  readonly pem: string;
  remove(): void;
}

/** Must run in its own network namespace, see `run`. */
export function openLab(): Lab {
  // Several proxies at a time, each only on its own IPv4 address.
  writeFileSync('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1');
  ip('link', 'set', 'lo', 'up');
  // Peers listen on an address each, so that all have port 443 and no URL needs a port.
  ip('route', 'add', 'local', '192.0.2.0/24', 'dev', 'lo');
  ip('route', 'add', 'local', UPSTREAM_RANGE, 'dev', 'lo');
  writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', '10000 65535');
  const root = mkdtempSync(path.join(tmpdir(), 'uap-bench-'));
  // In memory, until the mount namespace ends.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'bench', root]);
  const hosts = path.join(root, 'hosts');
  const addresses = Array.from({ length: 20 }, (_, i) => `192.0.2.${i + 1}`);
  writeFileSync(hosts, addresses.map((address) => `${address} ${proxyName(address)}\n`).join(''));
  // Visible only in this mount namespace.
  execFileSync('mount', ['--bind', hosts, '/etc/hosts']);
  const [certificate, key, pem] = ['chain.pem', 'key.pem', 'both.pem'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'].concat(
      ['-subj', '/CN=bench', '-addext', `subjectAltName=DNS:${HOSTNAME},DNS:*.${HOSTNAME}`],
      ['-keyout', key, '-out', certificate],
    ),
    { stdio: 'ignore' },
  );
  writeFileSync(pem, execFileSync('cat', [certificate, key]));
  return {
    root,
    certificate,
    key,
    pem,
    remove() {
      execFileSync('umount', ['/etc/hosts']);
      execFileSync('umount', ['--lazy', root]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A folder below the lab's. */
export function folder(lab: Lab, name: string): string {
  const made = path.join(lab.root, name);
  mkdirSync(made, { recursive: true });
  return made;
}

function ip(...args: string[]): void {
  execFileSync('ip', args);
}
