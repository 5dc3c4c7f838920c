import { App } from './app';

const app = new App();
afterAll(() => app.remove());

app.write(
  'stacks/named.ts',
  `import { clouds as all } from './index';
export const clouds = all.slice(0, 2).map((cloud) => ({ ...cloud, keystoneHostname: 'keystone.cloud.org' }));`,
);

test.each([
  ['small', [{ region: null, hostname: 'proxy.cloud.org' }]],
  [
    'large',
    [
      { region: 'One', hostname: 'one.cloud.org' },
      { region: 'Two', hostname: 'two.cloud.org' },
    ],
  ],
])('uap exosphere %s: its regions, null for the only one', async (cloud, userAppProxy) => {
  const { code, stdout, stderr } = await app.run('exosphere', cloud, '--stacks', 'stacks/named.ts');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({ keystoneHostname: 'keystone.cloud.org', friendlyName: cloud, userAppProxy });
});

test('without the host name of Keystone, it says what to set', async () => {
  expect(await app.run('exosphere', 'small')).toEqual({
    code: 1,
    stdout: '',
    stderr:
      "uap: small has no keystoneHostname, with which Exosphere finds the entry; set it, for example: keystoneHostname: 'keystone.cloud.org'\n",
  });
});
