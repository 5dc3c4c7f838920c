import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { applyTimeFilesParts, pieceCount, pieceKey, pieceLength } from '../../lib/cloud-init';
import type { ApplyTimeFile, InstanceHook } from '../../lib/instance-parts';
import { encodePieces } from './metadata-service';

describe('pieces', () => {
  test.each([
    ['chain', 0],
    ['chain', 7],
    ['chain', 99],
  ])('the key of piece %s %d has two digits', (name, index) => {
    expect(pieceKey(name, index)).toBe(`uap-chain-${index < 10 ? `0${index}` : index}`);
  });

  test.each([1, 100, 241, 3500, 8192, 16_384, 19_000])('%d incompressible bytes fit', (length) => {
    const content = randomBytes(length);
    const count = pieceCount(length);
    const pieces = encodePieces(content, count);
    expect(pieces).toHaveLength(count);
    for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(pieceLength);
    expect(gunzipSync(Buffer.from(pieces.join(''), 'base64'))).toEqual(content);
    // Node's own gzip, another compressor, finds room as well.
    expect(gzipSync(content).toString('base64').length).toBeLessThanOrEqual(count * pieceLength);
  });

  test('content of every length fits, including the header and trailer of gzip', () => {
    for (let length = 1; length <= 1000; length++) {
      const content = randomBytes(length);
      expect(() => encodePieces(content, pieceCount(length))).not.toThrow();
    }
  });

  test('pieces that are not needed are empty', () => {
    expect(encodePieces(Buffer.from('short'), 5).slice(1)).toEqual(['', '', '', '']);
  });

  test('a content that is too large for the pieces is refused', () => {
    expect(() => encodePieces(randomBytes(1000), 2)).toThrow('1000 bytes need 6 pieces; there are 2');
  });

  test.each([0, -1, 1.5, 20_000, Number.NaN])('a greatest length of %d bytes is refused', (length) => {
    expect(() => pieceCount(length)).toThrow(`from 1 to 19000 bytes; got ${length}`);
  });
});

describe('applyTimeFilesParts', () => {
  const file = (name: string, onChange = 'reload'): ApplyTimeFile => ({ name, maxLength: 100, onChange });
  const reload: InstanceHook = { name: 'reload', command: ['/bin/true'] };

  test('the manifest names the files, and the hooks that are used', () => {
    const parts = applyTimeFilesParts([file('one')], [reload, { name: 'unused', command: ['/bin/false'] }]);
    const manifest = parts.files?.find(({ path }) => path === '/etc/uap/late-files.json')?.content ?? '';
    expect(JSON.parse(manifest)).toEqual({ files: [file('one')], hooks: [reload] });
  });

  test('the manifest marks a secret file as not delivered by metadata', () => {
    const secret: ApplyTimeFile = { name: 'key', maxLength: 30_000, onChange: 'reload', secret: true };
    const manifest =
      applyTimeFilesParts([secret], [reload]).files?.find(({ path }) => path.endsWith('.json'))?.content ?? '';
    expect(JSON.parse(manifest).files).toEqual([{ name: 'key', onChange: 'reload', secret: true }]);
  });

  test.each([
    [undefined, 'OnUnitInactiveSec=60\n'],
    [{ pollInterval: 15 }, 'OnUnitInactiveSec=15\n'],
  ])('the timer with the options %j', (options, line) => {
    const parts = applyTimeFilesParts([], [], options);
    expect(parts.files?.find(({ path }) => path.endsWith('.timer'))?.content).toContain(line);
    expect(parts.units).toEqual([{ name: 'uap-late-files.timer' }]);
  });

  test('impossible combinations are refused', () => {
    expect(() => applyTimeFilesParts([file('one', 'other')], [reload])).toThrow(
      'apply-time file one: there is no hook "other"',
    );
    expect(() => applyTimeFilesParts([file('one'), file('one')], [reload])).toThrow(
      'two apply-time files are called "one"',
    );
    expect(() => applyTimeFilesParts([file('../one')], [reload])).toThrow('got "../one"');
    expect(() => applyTimeFilesParts([], [reload, reload])).toThrow('two hooks are called "reload"');
    expect(() => applyTimeFilesParts([], [], { pollInterval: 0 })).toThrow('at least 1; got 0');
  });
});
