import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Io } from '../../cli/command';
import { findCredentials } from '../../cli/services/openstack/credentials';

const auth = {
  auth_url: 'https://keystone.cloud.org:5000',
  username: 'ops',
  password: 'hush',
  project_name: 'uap',
  user_domain_name: 'Default',
  project_domain_id: 'abc',
};

/** Folders for clouds.yaml, and a command that looks there. */
class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'uap-credentials-'));
  readonly env: Record<string, string | undefined> = { HOME: join(this.folder, 'home') };

  write(path: string, content: unknown): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  find(name?: string) {
    const silent = { write: () => undefined };
    const io: Io = { stdout: silent, stderr: silent, env: this.env, cwd: join(this.folder, 'app') };
    return findCredentials(io, name);
  }
}

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => rmSync(machine.folder, { recursive: true }));

test('a password becomes what Keystone takes', () => {
  machine.write('home/.config/openstack/clouds.yaml', { clouds: { a: { auth, region_name: 'One' } } });
  expect(machine.find('a')).toMatchObject({
    source: `entry "a" of ${machine.folder}/home/.config/openstack/clouds.yaml`,
    authUrl: 'https://keystone.cloud.org:5000/v3',
    method: 'password',
    region: 'One',
    interface: 'public',
    foundByTerraform: true,
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'ops', domain: { name: 'Default' }, password: 'hush' } },
      },
      scope: { project: { name: 'uap', domain: { id: 'abc' } } },
    },
  });
});

test('an application credential has its own scope', () => {
  const given = { auth_url: auth.auth_url, application_credential_id: 'id', application_credential_secret: 'hush' };
  machine.write('app/clouds.yml', { clouds: { a: { auth_type: 'v3applicationcredential', auth: given } } });
  expect(machine.find('a')).toMatchObject({
    method: 'application credential',
    auth: { identity: { methods: ['application_credential'], application_credential: { id: 'id', secret: 'hush' } } },
  });
});

test("the app's folder, which Terraform does not search, comes first", () => {
  machine.write('home/.config/openstack/clouds.yaml', { clouds: { b: { auth } } });
  machine.write('app/clouds.yaml', { clouds: { a: { auth } } });
  expect(machine.find('a').foundByTerraform).toBe(false);
  expect(() => machine.find('b')).toThrow(/app\/clouds.yaml has no entry "b"/);
});

test('OS_CLIENT_CONFIG_FILE comes before all', () => {
  machine.write('app/clouds.yaml', { clouds: { a: { auth } } });
  machine.env.OS_CLIENT_CONFIG_FILE = machine.write('elsewhere/my.yaml', { clouds: { b: { auth } } });
  expect(machine.find('b')).toMatchObject({ foundByTerraform: true, source: expect.stringContaining('my.yaml') });
});

test('secure.yaml adds the password, a profile of clouds-public.yaml the URL', () => {
  const { password, auth_url, ...rest } = auth;
  machine.write('app/clouds.yaml', { clouds: { a: { profile: 'vendor', auth: rest } } });
  machine.write('app/secure.yaml', { clouds: { a: { auth: { password } } } });
  machine.write('app/clouds-public.yaml', {
    'public-clouds': { vendor: { auth: { auth_url }, region_name: 'Three' } },
  });
  const found = machine.find('a');
  expect(found).toMatchObject({ authUrl: 'https://keystone.cloud.org:5000/v3', region: 'Three' });
  expect(JSON.stringify(found.auth)).toContain('hush');
});

test('the OS_* variables do without a file', () => {
  Object.assign(machine.env, {
    OS_AUTH_URL: 'https://keystone.cloud.org/v2.0',
    OS_USERNAME: 'ops',
    OS_PASSWORD: 'hush',
    OS_TENANT_NAME: 'uap',
    OS_REGION_NAME: 'One',
    OS_INSECURE: 'true',
  });
  expect(machine.find()).toMatchObject({
    source: 'the OS_* variables',
    authUrl: 'https://keystone.cloud.org/v3',
    region: 'One',
    tls: { verify: false },
    auth: { scope: { project: { name: 'uap', domain: { id: 'default' } } } },
  });
});

test('cacert and verify are those of the entry', () => {
  const cacert = machine.write('ca.pem', 'PEM');
  machine.write('app/clouds.yaml', { clouds: { a: { auth, cacert }, b: { auth, verify: false } } });
  expect(machine.find('a').tls).toEqual({ ca: 'PEM', verify: true });
  expect(machine.find('b').tls).toEqual({ verify: false });
});

describe('mistakes are reported in one line', () => {
  const clouds = (entry: unknown) => ({ clouds: { 'cloud-a': entry } });
  test.each<[string, unknown, string, string]>([
    ['another entry', clouds({ auth }), 'cloud-b', 'has no entry "cloud-b"; did you mean cloud-a?'],
    ['no auth_url', clouds({ auth: { ...auth, auth_url: undefined } }), 'cloud-a', 'has no auth_url'],
    ['no URL', clouds({ auth: { ...auth, auth_url: 'keystone' } }), 'cloud-a', 'auth_url must be a URL such as'],
    ['no password', clouds({ auth: { ...auth, password: undefined } }), 'cloud-a', 'has no password'],
    ['no user', clouds({ auth: { ...auth, username: undefined } }), 'cloud-a', 'has no username'],
    ['no project', clouds({ auth: { ...auth, project_name: undefined } }), 'cloud-a', 'has neither project_name nor'],
    [
      'single sign-on',
      clouds({ auth_type: 'v3oidcpassword', auth }),
      'cloud-a',
      'which uap does not support; create an app',
    ],
    ['a CA that is not there', clouds({ auth, cacert: '/no/ca.pem' }), 'cloud-a', 'names the file /no/ca.pem (cacert)'],
    ['no list', { cloud: {} }, 'cloud-a', 'has no list "clouds"'],
    ['no YAML', 'clouds: {a: {password: hush', 'cloud-a', 'is not YAML, line 1'],
  ])('%s', (_, content, name, message) => {
    machine.write('app/clouds.yaml', content);
    const error = caught(() => machine.find(name));
    expect(error).toContain(message);
    expect(error).not.toContain('\n');
    expect(error).not.toContain('hush');
  });

  test('no file at all', () => {
    machine.env.XDG_CONFIG_HOME = join(machine.folder, 'nothing');
    expect(caught(() => machine.find('cloud-a'))).toMatch(
      /^clouds.yaml is missing; download it .* OS_CLIENT_CONFIG_FILE to its path$/,
    );
  });

  test('no variables', () => {
    expect(caught(() => machine.find())).toMatch(/^the OS_\* variables are not set; load your openrc file/);
  });

  test('a variable that names nothing', () => {
    machine.env.OS_CLIENT_CONFIG_FILE = '/no/clouds.yaml';
    expect(caught(() => machine.find('a'))).toBe(
      'the environment variable OS_CLIENT_CONFIG_FILE names /no/clouds.yaml, which does not exist',
    );
  });
});

function caught(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
