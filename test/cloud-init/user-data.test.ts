import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parse } from 'yaml';
import { acmeParts, applyTimeFilesParts, baseParts, userData, userDataLimit } from '../../lib/cloud-init';
import { type InstanceParts, mergeParts } from '../../lib/instance-parts';
import { unpack } from './unpack';

const options = { hostname: 'proxy.example.test' };
const hook = { name: 'certificate', command: ['/usr/local/lib/uap/certificate', 'install', '/a', '/b'] };
const everything = mergeParts(
  baseParts({ ...options, packageMirror: 'http://mirror.example.test/debian/' }),
  applyTimeFilesParts([{ name: 'certificate-key', maxLength: 3500, onChange: 'certificate' }], [hook]),
  acmeParts({
    ...options,
    email: 'ops@example.test',
    directoryUrl: 'https://ca.example.test/dir',
    dnsProvider: 'exec',
  }),
);

const everythingOpen = { ...everything, applyTimeFiles: [] };

const withFile = (content: string, path = '/etc/uap/one'): InstanceParts => ({ files: [{ path, content }] });

test('Nova gets the text, in base64', () => {
  const { text, bytes, withSecrets } = userData(everythingOpen, options);
  expect(withSecrets({})).toBe(text);
  expect(bytes).toBe(Buffer.from(text).toString('base64').length);
  expect(text.startsWith('#cloud-config\n')).toBe(true);
});

describe('a secret apply-time file', () => {
  const applyTimeFiles = [
    { name: 'password', maxLength: 64, onChange: 'certificate', secret: true },
    { name: 'chain', maxLength: 64, onChange: 'certificate' },
  ];
  const parts = mergeParts(withFile('one'), { applyTimeFiles });

  test('is written beside the archive, for root only; others are not in the user data', () => {
    const written = parse(userData(parts, options).withSecrets({ password: 'c2VjcmV0' })).write_files;
    expect(written.slice(1)).toEqual([
      { path: '/var/lib/uap/late/password', permissions: '0600', encoding: 'b64', content: 'c2VjcmV0' },
    ]);
  });

  test('changes neither the archive nor the readable text', () => {
    const { text, withSecrets } = userData(parts, options);
    expect(text).toBe(withSecrets({ password: '' }));
    expect(withSecrets({ password: 'c2VjcmV0' }).replace('c2VjcmV0', '')).toBe(text);
    expect(parse(text).write_files[0]).toEqual(parse(userData(withFile('one'), options).text).write_files[0]);
  });

  test('may be a token, and the text around it is no template', () => {
    const hostname = '${host} %{if} $x 100%';
    const text = userData(parts, { hostname }).withSecrets({ password: '${TfToken[TOKEN.7]}' });
    expect(text).toContain('"content": "${TfToken[TOKEN.7]}"');
    expect(text).toContain('"$${host} %%{if} $x 100%"');
  });

  test('reserves its greatest length', () => {
    const without = userData(withFile('one'), options);
    const room = (maxLength: number) =>
      userData(
        mergeParts(parts, {
          applyTimeFiles: [{ ...applyTimeFiles[0], name: 'key', maxLength, onChange: 'x', secret: true }],
        }),
        options,
      );
    const { bytes, withSecrets } = room(3001);
    expect(bytes).toBeGreaterThan(without.bytes);
    const content = (length: number) => 'A'.repeat(4 * Math.ceil(length / 3));
    const filled = withSecrets({ password: content(64), key: content(3001) });
    expect(bytes).toBe(Buffer.from(filled).toString('base64').length);
    expect(() => room(45_000)).toThrow(/limit is 65535; \d{5} bytes are kept for secret files; the largest files are/);
  });

  test('needs a content', () => {
    expect(() => userData(parts, options).withSecrets({})).toThrow(
      'no content for the secret apply-time file "password"',
    );
  });
});

test('every file arrives as it is, with its mode, and no path appears twice', () => {
  const written = unpack(userData(everythingOpen, options).text);
  for (const { path, content, mode = '0644' } of everything.files) {
    expect(written).toContainEqual({ path, mode, content });
  }
  expect(written).toHaveLength(everything.files.length);
});

test('units are enabled, then started in the order of the list', () => {
  const { runcmd } = parse(userData(everything, options).text);
  const units = everything.units.map((unit) => unit.name);
  expect(runcmd.slice(-2)).toEqual([
    ['systemctl', 'enable', '--no-reload', ...units],
    ['systemctl', 'start', '--no-block', ...units],
  ]);
});

