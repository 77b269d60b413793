// Rows to look at: any offset, sorted and filtered, the file and the recipe left alone.
import { afterAll, describe, expect, it } from 'vitest';
import { createPager, type Pager } from '../../../../src/core/recipe/session/page';
import { csvFolder } from '../../data/tempCsv';

const csv = csvFolder();
const pagers: Pager[] = [];
afterAll(() => pagers.forEach((pager) => pager.dispose()));

async function pagerOf(text: string): Promise<{ pager: Pager; tables: () => Promise<number> }> {
  const source = await csv.open(text);
  const { database } = await source.relation();
  const pager = createPager(source, database);
  pagers.push(pager);
  const tables = async (): Promise<number> =>
    Number(
      (await database.rows(`SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'bench%'`))[0]?.[0],
    );
  return { pager, tables };
}

const ROWS = 5000;
/** i, and a number that goes up and down. */
const value = (i: number): number => (i * 7919) % 5003;
const TABLE = ['i,v', ...Array.from({ length: ROWS }, (_, i) => `${i},${value(i)}`)].join('\n');
const BY_VALUE = Array.from({ length: ROWS }, (_, i) => i).sort((a, b) => value(a) - value(b));

describe('a page', () => {
  it('is the rows of the file from any offset on, and says how many there are', async () => {
    const { pager } = await pagerOf(TABLE);
    for (const offset of [0, 1990, 4990, 1]) {
      const page = await pager.page({ offset, limit: 20 });
      const rows = Array.from({ length: Math.min(20, ROWS - offset) }, (_, k) => offset + k);
      expect(page.sourceRows).toEqual(rows);
      expect(page.rows).toEqual(rows.map((i) => [String(i), String(value(i))]));
      expect(page.totalRows).toBe(ROWS);
    }
    const all = await pager.page({ offset: 0, limit: 10_000 });
    expect(all.rows).toHaveLength(ROWS);
  });

  it('behind the last row is empty', async () => {
    const { pager } = await pagerOf(TABLE);
    expect(await pager.page({ offset: 6000, limit: 20 })).toMatchObject({
      columns: [
        { name: 'i', kind: 'text' },
        { name: 'v', kind: 'text' },
      ],
      rows: [],
      sourceRows: [],
      totalRows: ROWS,
    });
  });

  it('is sorted as the step sorts, numbers as numbers, over all rows', async () => {
    const { pager } = await pagerOf(TABLE);
    const sort = { column: 'v', order: 'ascending' } as const;
    for (const offset of [0, 3, 1995, 4990]) {
      const page = await pager.page({ offset, limit: 10, sort });
      expect(page.sourceRows).toEqual(BY_VALUE.slice(offset, offset + 10));
      expect(page.rows.map(([i]) => Number(i))).toEqual(page.sourceRows);
    }
    const down = await pager.page({ offset: 0, limit: 3, sort: { column: 'v', order: 'descending' } });
    expect(down.sourceRows).toEqual(BY_VALUE.slice(-3).reverse());
    expect((await pager.page({ offset: 0, limit: 1 })).sourceRows).toEqual([0]);
  });

  it('is of the rows for which a condition holds, and counts them', async () => {
    const { pager } = await pagerOf(TABLE);
    const filter = 'v < 100 and i >= 1000';
    const rows = BY_VALUE.filter((i) => value(i) < 100 && i >= 1000);
    const sorted = await pager.page({
      offset: 5,
      limit: 10,
      filter,
      sort: { column: 'v', order: 'ascending' },
    });
    expect(sorted).toMatchObject({ sourceRows: rows.slice(5, 15), totalRows: rows.length });
    const plain = await pager.page({ offset: 0, limit: 10, filter });
    expect(plain.sourceRows).toEqual([...rows].sort((a, b) => a - b).slice(0, 10));
    expect(await pager.page({ offset: 0, limit: 10, filter: 'i < 0' })).toMatchObject({
      rows: [],
      totalRows: 0,
    });
    await expect(pager.page({ offset: 0, limit: 1, filter: 'v <' })).rejects.toMatchObject({
      code: expect.stringMatching(/^recipe\./) as string,
      message: expect.not.stringContaining('step 1') as string,
    });
  });

  it('names a column to sort by that is not there', async () => {
    const { pager } = await pagerOf(TABLE);
    await expect(
      pager.page({ offset: 0, limit: 1, sort: { column: 'w', order: 'ascending' } }),
    ).rejects.toMatchObject({
      code: 'recipe.unknownColumn',
      message: expect.not.stringContaining('step 1') as string,
    });
    expect((await pager.page({ offset: 0, limit: 1 })).rows).toHaveLength(1);
  });

  it('answers many at once, each by its own sort, and keeps one view', async () => {
    const { pager, tables } = await pagerOf(TABLE);
    const pages = await Promise.all(
      (['ascending', 'descending', 'ascending'] as const).map((order) =>
        pager.page({ offset: 100, limit: 2, sort: { column: 'v', order } }),
      ),
    );
    expect(pages.map(({ sourceRows }) => sourceRows)).toEqual([
      BY_VALUE.slice(100, 102),
      [...BY_VALUE].reverse().slice(100, 102),
      BY_VALUE.slice(100, 102),
    ]);
    // The rows in order, and their numbers.
    expect(await tables()).toBeLessThanOrEqual(2);
    pager.dispose();
    expect(await tables()).toBe(0);
  });

  it('is not given to who went away, and the next one is', async () => {
    const { pager } = await pagerOf(TABLE);
    const abort = new AbortController();
    const asked = pager.page({ offset: 0, limit: 1 }, { signal: abort.signal });
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: 'internal.cancelled' });
    expect((await pager.page({ offset: 2, limit: 1 })).sourceRows).toEqual([2]);
  });
});
