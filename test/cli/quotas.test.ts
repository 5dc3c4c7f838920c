import { quotas } from '../../cli/check/checks/quotas';
import { CloudContext, RegionContext } from '../../cli/check/context';
import { Undo } from '../../cli/check/undo';
import { DnsRecords, resolveCloud } from '../../lib';
import { ApiServer, tokenReply } from './api-server';

const nova = {
  maxTotalInstances: 10,
  totalInstancesUsed: 9,
  maxTotalCores: -1,
  totalCoresUsed: 40,
  maxTotalRAMSize: 51200,
  totalRAMUsed: 0,
  maxServerGroups: 10,
  totalServerGroupsUsed: 0,
  maxServerMeta: 128,
};
const unlimited = { limit: -1, used: 5, reserved: 0 };

/** The result of the check for given quotas of Neutron, and existing servers with the UAP's name. */
async function check(neutron: Record<string, unknown> | undefined, servers: unknown[] = []) {
  const spec = {
    name: 'a',
    openstack: null,
    acme: { email: 'ops@cloud.org' },
    dns: DnsRecords.designate({ zone: 'cloud.org' }),
    regions: [
      {
        region: 'One',
        hostname: 'proxy.cloud.org',
        publicNetwork: 'public',
        upstreamRanges: ['149.165.152.0/22'],
        image: 'debian-13',
        flavor: 'm1.small',
      },
    ],
  };
  const cloud = resolveCloud(spec);
  const server = await ApiServer.start(({ url = '' }) => {
    if (url === '/v3/auth/tokens') return tokenReply(server.url, ['One']);
    if (url.includes('/limits')) return { status: 200, body: { limits: { absolute: nova } } };
    if (url.includes('/quotas/')) return neutron ? { status: 200, body: { quota: neutron } } : { status: 404 };
    if (url.includes('/flavors')) {
      return { status: 200, body: { flavors: [{ id: 'f', name: 'm1.small', vcpus: 1, ram: 2048, disk: 20 }] } };
    }
    if (url.includes('/servers')) return { status: 200, body: { servers } };
    return { status: 200, body: {} };
  });
  const silent = { write: () => undefined };
  const env = {
    OS_AUTH_URL: server.url,
    OS_USERNAME: 'ops',
    OS_PASSWORD: 'hush',
    OS_PROJECT_NAME: 'uap',
  };
  const context = new CloudContext({ stdout: silent, stderr: silent, env, cwd: '/' }, spec, cloud, 5, new Undo());
  try {
    return await quotas.run(new RegionContext(context, cloud.regions[0] as (typeof cloud.regions)[number]));
  } finally {
    await server.stop();
  }
}

const neutron = { port: unlimited, security_group: unlimited, security_group_rule: unlimited, floatingip: unlimited };

test('the free part of each quota counts', async () => {
  expect(await check({ ...neutron, port: { limit: 10, used: 6, reserved: 0 } })).toEqual({
    result: 'ok',
    detail: expect.stringMatching(
      /^1 of 1 instances, 1 of any cores, 2048 of 51200 MiB of memory, 1 of 4 ports, 1 of any security groups, \d+ of any security group rules$/,
    ),
  });
});

test('what Neutron has reserved is not free', async () => {
  expect(await check({ ...neutron, port: { limit: 10, used: 6, reserved: 4 } })).toEqual({
    result: 'failed',
    detail: '1 ports needed, 0 of 10 free',
    todo: 'free some in project uap, or ask your cloud administrators for more',
  });
});

test('an instance of an earlier deployment needs none', async () => {
  const found = await check(neutron, [{ id: 's' }]);
  expect(found).toMatchObject({ result: 'ok', detail: expect.not.stringContaining('instances') });
});

test('without the extension of Neutron that reports what is used, the quotas are not checked', async () => {
  expect(await check(undefined)).toMatchObject({ result: 'not checked' });
});
