// Gives the instance before this one the time to finish. Run by Terraform on the operator's machine, once the address
// or the load balancer leads to the new instance and before the old one is destroyed.
// Everything comes by the environment: UAP_SERVER_NAME, UAP_INSTANCE, UAP_DRAIN (seconds), UAP_COMPUTE_URL, UAP_TOKEN.
const { UAP_SERVER_NAME: name, UAP_INSTANCE: instance, UAP_COMPUTE_URL: url, UAP_TOKEN: token } = process.env;
const time = Number(process.env.UAP_DRAIN);

/** Whether there is another server of that name. When Nova doesn't tell, it's as well to wait. */
async function another() {
  try {
    // Nova takes a regular expression.
    const query = new URLSearchParams({ name: `^${name.replaceAll('.', '\\.')}$` });
    const response = await fetch(`${url.replace(/\/+$/, '')}/servers?${query}`, {
      headers: { 'X-Auth-Token': token },
      signal: AbortSignal.timeout(10_000),
    });
    const { servers } = await response.json();
    return servers.some(({ id }) => id !== instance);
  } catch {
    return true;
  }
}

if (await another()) {
  console.log(`the instance before ${instance} has ${time} s to finish`);
  await new Promise((resolve) => setTimeout(resolve, time * 1000));
} else {
  console.log('there was no instance before: nothing to wait for');
}
