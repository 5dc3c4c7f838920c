// Waits until an instance reports on its serial console that Nginx serves. Terraform runs it on the operator's machine.
// Environment: UAP_HOSTNAME, UAP_INSTANCE, UAP_TIMEOUT (seconds), UAP_COMPUTE_URL, UAP_TOKEN.
const { UAP_HOSTNAME: hostname, UAP_INSTANCE: instance, UAP_COMPUTE_URL: url, UAP_TOKEN: token } = process.env;
const timeout = Number(process.env.UAP_TIMEOUT);
const said = `uap: ready: Nginx serves ${hostname}`;
const pause = 2_000;
const reportEvery = 15_000;

/** The last line of the instance; undefined once it serves. Rejects if the API fails. */
async function lastLine() {
  const response = await fetch(`${url.replace(/\/+$/, '')}/servers/${instance}/action`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': token },
    body: JSON.stringify({ 'os-getConsoleOutput': { length: 1000 } }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) {
    const error = new Error(`Nova answers the request for the console with ${response.status}`);
    // Waiting helps in neither case.
    error.final = response.status === 401 || response.status === 403;
    throw error;
  }
  const lines = (await response.json()).output.split(/\r?\n/).filter((line) => line.includes('uap: '));
  if (lines.some((line) => line.includes(said))) return undefined;
  return lines.at(-1)?.slice(lines.at(-1).indexOf('uap: ')) ?? 'it has printed nothing yet';
}

const start = Date.now();
const seconds = () => Math.round((Date.now() - start) / 1000);
let last = 'no attempt was made';
let reported = 0;
console.log(`waiting for "${said}" on the console of ${instance}, at most ${timeout} s`);
while (Date.now() - start < timeout * 1000) {
  let final = false;
  try {
    const words = await lastLine();
    if (words === undefined) {
      console.log(`the instance serves ${hostname} after ${seconds()} s`);
      process.exit(0);
    }
    last = words;
  } catch (error) {
    // The cause of a failed fetch holds the reason.
    last = error.cause?.message || error.message || String(error);
    final = error.final === true;
  }
  if (final) break;
  if (Date.now() - reported >= reportEvery) {
    console.log(`${seconds()} s: ${last}`);
    reported = Date.now();
  }
  await new Promise((resolve) => setTimeout(resolve, pause));
}
console.error(
  `the new instance of ${hostname} did not become ready within ${seconds()} s: ${last}.\n` +
    `Find the reason: openstack console log show ${instance} | grep uap:\n` +
    'The address still points to the previous instance, if any. Then deploy again: existing resources are kept.',
);
process.exit(1);
