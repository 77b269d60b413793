// What each step did: rows, columns, cells, what it learnt from, and where a recipe stops.
import { describe, expect, it } from 'vitest';
import { createWorkbench } from '../../../../src/core/data/workbench';
import {
  defaultSplit,
  runSteps,
  type RecipeJob,
  type StepsRun,
} from '../../../../src/core/recipe/session/runSteps';
import { recipeStepsSchema, type RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { csvFolder } from '../../data/tempCsv';

const csv = csvFolder();

const TABLE = [
  'a,b,y',
  ...Array.from({ length: 20 }, (_, i) => `${i % 4},${i === 3 ? '' : `t${i}`},${i % 2 === 0 ? 'no' : 'yes'}`),
].join('\n');

async function run(
  text: string,
  steps: readonly RecipeStepInput[],
  options: Partial<RecipeJob> & { countCells?: boolean; materialise?: boolean; alwaysSplit?: boolean } = {},
): Promise<StepsRun & { tablesLeft: () => Promise<number> }> {
  const source = await csv.open(text);
  const { database, relation } = await source.relation();
  const workbench = createWorkbench(database);
  const { countCells = true, materialise = false, alwaysSplit = false, ...job } = options;
  try {
    const result = await runSteps(
      {
        steps: recipeStepsSchema.parse(steps),
        base: relation,
        database,
        workbench,
        lineOf: (row) => source.lineOf(row),
        ...job,
      },
      { countCells, materialise, alwaysSplit },
    );
    return {
      ...result,
      tablesLeft: async () =>
        Number(
          (
            await database.rows(`SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'bench%'`)
          )[0]?.[0],
        ),
    };
  } finally {
    workbench.dispose();
  }
}

describe('what a step did', () => {
  it.each([true, false])('is told in rows, columns and cells (written down: %s)', async (materialise) => {
    const { steps, rows } = await run(
      TABLE,
      [
        { step: 'dropColumns', columns: ['b'] },
        { step: 'sort', by: [{ column: 'a', order: 'descending' }] },
        { step: 'standardise', columns: ['a'] },
        { step: 'dropDuplicates', columns: [], enabled: false },
      ],
      { materialise },
    );
    expect(rows).toBe(20);
    expect(steps.map(({ step: _, ...rest }) => rest)).toEqual([
      {
        index: 0,
        rowsBefore: 20,
        rowsAfter: 20,
        columnsAdded: [],
        columnsRemoved: ['b'],
        cellsChanged: 0,
        issues: [],
      },
      {
        index: 1,
        rowsBefore: 20,
        rowsAfter: 20,
        columnsAdded: [],
        columnsRemoved: [],
        cellsChanged: 0,
        issues: [],
      },
      {
        index: 2,
        rowsBefore: 20,
        rowsAfter: 20,
        columnsAdded: [],
        columnsRemoved: [],
        // No cell keeps its text.
        cellsChanged: 20,
        // 20 rows, 15 % of them each for validation and test.
        fittedOnRows: 14,
        issues: [],
      },
    ]);
  });

  it('counts steps that are off among the others, and skips them', async () => {
    const { steps } = await run(TABLE, [
      { step: 'dropColumns', columns: ['a'], enabled: false },
      { step: 'dropColumns', columns: ['b'] },
    ]);
    expect(steps.map(({ index }) => index)).toEqual([1]);
  });

  it('leaves cells uncounted when they are not asked for', async () => {
    const { steps } = await run(TABLE, [{ step: 'dropColumns', columns: ['a'] }], { countCells: false });
    expect(steps[0]).not.toHaveProperty('cellsChanged');
  });

  it('puts the rows that leave with the split to the split, not to the step behind it', async () => {
    const { steps } = await run(
      TABLE.replace('t5,yes', 't5,').replace('t6,no', 't6,NA'),
      [{ step: 'standardise', columns: ['a'] }],
      { target: { column: 'y', task: 'binary' } },
    );
    expect(steps[0]).toMatchObject({ rowsBefore: 18, rowsAfter: 18 });
    expect(steps[0]?.issues).toEqual([
      {
        severity: 'info',
        code: 'target.missing',
        message: 'Rows left out because the target "y" is missing: 2.',
        column: 'y',
        count: 2,
      },
    ]);
  });
});

describe('a step that cannot be run', () => {
  it('is named by its index', async () => {
    await expect(
      run(TABLE, [
        { step: 'dropColumns', columns: ['b'] },
        { step: 'dropColumns', columns: ['bb'] },
      ]),
    ).rejects.toMatchObject({ code: 'recipe.unknownColumn', details: { step: 1, column: 'bb' } });
  });

  it('is the one that needs the split, when the split is what fails', async () => {
    await expect(
      run('a,y\n1,x\n2,y\n', [
        { step: 'dropColumns', columns: ['y'] },
        { step: 'standardise', columns: ['a'] },
      ]),
    ).rejects.toMatchObject({ code: 'split.tooFewRows', details: { step: 1 } });
  });

  it('stands where it must not', async () => {
    await expect(
      run(TABLE, [
        { step: 'standardise', columns: ['a'] },
        { step: 'sort', by: [{ column: 'a' }] },
      ]),
    ).rejects.toMatchObject({ code: 'recipe.order', details: { step: 1 } });
  });
});

describe('the split', () => {
  it('is made only where a step needs it or it is asked for', async () => {
    const steps: RecipeStepInput[] = [{ step: 'dropColumns', columns: ['b'] }];
    expect((await run(TABLE, steps)).relation.isSplit).toBe(false);
    expect((await run(TABLE, steps, { alwaysSplit: true })).relation.isSplit).toBe(true);
  });

  it('has the shares of classes alike when there are classes, and none needs to be given', () => {
    expect(defaultSplit(undefined).method).toBe('random');
    expect(defaultSplit({ column: 'y', task: 'regression' }).method).toBe('random');
    expect(defaultSplit({ column: 'y', task: 'binary' })).toEqual({
      method: 'stratified',
      validation: 0.15,
      test: 0.15,
      seed: 1,
    });
  });
});

it('leaves no table behind, whatever happens', async () => {
  const { tablesLeft } = await run(TABLE, [{ step: 'standardise', columns: ['a'] }]);
  expect(await tablesLeft()).toBe(0);
});
