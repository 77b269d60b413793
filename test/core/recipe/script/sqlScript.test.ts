// The script in a DuckDB of its own gives the rows that the recipe gives, for every kind of step that SQL can say.
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../../src/core/data/csvSource';
import { openDatabase } from '../../../../src/core/data/database';
import { createWorkbench } from '../../../../src/core/data/workbench';
import { sqlScript, type Script } from '../../../../src/core/recipe/script/sqlScript';
import { readPage } from '../../../../src/core/recipe/session/shownCells';
import { runSteps } from '../../../../src/core/recipe/session/runSteps';
import {
  recipeStepsSchema,
  type RecipeStepInput,
  type StepKind,
} from '../../../../src/shared/schema/recipeSteps';
import { stepCatalogue } from '../../../../src/shared/schema/stepCatalogue';
import { csvFolder } from '../../data/tempCsv';
import { STEP_RECIPES, STEP_SPLIT, STEP_TABLE, STEP_TARGET } from '../../../support/stepRecipes';

const csv = csvFolder();

interface Both {
  readonly script: Script;
  readonly expected: unknown;
  readonly got: unknown;
}

async function both(
  text: string,
  steps: readonly RecipeStepInput[],
  split = STEP_SPLIT,
  target = STEP_TARGET,
): Promise<Both> {
  const source = await csv.open(text);
  const parsed = recipeStepsSchema.parse(steps);
  const { database, relation: base } = await source.relation();
  const workbench = createWorkbench(database);
  const run = await runSteps({
    steps: parsed,
    split,
    target,
    base,
    database,
    workbench,
    lineOf: () => Promise.resolve(undefined),
  });
  const { columns, rows } = await readPage(run.relation, 'ORDER BY ord', database);
  workbench.dispose();
  const script = await sqlScript({ source, steps: parsed, split, target });
  const fresh = await openDatabase();
  try {
    const [macros = '', query = ''] = script.text.split(/^(?=WITH$)/m);
    await fresh.rows(macros);
    await fresh.rows(
      `CREATE TABLE result AS SELECT row_number() OVER () AS place, * FROM (${query.replace(/;\s*$/, '')})`,
    );
    const described = await fresh.rows(`SELECT column_name, column_type FROM (DESCRIBE result)`);
    const kinds = { VARCHAR: 'text', DOUBLE: 'number', TIMESTAMP: 'datetime' } as Record<
      string,
      'text' | 'number' | 'datetime'
    >;
    const own = described
      .slice(1)
      .map(([name, type]) => ({ name: String(name), kind: kinds[String(type)] ?? 'text' }));
    await fresh.rows(
      `CREATE TABLE plain AS SELECT place, place AS rid, place AS ord, COLUMNS(* EXCLUDE place) FROM result`,
    );
    const names = own.map(({ name }, i) => `"${name.replaceAll('"', '""')}" AS c${i}`);
    const page = await readPage(
      {
        from: `(SELECT ${['rid', 'ord', ...names].join(', ')} FROM plain)`,
        columns: own.map((column, i) => ({ ...column, id: `c${i}` })),
        isSplit: false,
        nextId: own.length,
      },
      'ORDER BY ord',
      fresh,
    );
    return { script, expected: { columns, rows }, got: { columns: page.columns, rows: page.rows } };
  } finally {
    fresh.dispose();
  }
}

describe('the script gives what the recipe gives', () => {
  it.each(Object.keys(stepCatalogue) as StepKind[])('%s', async (kind) => {
    const { script, expected, got } = await both(STEP_TABLE, STEP_RECIPES[kind]);
    expect(script.issues).toEqual([]);
    expect(got).toEqual(expected);
    expect(script.text).toMatch(/^-- Made by Model Bench/);
    expect(script.text).not.toMatch(/\bbench\d/);
  });
});

