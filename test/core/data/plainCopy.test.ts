// The plain copy of a text: what it holds, and that it does not fail without a word.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { writePlainCopy } from '../../../src/core/data/plainCopy';
import { csvFolder } from './tempCsv';

const csv = csvFolder();
const PLAIN = { compression: 'none', encoding: 'windows-1252' } as const;

describe('a plain copy', () => {
  it('has neither NUL nor another encoding, and says where the first ones were', async () => {
    const text = Buffer.from('caf\xe9\0\n\0a\x81\nb\0', 'latin1');
    const target = await csv.write('', 'copy');
    for (const chunkBytes of [1, 3, 100]) {
      const report = await writePlainCopy(await csv.write(text, 'original'), target, {
        ...PLAIN,
        chunkBytes,
      });
      expect(await readFile(target, 'utf8')).toBe('café\na\uFFFD\nb');
      expect(report).toEqual({ nuls: { count: 3, firstByte: 5 }, bad: { count: 1, firstByte: 7 } });
    }
  });

  it('says so in one line when the disk is full', { skip: !existsSync('/dev/full') }, async () => {
    const path = await csv.write('a,b\n1,\xe9\n', 'full.csv');
    const copy = writePlainCopy(path, '/dev/full', PLAIN);
    await expect(copy).rejects.toMatchObject({ code: 'io.copyFailed', isBadInput: false });
    await expect(copy).rejects.toThrow(
      /^The disk is full: "full.csv" is read through a plain copy in [^\n]*$/,
    );
  });
});