test('the same parts give the same bytes, also at another time', () => {
  const first = userData(everything, options).text;
  jest.useFakeTimers({ now: new Date('2031-05-06T07:08:09Z') });
  expect(userData(everything, options).text).toBe(first);
  jest.useRealTimers();
  // gzip: no time, and an operating system that does not depend on the machine
  const { content } = parse(first).write_files[0];
  const decode = 'import base64, sys; print(base64.b85decode(sys.argv[1]).hex())';
  expect(execFileSync('/usr/bin/python3', ['-c', decode, content.slice(0, 10)]).toString()).toMatch(
    /^1f8b080000000000/,
  );
});

test.each([
  'no newline at the end',
  '\n\nblank lines at both ends\n\n',
  '  indented\n\ttabs\t\n trailing blanks  \n',
  '# comment\nkey: "value"\n- item\n',
  'on',
  '12:30:45',
  '0644',
  '{{ jinja }} ${HOME} %{if} $$ \\d \\\\n\n',
  'umlauts äöü, emoji 🙂, 日本語\n',
  'lines\r\nof DOS\r\n',
  '',
  `${'long '.repeat(100)}\n`,
])('content %j survives YAML reader and archive', (content) => {
  const { text } = userData(withFile(content), options);
  expect(unpack(text)[0]).toEqual({ path: '/etc/uap/one', mode: '0644', content });
  if (!pythonYaml) return;
  const program = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin.read())))';
  const json = execFileSync('/usr/bin/python3', ['-c', program], { input: text, env: pythonEnvironment }).toString();
  expect(JSON.parse(json)).toEqual(parse(text));
});

test.each([
  ['a content', withFile('x ${TfToken[TOKEN.12]} y'), '/etc/uap/one'],
  ['a path', withFile('', '/etc/${TfToken[TOKEN.0]}'), '/etc/'],
  ['a list token', withFile('#{TfToken[TOKEN.3]}'), '/etc/uap/one'],
  ['a unit', { units: [{ name: '${TfToken[TOKEN.1]}' }] }, 'user data'],
])('a token is refused: %s', (_, parts, where) => {
  expect(() => userData(parts, options)).toThrow('a value that Terraform knows only at apply');
  expect(() => userData(parts, options)).toThrow(where);
});

test('user data too large for Nova is refused, with the size and the largest files', () => {
  // Hardly compressible, and the same each time.
  let state = 1;
  const noise = Array.from({ length: 90_000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
  const parts = mergeParts(withFile('small', '/etc/small'), withFile(noise, '/etc/large'));
  expect(() => userData(parts, options)).toThrow(
    /^the user data has \d{5,6} bytes, Nova's limit is 65535; the largest files are \/etc\/large \(\d+ bytes compressed\), /,
  );
  expect(userData(withFile(noise.slice(0, 38_000)), options).bytes).toBeLessThan(userDataLimit);
});

test('two files with one path, a relative path and a wrong mode are refused', () => {
  expect(() => userData(mergeParts(withFile('a'), withFile('b')), options)).toThrow('two files');
  expect(() => userData(withFile('', 'etc/x'), options)).toThrow('must be absolute; got "etc/x"');
  expect(() => userData({ files: [{ path: '/x', content: '', mode: 'rw' }] }, options)).toThrow('must be octal');
});

test('the scripts and units leave nearly half of the room to the Nginx configuration', () => {
  expect(userData(everything, options).bytes).toBeLessThan(userDataLimit * 0.54);
});

const pythonEnvironment = process.env.UAP_TEST_PYTHONPATH ? { PYTHONPATH: process.env.UAP_TEST_PYTHONPATH } : {};
const pythonYaml = (() => {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import yaml'], { stdio: 'ignore', env: pythonEnvironment });
    return true;
  } catch {
    return false;
  }
})();

const cloudInit = ['/usr/bin/cloud-init'].find(existsSync);
(cloudInit ? test : test.skip)('cloud-init accepts it (skipped where cloud-init is not installed)', () => {
  const { text } = userData(everything, options);
  const output = execFileSync(cloudInit ?? '', ['schema', '--config-file', '/dev/stdin'], { input: text }).toString();
  expect(output).toContain('Valid');
});
