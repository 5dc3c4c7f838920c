import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { whyNot } from './support/network';
import { HOSTNAME, startUap, type Uap } from './support/uap';

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

/** What a certificate that the test made itself explains, and what a name that is in no DNS does. */
const OF_THE_TEST = [
  'cert_chain_of_trust',
  'cert_expirationStatus',
  'cert_notAfter',
  'cert_revocation',
  'DNS_CAArecord',
];

function reason(): string | undefined {
  try {
    execFileSync('sh', ['-c', 'command -v testssl'], { stdio: 'ignore' });
  } catch {
    return 'testssl.sh is not installed';
  }
  return whyNot();
}

const skipped = reason();
if (skipped !== undefined) process.stderr.write(`SKIPPED the scan of the TLS settings: ${skipped}\n`);

// Both forms of the upstreams have the same settings of TLS.
(skipped === undefined ? describe : describe.skip)('a scan by testssl.sh', () => {
  let uap: Uap;
  const folder = mkdtempSync(path.join(tmpdir(), 'uap-tls-scan-'));

  beforeAll(async () => {
    uap = await startUap('upstream-lua');
  });

  afterAll(async () => {
    await uap?.stop();
    rmSync(folder, { recursive: true });
  });

  test('finds nothing above informational, but what the certificate of the test explains', async () => {
    const json = path.join(folder, 'findings.json');
    // Protocols, ciphers, forward secrecy, server defaults, preference, headers, vulnerabilities.
    const checks = ['-p', '-s', '-f', '-S', '-P', '-h', '-U'];
    const options = ['--quiet', '--color', '0', '--warnings', 'off', '--ip', uap.network.uap, '--jsonfile', json];
    // Its exit code counts what it finds.
    await promisify(execFile)('testssl', [...checks, ...options, HOSTNAME]).catch(() => undefined);
    const findings: Finding[] = JSON.parse(readFileSync(json, 'utf8'));
    const of = (id: string) => findings.find((each) => each.id === id)?.finding;
    expect([of('TLS1'), of('TLS1_1'), of('TLS1_2'), of('TLS1_3')]).toEqual([
      'not offered',
      'not offered',
      'offered',
      expect.stringMatching(/^offered with final/),
    ]);
    expect(of('HSTS_time')).toMatch(/730 days/);
    // "WARN" is what it couldn't look at.
    const bad = findings.filter(({ severity }) => !['OK', 'INFO', 'DEBUG', 'WARN'].includes(severity));
    expect(bad.filter(({ id }) => !OF_THE_TEST.includes(id.replace(/ <.*/, '')))).toEqual([]);
  }, 240_000);
});
