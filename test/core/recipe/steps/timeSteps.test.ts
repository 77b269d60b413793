// Steps on time series: only earlier rows count, within a group, by time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runRecipe } from '../../../support/recipe';

describe('lag', () => {
  it('takes values of earlier rows, missing at the start', async () => {
    const { values, columns, kinds } = await runRecipe('x,t\n1,a\n2,b\n3,\n4,d\n', [
      { step: 'lag', columns: ['x', 't', 'x'], lags: [1, 2] },
    ]);
    expect(columns).toEqual(['x', 't', 'x_lag1', 'x_lag2', 't_lag1', 't_lag2']);
    expect(kinds.every((kind) => kind === 'text')).toBe(true);
    expect(values['x_lag1']).toEqual([null, '1', '2', '3']);
    expect(values['x_lag2']).toEqual([null, null, '1', '2']);
    expect(values['t_lag1']).toEqual([null, 'a', 'b', null]);
  });

  it('goes by a column and within groups, and leaves the rows where they are', async () => {
    const csv =
      'when,shop,x\n2020-01-03,a,3\n2020-01-01,a,1\n2020-01-02,b,20\n2020-01-02,a,2\n2020-01-01,b,10\n';
    const { values, rid } = await runRecipe(csv, [
      { step: 'lag', columns: ['x'], orderBy: 'when', groupBy: ['shop'] },
    ]);
    expect(rid).toEqual([0, 1, 2, 3, 4]);
    expect(values['x_lag1']).toEqual(['2', null, '10', '1', null]);
  });

  it('sorts numbers as numbers, equal times by the order of the rows, no time last', async () => {
    const { values } = await runRecipe('t,x\n10,a\n9,b\n,c\n9,d\n', [
      { step: 'lag', columns: ['x'], orderBy: 't' },
    ]);
    expect(values['x_lag1']).toEqual(['d', null, 'a', 'b']);
  });

  it('keeps the kind of a column', async () => {
    const { kinds, values } = await runRecipe('x\n1\n3\n', [
      { step: 'groupAggregate', by: ['x'], aggregates: [{ column: 'x', function: 'sum', name: 's' }] },
      { step: 'lag', columns: ['s'] },
    ]);
    expect(kinds).toEqual(['text', 'number', 'number']);
    expect(values['s_lag1']).toEqual([null, 1]);
  });

  it('refuses a name that is there', async () => {
    await expect(runRecipe('x,x_lag1\n1,2\n', [{ step: 'lag', columns: ['x'] }])).rejects.toMatchObject({
      code: 'recipe.columnExists',
    });
  });
});

describe('rolling', () => {
  const x = [1, 2, 4, 8, 16];
  const csv = `x\n${x.join('\n')}\n`;

  it.each([
    // pandas 3.1.1: pd.Series([1, 2, 4, 8, 16]).shift(1).rolling(3).agg(...)
    { name: 'mean', values: [null, null, null, 7 / 3, 14 / 3] },
    { name: 'sum', values: [null, null, null, 7, 14] },
    { name: 'min', values: [null, null, null, 1, 2] },
    { name: 'max', values: [null, null, null, 4, 8] },
    { name: 'sd', values: [null, null, null, 1.5275252316519465, 3.055050463303893] },
  ] as const)('takes the $name of earlier rows only', async ({ name, values: wanted }) => {
    const { values } = await runRecipe(csv, [{ step: 'rolling', columns: ['x'], window: 3, function: name }]);
    wanted.forEach((value, i) => {
      const got = values[`x_${name}3`]?.[i];
      if (value === null) expect(got).toBeNull();
      else expect(got).toBeCloseTo(value, 12);
    });
  });

  it('counts the row itself where it is told to', async () => {
    const { values } = await runRecipe(csv, [
      { step: 'rolling', columns: ['x'], window: 2, function: 'sum', includeCurrent: true },
      { step: 'rolling', columns: ['x'], window: 1, function: 'max', includeCurrent: true },
    ]);
    expect(values['x_sum2']).toEqual([null, 3, 6, 12, 24]);
    expect(values['x_max1']).toEqual(x);
  });

  it('is missing where a value of the window is, and says what is no number', async () => {
    const { values, issues } = await runRecipe('x,g\n1,a\n,a\n3,a\n4,a\nbad,a\n9,b\n', [
      { step: 'rolling', columns: ['x'], window: 1, function: 'sum' },
    ]);
    expect(values['x_sum1']).toEqual([null, 1, null, 3, 4, null]);
    expect(issues).toMatchObject([{ code: 'recipe.notNumber', column: 'x', count: 1 }]);
  });

  it('does not overflow', async () => {
    const { values } = await runRecipe('x\n1e300\n-1e300\n0\n', [
      { step: 'rolling', columns: ['x'], window: 2, function: 'sd' },
      { step: 'rolling', columns: ['x'], window: 2, function: 'mean' },
    ]);
    expect(values['x_sd2']?.[2]).toBeCloseTo(Math.SQRT2 * 1e300, -290);
    expect(values['x_mean2']?.[2]).toBe(0);
  });

  it('never knows a later row, for any values, groups and window', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ x: fc.integer({ min: -99, max: 99 }), g: fc.constantFrom('a', 'b') }), {
          minLength: 2,
          maxLength: 20,
        }),
        fc.integer({ min: 1, max: 4 }),
        async (rows, window) => {
          const step = {
            step: 'rolling' as const,
            columns: ['x'],
            window,
            function: 'sum' as const,
            groupBy: ['g'],
          };
          const text = (some: typeof rows): string =>
            `x,g\n${some.map(({ x: v, g }) => `${v},${g}\n`).join('')}`;
          const { values } = await runRecipe(text(rows), [step]);
          const sums = rows.map(({ g }, i) => {
            const before = rows
              .slice(0, i)
              .filter((row) => row.g === g)
              .slice(-window);
            return before.length < window ? null : before.reduce((sum, row) => sum + row.x, 0);
          });
          expect(values[`x_sum${window}`]).toEqual(sums);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('does the same to new rows', async () => {
    const { steps } = await runRecipe(csv, [{ step: 'rolling', columns: ['x'], window: 2 }]);
    const { values } = await runRecipe('x\n5\n7\n9\n', [], { fitted: steps });
    expect(values['x_mean2']).toEqual([null, null, 6]);
  });
});
