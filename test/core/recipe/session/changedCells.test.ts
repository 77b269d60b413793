// Cells that a step changed are counted alike whichever way its rows are made.
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../../src/core/data/database';
import {
  addColumns,
  dropColumns,
  filterRows,
  replaceColumns,
  type Relation,
} from '../../../../src/core/data/relation';
import { createWorkbench } from '../../../../src/core/data/workbench';
import { changedRows, countChangedCells } from '../../../../src/core/recipe/session/changedCells';
import { recipeStepSchema, type RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';

/** Ten rows: a = 0..9, b = 'x' or missing. */
async function table(): Promise<{ base: Relation; database: Awaited<ReturnType<typeof openDatabase>> }> {
  const database = await openDatabase();
  await database.rows(
    `CREATE TABLE t AS SELECT range AS rid, range AS ord, range::VARCHAR AS c0, CASE WHEN range < 5 THEN 'x' END AS c1 FROM range(10)`,
  );
  const base: Relation = {
    from: 't',
    columns: [
      { name: 'a', id: 'c0', kind: 'text' },
      { name: 'b', id: 'c1', kind: 'text' },
    ],
    isSplit: false,
    nextId: 2,
  };
  return { base, database };
}

const step = (input: RecipeStepInput) => recipeStepSchema.parse(input);
const CAST = step({ step: 'cast', columns: ['a', 'b'], to: 'number' });

async function counted(
  make: (base: Relation, workbench: ReturnType<typeof createWorkbench>) => Relation | Promise<Relation>,
  made = CAST,
): Promise<{ cells: number; rows: number[] }> {
  const { base, database } = await table();
  const workbench = createWorkbench(database);
  try {
    const after = await make(base, workbench);
    return {
      cells: await countChangedCells(made, { before: base, after }, database),
      rows: await changedRows(made, { before: base, after, limit: 3 }, database),
    };
  } finally {
    workbench.dispose();
    database.dispose();
  }
}

describe('changed cells', () => {
  it('are those with another value, missing ones included', async () => {
    const change = {
      name: 'b',
      kind: 'text' as const,
      sql: `CASE WHEN rid < 2 THEN 'x' WHEN rid < 7 THEN 'y' END`,
    };
    // b: rows 2, 3, 4 were x; 5, 6 were missing.
    expect(await counted((base) => replaceColumns(base, [change]))).toEqual({ cells: 5, rows: [2, 3, 4] });
    const written = (base: Relation, bench: ReturnType<typeof createWorkbench>) =>
      bench.materialise(replaceColumns(base, [change]));
    expect(await counted(written)).toEqual({ cells: 5, rows: [2, 3, 4] });
  });

  it('are none where a text becomes the number it shows', async () => {
    const number = { name: 'a', kind: 'number' as const, sql: 'c0::DOUBLE' };
    expect(await counted((base) => replaceColumns(base, [number]))).toEqual({ cells: 0, rows: [] });
    const half = { ...number, sql: 'c0::DOUBLE / 2' };
    // 0 / 2 is 0.
    expect((await counted((base) => replaceColumns(base, [half]))).cells).toBe(9);
  });

  it('are not those of rows or columns that leave or come', async () => {
    const rest = (base: Relation): Relation =>
      addColumns(filterRows(dropColumns(base, ['b']), 'rid <> 3'), [
        { name: 'n', kind: 'number', sql: '1.0' },
      ]);
    expect(await counted(rest)).toEqual({ cells: 0, rows: [3] });
  });

  it('are not those of made rows', async () => {
    const result = await counted((base, bench) =>
      bench.appendTrainRows({ ...base, isSplit: true, from: '(SELECT *, 0 AS part FROM t)' }, [
        { name: 'a', kind: 'text', values: ['7', '8'] },
        { name: 'b', kind: 'text', values: [null, 'z'] },
      ]),
    );
    expect(result).toEqual({ cells: 0, rows: [] });
  });

  it('are looked for in any number of columns', async () => {
    const database = await openDatabase();
    const names = Array.from({ length: 100 }, (_, i) => `n${i}`);
    await database.rows(
      `CREATE TABLE wide AS SELECT range AS rid, range AS ord, ${names.map((_, i) => `'v' AS c${i}`).join(', ')} FROM range(4)`,
    );
    const columns = names.map((name, i) => ({ name, id: `c${i}`, kind: 'text' as const }));
    const before: Relation = { from: 'wide', columns, isSplit: false, nextId: 100 };
    const after = replaceColumns(
      before,
      names.map((name) => ({ name, kind: 'text', sql: `'w'` })),
    );
    expect(await countChangedCells(step({ step: 'trim', columns: names }), { before, after }, database)).toBe(
      400,
    );
    database.dispose();
  });

  it('are told of the right table where one name begins another', async () => {
    const { base, database } = await table();
    await database.rows('CREATE TABLE t1 AS SELECT rid, ord, c0, c1 FROM t');
    const after = { ...base, from: '(SELECT * REPLACE (NULL AS c0) FROM t1)' };
    expect(await countChangedCells(CAST, { before: base, after }, database)).toBe(10);
    database.dispose();
  });
});
