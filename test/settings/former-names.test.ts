import { z } from 'zod';
import { list, setting, settings, text } from '../../lib/settings/definition';
import { withPresentNames } from '../../lib/settings/former-names';

const schema = settings({
  name: text(),
  bodyLimit: setting(z.int().default(0), { formerName: 'maxBody' }),
  regions: list(settings({ hostname: setting(text(), { formerName: 'host' }), ports: list(z.int()).optional() })),
});

test('a former name is accepted, in regions too, with a warning that says what to write', () => {
  const given = { name: 'a', maxBody: 1, regions: [{ hostname: 'a' }, { host: 'b', ports: [1] }] };
  const before = structuredClone(given);
  expect(withPresentNames(schema, given)).toEqual({
    settings: { name: 'a', bodyLimit: 1, regions: [{ hostname: 'a' }, { hostname: 'b', ports: [1] }] },
    warnings: [
      'maxBody is called bodyLimit now; write bodyLimit',
      'regions[1].host is called hostname now; write hostname',
    ],
  });
  expect(given).toEqual(before);
});

test('settings without former names stay the same object', () => {
  const given = { name: 'a', bodyLimit: 1, regions: [{ hostname: 'a' }], misspelt: 1 };
  expect(withPresentNames(schema, given)).toEqual({ settings: given, warnings: [] });
  expect(withPresentNames(schema, given).settings).toBe(given);
});

test('a setting under both names is left to the check', () => {
  const given = { name: 'a', bodyLimit: 1, maxBody: 2, regions: [] };
  expect(withPresentNames(schema, given)).toEqual({ settings: given, warnings: [] });
});

test.each([[undefined], [null], ['text'], [[1]], [{ regions: null }]])('%j is left to the check', (given) => {
  expect(withPresentNames(schema, given)).toEqual({ settings: given, warnings: [] });
});
