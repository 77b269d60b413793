import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStepTables, type StepTables } from '../../../support/stepTables';
import type { Relation } from '../../../../src/core/data/relation';
import { meanOf, populationSd } from '../../../../src/core/recipe/encoders/statistics';
import {
  between,
  evenShares,
  momentsOf,
  orderStatisticsOf,
  quantilesOf,
  rangesOf,
  ratio,
} from '../../../../src/core/recipe/steps/statisticsSql';
import '../../../support/properties';

let tables: StepTables;
beforeAll(async () => {
  tables = await openStepTables();
});
afterAll(() => tables.close());

/** Three row groups and more, so that both threads of any machine have some. */
async function manyRows(order: string): Promise<Relation> {
  const name = tables.workbench.tableName();
  await tables.database.rows(
    `CREATE TABLE ${name} AS SELECT range AS rid, range AS ord, (hash(range) % 1000003) / 997e0 * exp((hash(range + 1) % 40)) AS c0
     FROM range(400000) ORDER BY ${order}`,
  );
  return { from: name, columns: [{ name: 'x', id: 'c0', kind: 'number' }], isSplit: true, nextId: 1 };
}

describe('statistics', () => {
  it('are the same bits in every run and for rows in any order', async () => {
    const context = tables.context();
    const found = [];
    for (const order of ['range', 'range', 'hash(range)', 'range DESC']) {
      const rows = await manyRows(order);
      const ranges = await rangesOf(rows, rows.columns, context);
      found.push({
        ranges,
        moments: await momentsOf(rows, rows.columns, ranges, context),
        quantiles: await quantilesOf(rows, rows.columns, ranges, [0.1, 0.5, 0.99], context),
      });
    }
    for (const other of found) expect(other).toEqual(found[0]);
  });

  it('are the mean and the sd to the last digits, whatever the numbers', async () => {
    const numbers = fc.array(
      fc.oneof(
        fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
        fc.double({ noNaN: true, min: 1e9, max: 1e9 + 1 }),
        fc.integer({ min: -9, max: 9 }),
      ),
      { minLength: 1, maxLength: 50 },
    );
    await fc.assert(
      fc.asyncProperty(numbers, fc.constantFrom(1, 1e-300, 1e250), async (values, scale) => {
        const column = values.map((value) => value * scale);
        const table = await tables.table({ x: column });
        const ranges = await rangesOf(table, table.columns, tables.context());
        const [found] = await momentsOf(table, table.columns, ranges, tables.context());
        const mean = meanOf(Float64Array.from(column));
        const size = Math.max(...column.map(Math.abs));
        expect(Math.abs((found?.mean ?? NaN) - mean)).toBeLessThanOrEqual(4e-16 * size);
        const sd = populationSd(Float64Array.from(column), mean);
        expect(Math.abs((found?.sd ?? NaN) - sd)).toBeLessThanOrEqual(1e-12 * sd + 4e-16 * size);
      }),
      { numRuns: 40 },
    );
  });

  it('pick the same ranks in memory and one column at a time', async () => {
    const column = Array.from({ length: 500 }, (_, i) => (i % 9 === 0 ? null : ((i * 7919) % 101) - 50));
    const table = await tables.table({ x: column });
    const [first] = table.columns;
    if (first === undefined) throw new Error('no column');
    const count = column.filter((value) => value !== null).length;
    const wanted = [{ column: first, count, ranks: [0, 1, 1, 200, count - 1] }];
    const inMemory = await orderStatisticsOf(table, wanted, tables.context());
    const sorted = await orderStatisticsOf(table, wanted, tables.context(), 10);
    const expected = column.filter((value) => value !== null).sort((a, b) => a - b);
    expect(inMemory).toEqual([[0, 1, 1, 200, count - 1].map((rank) => expected[rank])]);
    expect(sorted).toEqual(inMemory);
  });

  it('interpolate as numpy', () => {
    // np.quantile([1, 2], 0.25), and from the end nearer to it
    expect(between(1, 2, 0.25)).toBe(1.25);
    expect(between(0.1, 0.1, 0.7)).toBe(0.1);
    expect(between(-1.7e308, 1.7e308, 0.5)).toBe(0);
    // np.linspace(0, 100, 8) / 100
    expect(evenShares(8, 'percent')[3]).toBe(0.4285714285714286);
    expect(evenShares(1, 'share')).toEqual([0]);
    expect(evenShares(3, 'share')).toEqual([0, 0.5, 1]);
  });

  it('round a ratio of whole numbers once', () => {
    expect(ratio(1n, 3n, 0)).toBe(1 / 3);
    expect(ratio(-2n, 3n, 0)).toBe(-2 / 3);
    expect(ratio(0n, 3n, 5)).toBe(0);
    expect(ratio(2n ** 130n, 3n, 0)).toBe(2 ** 130 / 3);
    expect(ratio(1n, 1n, -1060)).toBe(2 ** -1060);
    expect(ratio(1n, 0n, 0)).toBeNaN();
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 30 }), (a, b) => {
        expect(ratio(BigInt(a), BigInt(b), 0)).toBe(a / b);
      }),
    );
  });
});
