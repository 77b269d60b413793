import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStepTables, type StepTables, type TableColumns } from '../../../support/stepTables';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';

let tables: StepTables;
beforeAll(async () => {
  tables = await openStepTables();
});
afterAll(() => tables.close());

const WIDTH = 150;
const names = Array.from({ length: WIDTH }, (_, i) => `n${i}`);
const wide: TableColumns = Object.fromEntries(
  names.map((name, i) => [name, ['1', '3', i % 2 === 0 ? null : '2', String(i)]]),
);
const parts = [0, 0, 0, 2];

describe('a table with many columns', () => {
  it('is filled and scaled as one with few', async () => {
    const steps: RecipeStepInput[] = [
      { step: 'fillMissing', columns: names, with: 'median' },
      { step: 'standardise', columns: names },
    ];
    const { values, columns } = await tables.fit(wide, steps, { parts });
    expect(columns).toEqual(names);
    const sd = Math.sqrt(2 / 3);
    for (const [i, name] of names.entries()) {
      const found = values[name] ?? [];
      expect(found.slice(0, 3)).toEqual([-1 / sd, 1 / sd, 0]);
      expect(found[3]).toBeCloseTo((i - 2) / sd, 10);
    }
  });

  it('is encoded as one with few', async () => {
    const { columns, values } = await tables.fit(wide, [{ step: 'oneHot', columns: names, drop: 'first' }], {
      parts,
    });
    const expected = names.flatMap((name, i) =>
      i % 2 === 0 ? [`${name}=3`, `${name} (missing)`] : [`${name}=2`, `${name}=3`],
    );
    expect(columns).toEqual(expected);
    expect(values['n7=2']).toEqual([0, 0, 1, 0]);
    expect(values['n8 (missing)']).toEqual([0, 0, 1, 0]);
    expect(values['n3=3']).toEqual([0, 1, 0, 1]);
  });

  it('is hashed into more columns than one query takes', async () => {
    const { columns, values } = await tables.fit({ a: ['x', 'y'], b: ['x', null] }, [
      { step: 'hashEncode', columns: ['a', 'b'], buckets: 400 },
    ]);
    expect(columns).toHaveLength(800);
    const sum = (row: number): number => columns.reduce((all, name) => all + Number(values[name]?.[row]), 0);
    expect([sum(0), sum(1)]).toEqual([2, 1]);
  });

  it('is encoded by its target as one with few', async () => {
    const many = Object.fromEntries(names.map((name) => [name, ['a', 'a', 'b', 'b']]));
    const { values } = await tables.fit(
      { ...many, y: [1, 3, 5, 7] },
      [{ step: 'targetEncode', columns: names, smooth: 0 }],
      {
        target: { column: 'y', task: 'regression' },
      },
    );
    const first = values['n0'];
    expect(first).toHaveLength(4);
    for (const name of names) expect(values[name]).toEqual(first);
  });
});
