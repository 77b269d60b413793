// The split: every row in exactly one part, the same for the same seed, every class where it can be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitRows, type SplitRows } from '../../../src/core/recipe/split';
import type { Split } from '../../../src/shared/schema/experiment';

async function split(
  config: Split,
  rows: number,
  classes?: readonly string[],
  values?: readonly (string | null)[],
): Promise<SplitRows> {
  const { parts } = await splitRows(config, { rows, classes, values, lineOf: async (row) => row + 2 });
  return parts;
}
const shares = { validation: 0.15, test: 0.15, seed: 1 };
const sizes = ({ train, validation, test }: SplitRows): number[] => [
  train.length,
  validation.length,
  test.length,
];
const cover = ({ train, validation, test }: SplitRows): number[] =>
  [...train, ...validation, ...test].sort((a, b) => a - b);
const all = (rows: number): number[] => Array.from({ length: rows }, (_, row) => row);

describe('splitRows', () => {
  it('covers every row exactly once, for any rows, shares and classes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 20, maxLength: 120 }),
        fc.double({ min: 0.05, max: 0.4, noNaN: true }),
        fc.double({ min: 0.05, max: 0.4, noNaN: true }),
        fc.nat(),
        async (classes, validation, test, seed) => {
          for (const method of ['random', 'stratified'] as const) {
            const parts = await split({ method, validation, test, seed }, classes.length, classes);
            expect(cover(parts)).toEqual(all(classes.length));
            if (method === 'random') continue;
            for (const name of new Set(classes)) {
              const count = classes.filter((value) => value === name).length;
              const has = (rows: Uint32Array): number => rows.filter((row) => classes[row] === name).length;
              expect(has(parts.train)).toBeGreaterThan(0);
              if (count >= 3) expect(has(parts.validation)).toBeGreaterThan(0);
              if (count >= 2) expect(has(parts.test)).toBeGreaterThan(0);
              expect(Math.abs(has(parts.test) - count * test)).toBeLessThanOrEqual(1);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('cuts classes of a million rows', async () => {
    const classes = Array.from({ length: 1_000_000 }, (_, i) => String(i % 2));
    const parts = await split({ method: 'stratified', ...shares }, classes.length, classes);
    expect(parts.train.length + parts.validation.length + parts.test.length).toBe(classes.length);
  });

  it('is the same for the same seed and differs for another', async () => {
    const one = await split({ method: 'random', ...shares }, 100);
    expect(sizes(one)).toEqual([70, 15, 15]);
    expect(await split({ method: 'random', ...shares }, 100)).toEqual(one);
    expect(await split({ method: 'random', ...shares, seed: 2 }, 100)).not.toEqual(one);
  });

  it('follows a column, whatever the case', async () => {
    const values = ['Train', 'test', 'VAL', 'train', 'dev', 'valid', 'validation', 'TEST'];
    const parts = await split({ method: 'column', column: 's' }, 8, undefined, values);
    expect(parts).toEqual({
      train: Uint32Array.of(0, 3),
      validation: Uint32Array.of(2, 4, 5, 6),
      test: Uint32Array.of(1, 7),
    });
  });

  it('carves validation out of train when the column has none, and says so', async () => {
    const values = [...Array.from({ length: 20 }, () => 'train'), 'test'];
    const config = { method: 'column', column: 's' } as const;
    const { parts, issues } = await splitRows(config, {
      rows: 21,
      classes: undefined,
      values,
      lineOf: async () => 1,
    });
    expect(sizes(parts)).toEqual([17, 3, 1]);
    expect(cover(parts)).toEqual(all(21));
    expect(issues).toMatchObject([{ severity: 'info', code: 'split.carvedValidation', count: 3 }]);
  });

  it('names the line of a value it does not know', async () => {
    const config = { method: 'column', column: 's' } as const;
    await expect(split(config, 3, undefined, ['train', 'holdout', 'test'])).rejects.toMatchObject({
      code: 'split.unknownValue',
      details: { line: 3 },
    });
  });

  it('refuses what cannot be split', async () => {
    await expect(split({ method: 'random', ...shares }, 4)).resolves.toBeDefined();
    await expect(split({ method: 'random', ...shares }, 3)).rejects.toMatchObject({
      code: 'split.tooFewRows',
    });
    await expect(split({ method: 'stratified', ...shares }, 100)).rejects.toMatchObject({
      code: 'split.stratifiedRegression',
    });
    await expect(split({ method: 'random', validation: 0.6, test: 0.6, seed: 1 }, 100)).rejects.toMatchObject(
      {
        code: 'split.shares',
      },
    );
  });
});
