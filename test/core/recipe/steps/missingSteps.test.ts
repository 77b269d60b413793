import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStepTables, type StepTables } from '../../../support/stepTables';
import { donorsOf, fillGaps } from '../../../../src/core/recipe/steps/knnImpute';
import { stepDefinition } from '../../../../src/core/recipe/steps/registry';
import { fittedStates } from '../../../../src/shared/schema/fittedSteps';
import { recipeStepSchema, type RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { replaceColumns } from '../../../../src/core/data/relation';

let tables: StepTables;
beforeAll(async () => {
  tables = await openStepTables();
});
afterAll(() => tables.close());

const x = ['x'];

describe('fillMissing', () => {
  it('fills with mean, median or mode of the train rows', async () => {
    const column = ['1', '2', '2', '7', '', '100'];
    const parts = [0, 0, 0, 0, 0, 2];
    const filled = async (how: 'mean' | 'median' | 'mode') =>
      (await tables.fit({ x: column }, [{ step: 'fillMissing', columns: x, with: how }], { parts })).values[
        'x'
      ];
    expect(await filled('mean')).toEqual([1, 2, 2, 7, 3, 100]);
    expect(await filled('median')).toEqual([1, 2, 2, 7, 2, 100]);
    expect(await filled('mode')).toEqual(['1', '2', '2', '7', '2', '100']);
  });

  it('takes the smaller of two equally frequent values, as scikit-learn', async () => {
    const { steps } = await tables.fit({ x: ['b', 'a', 'b', 'a'], n: [9, 10, 9, 10] }, [
      { step: 'fillMissing', columns: ['x', 'n'], with: 'mode' },
    ]);
    expect(steps[0]?.fit?.state).toMatchObject([{ value: 'a' }, { value: 9 }]);
  });

  it('fills with what the group has, and over all where it has nothing or is new', async () => {
    const table = {
      x: [1, 3, null, 100, null, null, null, null],
      g: ['a', 'a', 'a', 'b', 'b', 'c', 'new', null],
    };
    const steps: RecipeStepInput[] = [{ step: 'fillMissing', columns: x, with: 'mean', groupBy: ['g'] }];
    const { values } = await tables.fit(table, steps, { parts: [0, 0, 0, 0, 0, 0, 2, 2] });
    const overall = 104 / 3;
    expect(values['x']).toEqual([1, 3, 2, 100, 100, overall, overall, overall]);
  });

  it('keeps groups apart whose keys would be one text', async () => {
    const table = {
      x: [1, 10, 100, null, null, null],
      a: ['1:x', '1', null, '1:x', '1', null],
      b: ['y', ':x1:y', '-', 'y', ':x1:y', '-'],
    };
    const steps: RecipeStepInput[] = [
      { step: 'fillMissing', columns: x, with: 'median', groupBy: ['a', 'b'] },
    ];
    const { values, steps: fitted } = await tables.fit(table, steps);
    expect(values['x']?.slice(3)).toEqual([1, 10, 100]);
    const later = await tables.predict({ x: [null], a: ['1'], b: [':x1:y'] }, fitted);
    expect(later.values['x']).toEqual([10]);
  });

  it('looks many groups up, in the order of the rows', async () => {
    const keys = Array.from({ length: 6000 }, (_, i) => `g${(i * 7919) % 1500}`);
    const column = keys.map((key, i) => (i < 3000 ? Number(key.slice(1)) : null));
    const { values } = await tables.fit({ x: column, g: keys }, [
      { step: 'fillMissing', columns: x, with: 'mean', groupBy: ['g'] },
    ]);
    expect(values['x']).toEqual(keys.map((key) => Number(key.slice(1))));
  });

  it('fills with a constant that fits the column', async () => {
    const constant = (value: string, column: string): RecipeStepInput => ({
      step: 'fillMissing',
      columns: [column],
      with: 'constant',
      value,
    });
    const { values } = await tables.fit({ t: ['a', ' '], n: [1, null] }, [
      constant('none', 't'),
      constant('-1', 'n'),
    ]);
    expect(values).toEqual({ t: ['a', 'none'], n: [1, -1] });
    for (const step of [constant('many', 'n'), constant(' ', 'n')]) {
      await expect(tables.fit({ n: [1, null] }, [step])).rejects.toMatchObject({ code: 'recipe.fillValue' });
    }
  });

  it('fills times with a time', async () => {
    const texts = await tables.table({ x: ['2020-01-01', '2020-01-03', null, '2020-01-03'] });
    const times = replaceColumns(texts, [{ name: 'x', kind: 'datetime', sql: 'c0::TIMESTAMP' }]);
    const day = (date: number): number => Date.UTC(2020, 0, date);
    const filled = async (how: 'mean' | 'mode' | 'constant') => {
      const step: RecipeStepInput = { step: 'fillMissing', columns: x, with: how, value: '2019-12-31' };
      const { values, kinds } = await tables.fit(times, [step]);
      expect(kinds).toEqual(['datetime']);
      return values['x']?.[2];
    };
    expect(await filled('mode')).toBe(day(3));
    expect(await filled('constant')).toBe(day(0));
    expect(await filled('mean')).toBeCloseTo((day(1) + 2 * day(3)) / 3, -1);
  });

  it('takes the last value before, or the next one behind, within the group', async () => {
    const table = { x: [null, 'a', null, null, 'b', null], g: ['1', '1', '2', '1', '2', '2'] };
    const filled = async (how: 'forward' | 'backward', groupBy: string[]) =>
      (await tables.fit(table, [{ step: 'fillMissing', columns: x, with: how, groupBy }])).values['x'];
    expect(await filled('forward', [])).toEqual([null, 'a', 'a', 'a', 'b', 'b']);
    expect(await filled('backward', [])).toEqual(['a', 'a', 'b', 'b', 'b', null]);
    expect(await filled('forward', ['g'])).toEqual([null, 'a', null, 'a', 'b', 'b']);
    expect(await filled('backward', ['g'])).toEqual(['a', 'a', 'b', null, 'b', null]);
  });

  it('leaves a column without train values missing, and tells', async () => {
    for (const how of ['mean', 'median', 'mode'] as const) {
      const { values, issues } = await tables.fit(
        { x: [null, null, '4'] },
        [{ step: 'fillMissing', columns: x, with: how }],
        {
          parts: [0, 0, 2],
        },
      );
      expect(values['x']?.slice(0, 2)).toEqual([null, null]);
      expect(issues).toMatchObject([{ code: 'recipe.noValues' }]);
    }
  });

  it('keeps how numbers are written where text stays text', async () => {
    const table = await tables.table({ x: ['1,5', '1,5', null] });
    const written = {
      ...table,
      columns: table.columns.map((column) => ({
        ...column,
        numbers: { decimal: ',', thousands: '' } as const,
      })),
    };
    for (const step of [
      { step: 'fillMissing', columns: x, with: 'mode' },
      { step: 'fillMissing', columns: x, with: 'constant', value: '1.5' },
      { step: 'fillMissing', columns: x, with: 'forward' },
    ] as const) {
      const { values } = await tables.fit(written, [
        { ...step, columns: x },
        { step: 'standardise', columns: x },
      ]);
      expect(values['x']).toEqual([0, 0, 0]);
    }
  });

  it('averages the largest numbers there are', async () => {
    const { values } = await tables.fit({ x: [1.7e308, 1.7e308, null] }, [
      { step: 'fillMissing', columns: x, with: 'mean' },
    ]);
    expect(values['x']?.[2]).toBe(1.7e308);
  });
});

describe('knnImpute', () => {
  const columns = ['a', 'b', 'c'];
  // sklearn 1.9.1, KNNImputer(n_neighbors=2).fit_transform of its documentation: 4, 3, 3.5, 5.5 and the rest
  const table = { a: [1, 3, null, 8], b: [2, 4, 6, 8], c: [null, 3, 5, 7] };

  it('takes the mean of the nearest train rows', async () => {
    const { values } = await tables.fit(table, [{ step: 'knnImpute', columns, neighbours: 2 }]);
    expect(values).toEqual({ a: [1, 3, 5.5, 8], b: [2, 4, 6, 8], c: [4, 3, 5, 7] });
  });

  it('takes the mean where no train row shares a value, and nothing where train has none', async () => {
    const rows = { a: [1, 3, null, null], b: [2, 4, null, null], c: [null, null, null, 5] };
    const { values, issues } = await tables.fit(rows, [{ step: 'knnImpute', columns }], {
      parts: [0, 0, 2, 2],
    });
    expect(values).toEqual({ a: [1, 3, 2, 2], b: [2, 4, 3, 3], c: [null, null, null, 5] });
    expect(issues).toMatchObject([{ code: 'recipe.noValues', column: 'c' }]);
  });

  it('lets a donor at distance 0 count alone', async () => {
    const rows = { a: [1, 2, 1], b: [10, 20, null] };
    const step: RecipeStepInput = { step: 'knnImpute', columns: ['a', 'b'], weights: 'distance' };
    expect((await tables.fit(rows, [step])).values['b']).toEqual([10, 20, 10]);
  });

  it('does the same to new rows, and no train row without a gap changes', async () => {
    const { steps } = await tables.fit(table, [{ step: 'knnImpute', columns, neighbours: 1 }]);
    const later = await tables.predict({ a: [3.1, null], b: [null, 8], c: [3, null] }, steps);
    expect(later.values).toEqual({ a: [3.1, 8], b: [4, 8], c: [3, 7] });
  });

  it('keeps the rows in order however many have gaps', async () => {
    const rows = 5000;
    const a = Array.from({ length: rows }, (_, i) => i);
    const b = a.map((i) => (i % 3 === 0 ? null : 2 * i));
    const { values } = await tables.fit({ a, b }, [
      { step: 'knnImpute', columns: ['a', 'b'], neighbours: 2 },
    ]);
    expect(values['a']).toEqual(a);
    // Its neighbours are the rows before and behind.
    expect(values['b']?.slice(1, -1)).toEqual(a.slice(1, -1).map((i) => 2 * i));
  });

  it('stays finite for the largest numbers there are', async () => {
    const rows = { a: [1.7e308, -1.7e308, 1.6e308], b: [1.7e308, 1.7e308, null] };
    for (const weights of ['uniform', 'distance'] as const) {
      const { values } = await tables.fit(rows, [{ step: 'knnImpute', columns: ['a', 'b'], weights }]);
      expect(values['b']?.[2]).toBeCloseTo(1.7e308, -300);
    }
  });

  it('keeps a sample of many train rows, the same one each time, and says so', async () => {
    const a = Array.from({ length: 21_000 }, (_, i) => i);
    const rows = await tables.table({ a, b: a.map((i) => -i) });
    const step: RecipeStepInput = { step: 'knnImpute', columns: ['a', 'b'] };
    const [first, second] = [await tables.fit(rows, [step]), await tables.fit(rows, [step])];
    const { donors } = fittedStates.knnImpute.parse(first.steps[0]?.fit?.state);
    expect(donors).toHaveLength(20_000);
    expect(donors.every(([x, y], i) => x === -(y ?? NaN) && x > (donors[i - 1]?.[0] ?? -1))).toBe(true);
    expect(second.steps).toEqual(first.steps);
    expect(first.issues).toMatchObject([{ code: 'recipe.donorSample', severity: 'info', count: 20_000 }]);
  });

  it('can be cancelled between rows', async () => {
    const donors = donorsOf({ columns: ['a', 'b'], means: [0, 0], donors: [[1, 2]] });
    const gaps = Float64Array.from([1, NaN]);
    await expect(
      fillGaps(gaps, donors, { neighbours: 1, weights: 'uniform', signal: AbortSignal.abort() }),
    ).rejects.toThrow();
  });
});

describe('missingIndicator', () => {
  it('adds a 0/1 column behind the column, named as the encoders name it', async () => {
    const step: RecipeStepInput = { step: 'missingIndicator', columns: ['a', 'n'] };
    const { columns, values } = await tables.fit({ a: ['x', ' ', null], n: [1, null, 2] }, [step]);
    expect(columns).toEqual(['a', 'a (missing)', 'n', 'n (missing)']);
    expect(values).toMatchObject({ 'a (missing)': [0, 1, 1], 'n (missing)': [0, 1, 0] });
    const parsed = recipeStepSchema.parse(step);
    expect(stepDefinition('missingIndicator').columns(parsed, ['a', 'n'])).toEqual(columns);
    expect(() => stepDefinition('missingIndicator').columns(parsed, columns)).toThrow();
    await expect(tables.fit({ a: ['x'], n: [1] }, [step, step])).rejects.toMatchObject({
      code: 'recipe.columnExists',
    });
  });
});

describe('markMissing', () => {
  it('makes values missing that are the text, or the number', async () => {
    const { values } = await tables.fit(
      { t: ['-999', ' unknown ', '-999.0', 'Unknown', '7'], n: [-999, 0, 1, null, 2] },
      [{ step: 'markMissing', columns: ['t', 'n'], values: ['-999', 'unknown'] }],
    );
    expect(values).toEqual({ t: [null, null, null, 'Unknown', '7'], n: [null, 0, 1, null, 2] });
  });
});
