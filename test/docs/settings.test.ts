import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { instanceUserData } from '../../lib/instance/files';
import { replacementTrigger } from '../../lib/instance/replacement-trigger';
import { type RegionSpec, resolveCloud } from '../../lib/settings';
import { settingRows } from '../../scripts/setting-rows';
import { settingsPage } from '../../scripts/settings-page';
import { cloud, region } from '../settings/specs';

test('docs/settings.md matches the definitions', () => {
  const command = 'npm run docs';
  const page = readFileSync(join(__dirname, '../../docs/settings.md'), 'utf8').split('\n');
  const lines = settingsPage().split('\n');
  const outdated = lines.findIndex((line, index) => line !== page[index]);
  if (outdated === -1 && page.length === lines.length) return;
  const line = outdated === -1 ? lines.length : outdated;
  throw new Error(
    `docs/settings.md is not what the settings say, from line ${line + 1} on; write it again: ${command}\n` +
      `  is:         ${page[line] ?? '(the end)'}\n  should be:  ${lines[line] ?? '(the end)'}`,
  );
});

const resolve = (changed: Partial<RegionSpec>) =>
  resolveCloud({ ...cloud, regions: [{ ...region, hostname: 'uap.cloud.org', ...changed }] });

/** The arguments whose change replaces the server: the replacement triggers, key pair and generation. */
function serverOf(changed: Partial<RegionSpec>): string[] {
  const resolved = resolve(changed);
  return resolved.regions.flatMap((one) => [
    replacementTrigger(resolved, one),
    one.keyPair ?? '',
    String(one.generation),
  ]);
}

function userDataOf(changed: Partial<RegionSpec>): string[] {
  const resolved = resolve(changed);
  return resolved.regions.map((one) => instanceUserData(resolved, one).text);
}

// The effect of a change of strategy depends on the new one. Network and port are not in the user data.
const strategies = ['dns', 'certificate', 'delivery', 'upstreamSecurity', 'address', 'loadBalancer'];
const plain = settingRows(['regions', 0])
  .map(([name = '', , , example = '', change = '']) => ({ name, example: example.slice(1, -1), change }))
  .filter(({ name }) => !strategies.includes(name) && !name.includes('.'));

test.each(plain)('a change of $name does to the instance what the page says', ({ name, example, change }) => {
  const value = vm.runInNewContext(`(${example})`);
  const replaced = JSON.stringify(serverOf({ [name]: value })) !== JSON.stringify(serverOf({}));
  expect(change.startsWith('new instance')).toBe(replaced);
});

test.each(plain)('a change of $name that reaches the user data creates a new instance', ({ name, example }) => {
  const changed = { [name]: vm.runInNewContext(`(${example})`) };
  const reaches = JSON.stringify(userDataOf(changed)) !== JSON.stringify(userDataOf({}));
  if (reaches) expect(serverOf(changed)).not.toEqual(serverOf({}));
});
