// Gives the previous instance time to finish in-flight requests. Terraform runs it on the operator's machine after the
// address or the load balancer points to the new instance, and before it destroys the old one.
// Environment: UAP_SERVER_NAME, UAP_INSTANCE, UAP_DRAIN (seconds), UAP_COMPUTE_URL, UAP_TOKEN.
const { UAP_SERVER_NAME: name, UAP_INSTANCE: instance, UAP_COMPUTE_URL: url, UAP_TOKEN: token } = process.env;
const time = Number(process.env.UAP_DRAIN);

/** Whether another server of that name exists; true if Nova fails, as waiting is safe. */
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
  console.log(`the instance before ${instance} has ${time} s to finish in-flight requests`);
  await new Promise((resolve) => setTimeout(resolve, time * 1000));
} else {
  console.log('no previous instance exists: nothing to drain');
}
