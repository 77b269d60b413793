// The split: every row in exactly one part, the same for the same seed, every class where it can be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeTexts } from '../../../src/core/recipe/codedTexts';
import { splitRows, type SplitResult } from '../../../src/core/recipe/split';
import type { SplitRows } from '../../../src/core/recipe/splitParts';
import { splitSchema, type Split } from '../../../src/shared/schema/experiment';

async function split(
  config: Split,
  rows: number,
  classes?: readonly string[],
  values?: readonly (string | null)[],
): Promise<SplitRows> {
  return (await result(config, rows, { classes, values })).parts;
}

interface Columns {
  readonly classes?: readonly string[] | undefined;
  readonly values?: readonly (string | null)[] | undefined;
  readonly times?: readonly number[] | undefined;
}

function result(config: Split, rows: number, { classes, values, times }: Columns): Promise<SplitResult> {
  return splitRows(config, {
    rows,
    classes: classes && codeTexts(classes),
    values: values && codeTexts(values),
    times: times && Float64Array.from(times),
    lineOf: async (row) => row + 2,
  });
}
const shares = { validation: 0.15, test: 0.15, seed: 1 };
const sizes = ({ train, validation, test }: SplitRows): number[] => [
  train.length,
  validation.length,
  test.length,
];
const cover = ({ train, validation, test, unused }: SplitRows): number[] =>
  [...train, ...validation, ...test, ...unused].sort((a, b) => a - b);
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
      unused: new Uint32Array(),
    });
  });

  it('carves validation out of train when the column has none, and says so', async () => {
    const values = [...Array.from({ length: 20 }, () => 'train'), 'test'];
    const config = { method: 'column', column: 's' } as const;
    const { parts, issues } = await result(config, 21, { values });
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

const part = (parts: SplitRows, row: number): string =>
  (['train', 'validation', 'test', 'unused'] as const).find((name) => parts[name].includes(row)) ?? 'none';
/** Rows of the most frequent value. */
const mostOf = (values: readonly (string | number)[]): number => {
  const counts = new Map<string | number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Math.max(...counts.values());
};
const inOrder = (rows: Uint32Array): boolean => rows.every((row, i) => i === 0 || row > (rows[i - 1] ?? 0));

describe('by group', () => {
  const config = (more: Partial<Extract<Split, { method: 'group' }>> = {}): Split => ({
    method: 'group',
    column: 'g',
    ...shares,
    ...more,
  });

  it('tears no group, covers every row, and stays near the shares when groups are small', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 39 }), { minLength: 100, maxLength: 200 }),
        fc.nat({ max: 1000 }),
        async (groups, seed) => {
          const values = groups.map(String);
          fc.pre(new Set(values).size >= 10);
          const parts = await split(config({ seed }), values.length, undefined, values);
          expect(cover(parts)).toEqual(all(values.length));
          const partOf = new Map<string, string>();
          values.forEach((name, row) => {
            const found = part(parts, row);
            expect(partOf.get(name) ?? found).toBe(found);
            partOf.set(name, found);
          });
          for (const name of ['train', 'validation', 'test'] as const)
            expect(inOrder(parts[name])).toBe(true);
          const largest = mostOf(values);
          for (const name of ['validation', 'test'] as const) {
            expect(Math.abs(parts[name].length - 0.15 * values.length)).toBeLessThanOrEqual(largest);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not care in which order the rows are, but for the seed', async () => {
    const values = Array.from({ length: 60 }, (_, i) => `g${(i * 7) % 20}`);
    const parts = await split(config(), 60, undefined, values);
    const turned = await split(config(), 60, undefined, [...values].reverse());
    values.forEach((_, row) => expect(part(turned, 59 - row)).toBe(part(parts, row)));
    expect(await split(config(), 60, undefined, values)).toEqual(parts);
    expect(await split(config({ seed: 2 }), 60, undefined, values)).not.toEqual(parts);
  });

  it('takes the smallest group where all are too large, and says what came of it', async () => {
    const values = [
      ...new Array<string>(50).fill('a'),
      ...new Array<string>(30).fill('b'),
      ...new Array<string>(20).fill('c'),
    ];
    const { parts, issues } = await result(config(), 100, { values });
    expect(sizes(parts).sort((a, b) => a - b)).toEqual([20, 30, 50]);
    expect(issues).toMatchObject([{ severity: 'warning', code: 'split.oddShares', column: 'g' }]);
  });

  it('counts each row without a group as its own group, and says so with the line', async () => {
    const values = Array.from({ length: 40 }, (_, i) => (i % 4 === 1 ? null : `g${i % 5}`));
    const { parts, issues } = await result(config(), 40, { values });
    expect(cover(parts)).toEqual(all(40));
    expect(issues).toMatchObject([{ code: 'split.missingGroup', count: 10, line: 3 }]);
  });

  it('needs three groups', async () => {
    const values = ['a', 'b', 'a', 'b', 'a', 'b'];
    await expect(split(config(), 6, undefined, values)).rejects.toMatchObject({ code: 'split.tooFewGroups' });
  });
});

