import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStepTables, type StepTables } from '../../../support/stepTables';
import { assignFolds } from '../../../../src/core/recipe/steps/targetEncode';
import { randomStream } from '../../../../src/shared/random';
import type { Target } from '../../../../src/shared/schema/experiment';
import { stepDefinition } from '../../../../src/core/recipe/steps/registry';
import { recipeStepSchema, type RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';

let tables: StepTables;
beforeAll(async () => {
  tables = await openStepTables();
});
afterAll(() => tables.close());

const c = ['c'];

describe('oneHot', () => {
  it('names columns as the category encoder does, in place of the column, sorted by code point', async () => {
    const { columns, values, kinds } = await tables.fit(
      { a: [1, 2, 3, 4], c: ['b', ' B ', 'é', 'b'], d: [5, 6, 7, 8] },
      [{ step: 'oneHot', columns: c }],
    );
    expect(columns).toEqual(['a', 'c=B', 'c=b', 'c=é', 'd']);
    expect(kinds).toEqual(['number', 'number', 'number', 'number', 'number']);
    expect(values).toMatchObject({ 'c=B': [0, 1, 0, 0], 'c=b': [1, 0, 0, 1], 'c=é': [0, 0, 1, 0] });
  });

  it('gives an unseen category zeros, and a missing cell its own column where train rows miss any', async () => {
    const step: RecipeStepInput = { step: 'oneHot', columns: c };
    const seen = await tables.fit({ c: ['a', null, 'z'] }, [step], { parts: [0, 0, 2] });
    expect(seen.values).toEqual({ 'c=a': [1, 0, 0], 'c (missing)': [0, 1, 0] });
    const unseen = await tables.fit({ c: ['a', null] }, [step], { parts: [0, 2] });
    expect(unseen.values).toEqual({ 'c=a': [1, 0] });
    const later = await tables.predict({ c: [null, 'a', 'new', ''] }, seen.steps);
    expect(later.values).toEqual({ 'c=a': [0, 1, 0, 0], 'c (missing)': [1, 0, 0, 1] });
  });

  it('keeps the most frequent, ties by code point, and drops the first or one of two', async () => {
    const column = ['b', 'b', 'c', 'a', 'd'];
    const few = await tables.fit({ c: column }, [{ step: 'oneHot', columns: c, maxCategories: 2 }]);
    expect(few.columns).toEqual(['c=a', 'c=b']);
    const first = await tables.fit({ c: column }, [{ step: 'oneHot', columns: c, drop: 'first' }]);
    expect(first.columns).toEqual(['c=b', 'c=c', 'c=d']);
    const many = await tables.fit({ c: column }, [{ step: 'oneHot', columns: c, drop: 'ifBinary' }]);
    expect(many.columns).toHaveLength(4);
    const two = await tables.fit({ c: ['n', 'y'] }, [
      { step: 'oneHot', columns: c, drop: 'ifBinary', keep: true },
    ]);
    expect(two.columns).toEqual(['c', 'c=y']);
  });

  it('makes no column where train rows have nothing, and one for a constant', async () => {
    const { columns, values } = await tables.fit(
      { c: [null, 'x'], d: ['k', 'k'] },
      [{ step: 'oneHot', columns: ['c', 'd'] }],
      {
        parts: [0, 2],
      },
    );
    expect(columns).toEqual(['c (missing)', 'd=k']);
    expect(values).toEqual({ 'c (missing)': [1, 0], 'd=k': [1, 1] });
  });

  it('does not take a name that is taken', async () => {
    const work = tables.fit({ c: ['a', 'b'], 'c=a': [1, 2] }, [{ step: 'oneHot', columns: c }]);
    await expect(work).rejects.toMatchObject({ code: 'recipe.columnExists' });
  });

  it('takes any text for a category', async () => {
    const odd = [
      "o'clock",
      '"',
      '\0',
      'a\0b',
      '__proto__',
      '😀',
      'x]',
      "'); DROP TABLE t; --",
      'a,b',
      '\u200b',
    ];
    const { values } = await tables.fit({ c: odd }, [{ step: 'oneHot', columns: c }]);
    for (const [i, text] of odd.entries()) {
      expect(values[`c=${text}`], JSON.stringify(text)).toEqual(odd.map((_, j) => Number(i === j)));
    }
  });

  it('takes numbers for categories', async () => {
    const { columns } = await tables.fit({ c: [10, 9, 2.5, 10] }, [{ step: 'oneHot', columns: c }]);
    expect(columns).toEqual(['c=2.5', 'c=9', 'c=10']);
  });
});

describe('ordinalEncode', () => {
  it('numbers sorted texts, an unseen one -1, and leaves missing cells missing', async () => {
    const { values, steps } = await tables.fit(
      { c: ['b', 'a', null, 'c', 'zz'] },
      [{ step: 'ordinalEncode', columns: c }],
      {
        parts: [0, 0, 0, 0, 2],
      },
    );
    expect(values['c']).toEqual([1, 0, null, 2, -1]);
    expect(steps[0]?.fit?.state).toEqual([{ column: 'c', categories: ['a', 'b', 'c'] }]);
  });

  it('sorts by code point as Python, numbers by value, or as it is told', async () => {
    const astral = await tables.fit({ c: ['😀', '\ue000', 'Z', 'a'] }, [
      { step: 'ordinalEncode', columns: c },
    ]);
    // sorted(['😀', '\ue000', 'Z', 'a']) in Python 3.11
    expect(astral.values['c']).toEqual([3, 2, 0, 1]);
    const numbers = await tables.fit({ c: ['10', '9', '-1'] }, [{ step: 'ordinalEncode', columns: c }]);
    expect(numbers.values['c']).toEqual([2, 1, 0]);
    const told = await tables.fit({ c: ['low', 'high', 'mid', 'x'] }, [
      { step: 'ordinalEncode', columns: c, order: ['low', 'mid', 'high', 'low'] },
    ]);
    expect(told.values['c']).toEqual([0, 2, 1, -1]);
  });
});

describe('frequencyEncode', () => {
  it('gives the share of the train rows, 0 for an unseen category', async () => {
    const { values } = await tables.fit(
      { c: ['a', 'a', 'b', null, 'z', null] },
      [{ step: 'frequencyEncode', columns: c }],
      {
        parts: [0, 0, 0, 0, 2, 2],
      },
    );
    expect(values['c']).toEqual([0.5, 0.5, 0.25, 0.25, 0, 0.25]);
  });
});

describe('groupRare', () => {
  it('puts rare and unseen categories into one', async () => {
    const column = [...Array.from({ length: 8 }, () => 'a'), 'b', ' c ', null, 'z'];
    const { values } = await tables.fit(
      { c: column },
      [{ step: 'groupRare', columns: c, minShare: 0.2, label: 'rest' }],
      {
        parts: [...Array.from({ length: 11 }, () => 0), 2],
      },
    );
    expect(values['c']?.slice(7)).toEqual(['a', 'rest', 'rest', null, 'rest']);
  });
});

describe('hashEncode', () => {
  it('puts a text into the bucket that its MD5 says, in any language', async () => {
    const column = ['red', 'blau', '红', null, 'red'];
    const { columns, values } = await tables.fit({ c: column }, [
      { step: 'hashEncode', columns: c, buckets: 7, keep: true },
    ]);
    expect(columns).toEqual(['c', 'c#0', 'c#1', 'c#2', 'c#3', 'c#4', 'c#5', 'c#6']);
    for (const [row, text] of column.entries()) {
      const hash = text === null ? -1 : createHash('md5').update(text).digest().readUInt32BE(0) % 7;
      const found = columns.slice(1).map((name) => values[name]?.[row]);
      expect(found).toEqual(Array.from({ length: 7 }, (_, bucket) => Number(bucket === hash)));
    }
    // int(hashlib.md5(b'red').hexdigest()[:8], 16) % 7 is 5 in Python
    expect(values['c#5']?.[0]).toBe(1);
  });

  it('says its columns before any row is read', () => {
    const step = recipeStepSchema.parse({ step: 'hashEncode', columns: ['b'], buckets: 2 });
    expect(stepDefinition('hashEncode').columns(step, ['a', 'b', 'c'])).toEqual(['a', 'b#0', 'b#1', 'c']);
    expect(() => stepDefinition('hashEncode').columns(step, ['b', 'b#1'])).toThrow();
  });
});

describe('many categories', () => {
  it('are looked up in a table, in the order of the rows', async () => {
    const column = Array.from({ length: 5000 }, (_, i) => `k${(i * 7919) % 2500}`);
    const steps: RecipeStepInput[] = [
      { step: 'ordinalEncode', columns: ['a'] },
      { step: 'frequencyEncode', columns: ['b'] },
    ];
    const { values } = await tables.fit({ a: column, b: column }, steps);
    const sorted = [...new Set(column)].sort();
    expect(values['a']).toEqual(column.map((key) => sorted.indexOf(key)));
    expect(new Set(values['b'])).toEqual(new Set([2 / 5000]));
  });
});

const target: Target = { column: 'y', task: 'regression' };

describe('targetEncode', () => {
  it('never tells a train row its own target', async () => {
    // Each category once: another fold has never seen it, so a row is given the mean of the other folds.
    const y = [1, 2, 3, 4, 5, 6];
    const { values } = await tables.fit(
      { c: ['a', 'b', 'c', 'd', 'e', 'f'], y },
      [{ step: 'targetEncode', columns: c, folds: 6 }],
      {
        target,
      },
    );
    for (const [row, value] of y.entries()) expect(values['c']?.[row]).toBeCloseTo((21 - value) / 5, 12);
  });

  it('gives held-out and new rows what all train rows say', async () => {
    const table = { c: ['a', 'a', 'b', 'b', 'a', 'new', null], y: [1, 3, 5, 7, 0, 0, 0] };
    const parts = [0, 0, 0, 0, 2, 2, 2];
    const { values, steps } = await tables.fit(table, [{ step: 'targetEncode', columns: c, smooth: 2 }], {
      parts,
      target,
    });
    // (sum + 2 * 4) / (2 + 2)
    expect(values['c']?.slice(4)).toEqual([3, 4, 4]);
    const later = await tables.predict({ c: ['b', 'new', null] }, steps);
    expect(later.values['c']).toEqual([5, 4, 4]);
  });

  it('takes a missing cell for a category', async () => {
    const { steps } = await tables.fit(
      { c: ['a', 'a', null, null], y: [0, 0, 1, 1] },
      [{ step: 'targetEncode', columns: c, smooth: 0 }],
      { target },
    );
    const later = await tables.predict({ c: [null, 'a'] }, steps);
    expect(later.values['c']).toEqual([1, 0]);
  });

  it('makes a column a class for several classes, the positive class for two', async () => {
    const y = ['u', 'v', 'w', 'u'];
    const several = await tables.fit({ c: ['a', 'b', 'a', 'b'], y }, [{ step: 'targetEncode', columns: c }], {
      target: { column: 'y', task: 'multiclass' },
    });
    expect(several.columns).toEqual(['c (u)', 'c (v)', 'c (w)', 'y']);
    const two = await tables.fit(
      { c: ['a', 'a', 'b', 'b'], y: ['yes', 'yes', 'no', 'no'] },
      [{ step: 'targetEncode', columns: c, smooth: 0 }],
      { target: { column: 'y', task: 'binary' } },
    );
    expect((await tables.predict({ c: ['a', 'b'] }, two.steps)).values['c']).toEqual([1, 0]);
  });

  it('is the same in every run, and another with another seed', async () => {
    const table = {
      c: Array.from({ length: 40 }, (_, i) => 'abcd'[(i * 7) % 4] ?? ''),
      y: Array.from({ length: 40 }, (_, i) => (i * 13) % 17),
    };
    const run = async (seed: number) =>
      (await tables.fit(table, [{ step: 'targetEncode', columns: c, seed }], { target })).values['c'];
    expect(await run(1)).toEqual(await run(1));
    expect(await run(2)).not.toEqual(await run(1));
  });

  it('needs a target, and not as a column', async () => {
    const step: RecipeStepInput = { step: 'targetEncode', columns: ['y'] };
    await expect(tables.fit({ y: [1, 2] }, [step])).rejects.toMatchObject({ code: 'recipe.noTarget' });
    await expect(tables.fit({ y: [1, 2] }, [step], { target })).rejects.toMatchObject({
      code: 'recipe.targetColumn',
    });
  });

  it('takes one row, one category, one target', async () => {
    const one = await tables.fit({ c: ['a'], y: [5] }, [{ step: 'targetEncode', columns: c }], { target });
    expect(one.values['c']).toEqual([5]);
    const same = await tables.fit(
      { c: ['a', 'a', 'a'], y: [2, 2, 2] },
      [{ step: 'targetEncode', columns: c }],
      { target },
    );
    expect(same.values['c']).toEqual([2, 2, 2]);
    const huge = await tables.fit(
      { c: ['a', 'b', 'a', 'b'], y: [1e300, -1e300, 1e300, 1] },
      [{ step: 'targetEncode', columns: c }],
      { target },
    );
    expect(huge.values['c']?.every(Number.isFinite)).toBe(true);
  });

  it('deals folds of equal size, each class spread evenly', () => {
    const codes = Float64Array.from({ length: 103 }, (_, i) => (i % 10 === 0 ? NaN : i % 3 === 0 ? 1 : 0));
    const folds = assignFolds(codes, 5, randomStream(1, 'targetEncode'));
    const count = (fold: number, code?: number): number =>
      folds.filter((value, row) => value === fold && (code === undefined || codes[row] === code)).length;
    expect(folds.filter((_, row) => Number.isNaN(codes[row])).every((fold) => fold === 255)).toBe(true);
    for (const code of [undefined, 0, 1]) {
      const sizes = [0, 1, 2, 3, 4].map((fold) => count(fold, code));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });
});
