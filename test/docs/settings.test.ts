import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { instanceUserData } from '../../lib/instance/files';
import { instanceChoices } from '../../lib/instance/replacement-trigger';
import { type RegionSpec, resolveCloud } from '../../lib/settings';
import { changes, newInstance, settingsPage } from '../../scripts/settings-page';
import { documentedSettings } from '../settings/settings-docs';
import { cloud, region } from '../settings/specs';

test('docs/settings.md tells the settings as they are', () => {
  const command = 'npx tsx scripts/settings-page.ts > docs/settings.md';
  const page = readFileSync(join(__dirname, '../../docs/settings.md'), 'utf8').split('\n');
  const lines = settingsPage().split('\n');
  const outdated = lines.findIndex((line, index) => line !== page[index]);
  if (outdated === -1 && page.length === lines.length) return;
  const line = outdated === -1 ? lines.length : outdated;
  throw new Error(
    `docs/settings.md is not what the settings say, from line ${line + 1} on; make it anew: ${command}\n` +
      `  there:  ${page[line] ?? '(the end)'}\n  anew:   ${lines[line] ?? '(the end)'}`,
  );
});

const resolve = (changed: Partial<RegionSpec>) =>
  resolveCloud({ ...cloud, regions: [{ ...region, hostname: 'uap.cloud.org', ...changed }] });

/** What a new server is made for: what was chosen of what is on it, its key pair, its generation. */
function fixed(changed: Partial<RegionSpec>): string[] {
  const resolved = resolve(changed);
  return resolved.regions.flatMap((one) => [instanceChoices(resolved, one), one.keyPair ?? '', String(one.generation)]);
}

function userDataOf(changed: Partial<RegionSpec>): string[] {
  const resolved = resolve(changed);
  return resolved.regions.map((one) => instanceUserData(resolved, one).text);
}

// The region's own strategies depend on what they are changed to; of UpstreamSecurity there is one. Another network or
// port is none of the user data.
const plain = documentedSettings().filter(
  ({ of, name }) =>
    of === 'RegionSpec' &&
    !['dns', 'certificate', 'delivery', 'upstreamSecurity', 'address', 'loadBalancer'].includes(name),
);

test.each(plain)('a change of $name does to the instance what the page says', ({ name, example = '' }) => {
  const value = vm.runInNewContext(`(${example})`);
  const replaced = JSON.stringify(fixed({ [name]: value })) !== JSON.stringify(fixed({}));
  expect(changes.RegionSpec[name as keyof RegionSpec].startsWith(newInstance)).toBe(replaced);
});

const page = readFileSync(join(__dirname, '../../docs/settings.md'), 'utf8');

test.each(documentedSettings())(
  'the page has $of: $name with its default',
  ({ of, name, text, optional, default: value = '' }) => {
    const shown = optional ? (value.startsWith('- ') ? value.slice(2) : `\`${value}\``) : '**required**';
    const inner = {
      AcmeDirectorySpec: 'directory.',
      ExternalAccountBindingSpec: 'externalAccountBinding.',
      PortsSpec: 'ports.',
    };
    const row = page
      .split('\n')
      .filter((line) => line.startsWith(`| \`${inner[of as keyof typeof inner] ?? ''}${name}\` |`))
      .find((line) => line.includes(text));
    expect(row?.split(' | ')[2]).toBe(shown);
  },
);

test.each(plain)('a change of $name that reaches the user data makes a new instance', ({ name, example = '' }) => {
  const changed = { [name]: vm.runInNewContext(`(${example})`) };
  const reaches = JSON.stringify(userDataOf(changed)) !== JSON.stringify(userDataOf({}));
  if (reaches) expect(fixed(changed)).not.toEqual(fixed({}));
});