describe('by time', () => {
  const config: Split = { method: 'time', column: 't', validation: 0.15, test: 0.15 };
  const times = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 40, maxLength: 120 });
  const range = (rows: Uint32Array, of: readonly number[]): [number, number] => [
    Math.min(...[...rows].map((row) => of[row] ?? NaN)),
    Math.max(...[...rows].map((row) => of[row] ?? NaN)),
  ];

  it('learns before it validates before it tests, tears no time, covers every row', async () => {
    await fc.assert(
      fc.asyncProperty(times, async (of) => {
        fc.pre(new Set(of).size >= 10);
        const { parts } = await result(config, of.length, { times: of });
        expect(cover(parts)).toEqual(all(of.length));
        expect(range(parts.train, of)[1]).toBeLessThan(range(parts.validation, of)[0]);
        expect(range(parts.validation, of)[1]).toBeLessThan(range(parts.test, of)[0]);
        const most = mostOf(of);
        expect(Math.abs(parts.test.length - 0.15 * of.length)).toBeLessThanOrEqual(most);
        expect(Math.abs(parts.validation.length - 0.15 * of.length)).toBeLessThanOrEqual(most);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the latest rows to the test, whatever the order of the rows and the unit', async () => {
    const of = [5, 3, 9, 1, 7, 0, 8, 2, 6, 4];
    const { parts } = await result(config, 10, { times: of });
    expect([...parts.test].map((row) => of[row])).toEqual([9, 8]);
    expect([...parts.validation].map((row) => of[row])).toEqual([7, 6]);
    expect((await result(config, 10, { times: of.map((time) => 1e12 + time * 86_400_000) })).parts).toEqual(
      parts,
    );
  });

  it('keeps one large day together and says what came of it', async () => {
    const of = [1, 2, 3, ...new Array<number>(20).fill(4)];
    const { parts, issues } = await result(config, 23, { times: of });
    expect(sizes(parts)).toEqual([2, 1, 20]);
    expect(issues).toMatchObject([{ code: 'split.oddShares' }]);
  });

  it('needs three times', async () => {
    await expect(result(config, 6, { times: [1, 1, 1, 2, 2, 2] })).rejects.toMatchObject({
      code: 'split.tooFewTimes',
    });
  });
});

describe('in folds', () => {
  const config = (more: Partial<Extract<Split, { method: 'kFold' }>> = {}): Split =>
    splitSchema.parse({ method: 'kFold', test: 0.2, ...more });
  const foldsOf = async (
    more: Partial<Extract<Split, { method: 'kFold' }>>,
    rows: number,
    columns: Columns,
  ): Promise<SplitRows[]> => {
    const parts: SplitRows[] = [];
    for (let fold = 1; fold <= (more.folds ?? 5); fold++) {
      parts.push((await result(config({ ...more, fold }), rows, columns)).parts);
    }
    return parts;
  };
  const classes = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 40, maxLength: 80 });

  it.each(['plain', 'stratified', 'group'] as const)(
    'validates every row but the test once, the test being the same for every fold (%s)',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(classes, fc.integer({ min: 2, max: 5 }), fc.nat(), async (names, folds, seed) => {
          fc.pre(['a', 'b', 'c'].every((name) => names.filter((n) => n === name).length >= 4));
          const values = names.map((name, i) => `${name}${i % 7}`);
          const found = await foldsOf({ kind, folds, seed, column: 'g' }, names.length, {
            classes: names,
            values,
          });
          const [first] = found;
          for (const parts of found) {
            expect(cover(parts)).toEqual(all(names.length));
            expect(parts.test).toEqual(first?.test);
            expect(parts.unused).toHaveLength(0);
          }
          const validated = found.flatMap(({ validation }) => [...validation]).sort((a, b) => a - b);
          expect(validated).toEqual(
            [...(first?.train ?? []), ...(first?.validation ?? [])].sort((a, b) => a - b),
          );
        }),
        { numRuns: 15 },
      );
    },
  );

  it('makes plain folds as large as scikit-learn, and tests the rows of a random split', async () => {
    const found = await foldsOf({}, 28, {});
    // 28 - round(5.6) = 22 rows: KFold(5) gives 5, 5, 4, 4, 4
    expect(found.map(({ validation }) => validation.length)).toEqual([5, 5, 4, 4, 4]);
    const random = await split({ method: 'random', validation: 0.2, test: 0.2, seed: 1 }, 28);
    expect(found[0]?.test).toEqual(random.test);
  });

  it('holds the share of every class in each fold', async () => {
    const names = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 'rare' : i % 2 ? 'odd' : 'even'));
    for (const { validation, test, train } of await foldsOf({ kind: 'stratified' }, 100, {
      classes: names,
    })) {
      const rare = (rows: Uint32Array): number => rows.filter((row) => names[row] === 'rare').length;
      expect([rare(test), validation.length]).toEqual([2, 16]);
      expect(rare(validation)).toBeGreaterThanOrEqual(1);
      expect(rare(validation)).toBeLessThanOrEqual(2);
      expect(rare(train)).toBeGreaterThanOrEqual(6);
    }
  });

  it('always learns from a class that has one row', async () => {
    const names = [...Array.from({ length: 30 }, (_, i) => (i % 2 ? 'a' : 'b')), 'once'];
    for (const { train } of await foldsOf({ kind: 'stratified' }, 31, { classes: names })) {
      expect(train.includes(30)).toBe(true);
    }
  });

  it('tears no group between folds', async () => {
    const values = Array.from({ length: 90 }, (_, i) => `g${i % 13}`);
    for (const parts of await foldsOf({ kind: 'group', column: 'g' }, 90, { values })) {
      const of = new Map(values.map((name, row) => [name, part(parts, row)]));
      values.forEach((name, row) => expect(part(parts, row)).toBe(of.get(name)));
      expect(parts.validation.length).toBeGreaterThan(8);
    }
  });

  it('widens the window by time: never learns from what is later, leaves later folds out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 60, maxLength: 120 }),
        fc.integer({ min: 2, max: 5 }),
        async (of, folds) => {
          fc.pre(new Set(of).size >= 20);
          const found = await foldsOf({ kind: 'time', column: 't', folds }, of.length, { times: of });
          const timesOf = (rows: Uint32Array): number[] => [...rows].map((row) => of[row] ?? NaN);
          let learnt = 0;
          for (const [i, parts] of found.entries()) {
            expect(cover(parts)).toEqual(all(of.length));
            expect(parts.test).toEqual(found[0]?.test);
            expect(Math.max(...timesOf(parts.train))).toBeLessThan(Math.min(...timesOf(parts.validation)));
            const later = Math.min(...timesOf(parts.unused), ...timesOf(parts.test));
            expect(Math.max(...timesOf(parts.validation))).toBeLessThan(later);
            expect(parts.train.length).toBe(i === 0 ? parts.train.length : learnt);
            learnt = parts.train.length + parts.validation.length;
            expect(parts.unused.length === 0).toBe(i === folds - 1);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('cuts times as TimeSeriesSplit where none is twice', async () => {
    // 10 before the test, sklearn 1.9.1 TimeSeriesSplit(3): train 4, 6, 8, validation 2 each
    const found = await foldsOf({ kind: 'time', column: 't', folds: 3, test: 1 / 6 }, 12, { times: all(12) });
    expect(found.map(sizes)).toEqual([
      [4, 2, 2],
      [6, 2, 2],
      [8, 2, 2],
    ]);
    const { issues } = await result(config({ kind: 'time', column: 't', folds: 3, test: 1 / 6 }), 12, {
      times: all(12),
    });
    expect(issues).toMatchObject([{ severity: 'info', code: 'split.laterThanFold', count: 4 }]);
  });

  it.each([
    { more: { fold: 6 }, code: 'split.fold' },
    { more: { kind: 'group' as const }, code: 'split.noColumn' },
    { more: { kind: 'time' as const }, code: 'split.noColumn' },
    { more: { kind: 'stratified' as const }, code: 'split.stratifiedRegression' },
    { more: { kind: 'group' as const, column: 'g' }, code: 'split.tooFewGroups' },
    { more: { kind: 'time' as const, column: 't' }, code: 'split.tooFewTimes' },
  ])('refuses $code', async ({ more, code }) => {
    const columns = { values: ['a', 'b', 'a', 'b', 'a', 'b', 'a'], times: [1, 2, 3, 1, 2, 3, 1] };
    await expect(result(config(more), 7, columns)).rejects.toMatchObject({ code });
  });
});