describe('the script', () => {
  it('does many steps one after the other', async () => {
    const { script, expected, got } = await both(STEP_TABLE, [
      { step: 'trim', columns: ['kind', 'city'], description: 'never read' },
      { step: 'dropColumns', columns: ['i'], enabled: false },
      { step: 'dropDuplicates', columns: ['x', 'z', 'kind'] },
      { step: 'sort', by: [{ column: 'z' }] },
      { step: 'missingIndicator', columns: ['x'] },
      { step: 'fillMissing', columns: ['x'], with: 'mean' },
      { step: 'knnImpute', columns: ['x', 'z'] },
      { step: 'standardise', columns: ['x', 'z'] },
      { step: 'removeOutliers', columns: ['x'], factor: 0.5 },
      { step: 'oneHot', columns: ['kind'] },
      { step: 'targetEncode', columns: ['city'] },
      { step: 'dropColumns', columns: ['note', 'when', 'i'] },
    ]);
    expect(script.issues).toEqual([]);
    expect(got).toEqual(expected);
    expect(script.text.match(/^-- Step \d+/gm)).toEqual(
      [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => `-- Step ${n}`),
    );
    expect(script.text).toContain('(learnt from ');
  });

  it('of no steps is the file', async () => {
    const { expected, got } = await both(STEP_TABLE, []);
    expect(got).toEqual(expected);
  });

  it('takes any name and cell for what it is', async () => {
    const nasty = `"a'b","x -- y","c0; DROP TABLE t","l1\nl2",bench1_0,__proto__\n${Array.from(
      { length: 12 },
      (_, i) => `"it's ${i}",'bench1_0',${i},"-- no","c0","source${i % 2}"`,
    ).join('\n')}\n`;
    const { script, expected, got } = await both(
      nasty,
      [
        { step: 'replaceText', columns: ["a'b"], find: "'", replace: "''" },
        { step: 'oneHot', columns: ['__proto__', 'bench1_0'] },
        { step: 'standardise', columns: ['c0; DROP TABLE t'] },
      ],
      { method: 'random', validation: 0.2, test: 0.2, seed: 1 },
      { column: 'c0; DROP TABLE t', task: 'regression' },
    );
    expect(script.issues).toEqual([]);
    expect(got).toEqual(expected);
  });

  it('leaves out the rows that are in no part', async () => {
    const { expected, got } = await both(STEP_TABLE, [{ step: 'standardise', columns: ['z'] }], {
      method: 'kFold',
      kind: 'time',
      column: 'i',
      folds: 3,
      fold: 1,
      test: 0.2,
      seed: 1,
    });
    expect(got).toEqual(expected);
  });

  it('reads a file as it was told to', async () => {
    const source = await openCsv(await csv.write('a;b\n1,5;x\n2,5;-9\n3;y\n4;z\n5;z\n6;z\n7;z\n8;z\n'), {
      reading: { decimal: ',', missing: ['-9'] },
    });
    const { text } = await sqlScript({
      source,
      steps: recipeStepsSchema.parse([{ step: 'standardise', columns: ['a'] }]),
    });
    source.close();
    const fresh = await openDatabase();
    const [macros = '', query = ''] = text.split(/^(?=WITH$)/m);
    await fresh.rows(macros);
    const rows = await fresh.rows(query);
    expect(rows.map(([, b]) => b)).toEqual(['x', null, 'y', 'z', 'z', 'z', 'z', 'z']);
    expect(Number(rows[1]?.[0]) - Number(rows[0]?.[0])).toBeCloseTo(
      Number(rows[3]?.[0]) - Number(rows[2]?.[0]),
      12,
    );
    fresh.dispose();
  });

  it('of a file that is not UTF-8 says that it is not', async () => {
    const source = await openCsv(await csv.write(Buffer.from([0x61, 0x0a, 0xe9, 0x0a, 0xfc, 0x62, 0x0a])), {
      reading: { encoding: 'windows-1252' },
    });
    const { issues } = await sqlScript({ source, steps: [] });
    source.close();
    expect(issues.map(({ code }) => code)).toEqual(['recipe.scriptReadsCopy']);
  });

  it('leaves out what is too much to write down, says so, and goes on', async () => {
    const rows = Array.from({ length: 25_000 }, (_, i) => `${i % 50},${i % 7},${i % 2}`);
    const { script, expected, got } = await both(['x,w,y', ...rows].join('\n'), [
      { step: 'removeOutliers', columns: ['x'], factor: 0.1 },
      { step: 'standardise', columns: ['w'] },
      { step: 'tfIdf', column: 'x', keep: true, maxTerms: 3 },
    ]);
    expect(script.issues.map(({ message }) => message)).toEqual([
      'Step 1 (Remove outliers) is left out of the script: what it does is not computed in SQL.',
      'Step 3 (TF-IDF) is left out of the script: what it does is not computed in SQL.',
    ]);
    for (const { message } of script.issues) expect(script.text).toContain(`-- ${message}`);
    const names = (page: unknown) =>
      (page as { columns: { name: string }[] }).columns.map(({ name }) => name);
    expect(names(got)).toEqual(names(expected));
    expect((got as { rows: unknown[] }).rows).toHaveLength(25_000);
  });
});
