// Waits until a UAP answers for its host name with the right certificate. Terraform runs it on the operator's
// machine. Environment: UAP_HOSTNAME, UAP_ADDRESS, UAP_INSTANCE, UAP_TIMEOUT (seconds), and UAP_CHAIN
// (PEM, leaf first; optional): the certificate to wait for.
import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';

const { UAP_HOSTNAME: hostname, UAP_ADDRESS: address, UAP_INSTANCE: instance, UAP_CHAIN: chain } = process.env;
const timeout = Number(process.env.UAP_TIMEOUT);
const expected = chain ? new X509Certificate(chain) : undefined;
const attemptTimeout = 5_000;
const pause = 500;
const reportEvery = 15_000;

/** Resolves if the UAP is ready, otherwise rejects with the problem. */
function attempt() {
  return new Promise((resolve, reject) => {
    // The chain is compared, not verified: a private or staging CA is fine here.
    const socket = tls.connect({ host: address, port: 443, servername: hostname, rejectUnauthorized: false });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no answer within ${attemptTimeout / 1000} s`)),
      attemptTimeout,
    );
    let answer = '';
    socket.on('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      const problem = certificateProblem(certificate);
      if (problem) return socket.destroy(new Error(problem));
      socket.write(`GET /healthz HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', (error) => settle(reject, error));
    socket.on('close', () => {
      const status = answer.split('\r\n', 1)[0];
      if (/^HTTP\/1\.1 200\b/.test(status)) settle(resolve);
      else settle(reject, new Error(answer ? `/healthz answers "${status}"` : 'the connection was closed'));
    });
    function settle(how, value) {
      clearTimeout(timer);
      how(value);
    }
  });
}

function certificateProblem(certificate) {
  if (!certificate) return 'no certificate is presented';
  if (expected && certificate.fingerprint256 !== expected.fingerprint256) {
    return `another certificate is presented (serial ${certificate.serialNumber}, valid from ${certificate.validFrom}), the new one has serial ${expected.serialNumber}`;
  }
  for (const name of [hostname, `any.${hostname}`]) {
    if (!certificate.checkHost(name)) return `the certificate is not for ${name} (${certificate.subjectAltName})`;
  }
  const now = Date.now();
  if (Date.parse(certificate.validFrom) > now + 60_000)
    return `the certificate is valid only from ${certificate.validFrom}`;
  if (Date.parse(certificate.validTo) < now) return `the certificate expired on ${certificate.validTo}`;
  return undefined;
}

const hints = [
  [/ECONNREFUSED/, 'nginx is not running yet, or failed to start'],
  [
    /no answer|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
    "the instance is still booting, or this machine can't reach its network",
  ],
  [/another certificate/, 'the instance has not installed the new certificate'],
];

const start = Date.now();
const seconds = () => Math.round((Date.now() - start) / 1000);
let last = 'no attempt was made';
let reported = 0;
console.log(`waiting for https://${hostname}/ at ${address}, at most ${timeout} s`);
while (Date.now() - start < timeout * 1000) {
  try {
    await attempt();
    console.log(`https://${hostname}/ answers at ${address} after ${seconds()} s`);
    process.exit(0);
  } catch (error) {
    last = error.message || String(error.code);
    if (Date.now() - reported >= reportEvery) {
      console.log(`${seconds()} s: ${last}`);
      reported = Date.now();
    }
  }
  await new Promise((resolve) => setTimeout(resolve, pause));
}
const hint = hints.find(([pattern]) => pattern.test(last))?.[1];
console.error(
  `the UAP ${hostname} did not become ready within ${timeout} s: ${last}${hint ? ` (${hint})` : ''}.\n` +
    `Find the reason: openstack console log show ${instance} | grep uap:\n` +
    'Then deploy again: existing resources are kept.',
);
process.exit(1);
