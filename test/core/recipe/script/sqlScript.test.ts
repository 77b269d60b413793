// The script in a DuckDB of its own gives the rows that the recipe gives, for every kind of step that SQL can say.
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../../src/core/data/csvSource';
import { openDatabase } from '../../../../src/core/data/database';
import { createWorkbench } from '../../../../src/core/data/workbench';
import { sqlScript, type Script } from '../../../../src/core/recipe/script/sqlScript';
import { readPage } from '../../../../src/core/recipe/session/shownCells';
import { runSteps } from '../../../../src/core/recipe/session/runSteps';
import type { Split, Target } from '../../../../src/shared/schema/experiment';
import {
  recipeStepsSchema,
  type RecipeStepInput,
  type StepKind,
} from '../../../../src/shared/schema/recipeSteps';
import { stepCatalogue } from '../../../../src/shared/schema/stepCatalogue';
import { csvFolder } from '../../data/tempCsv';

const csv = csvFolder();

/** 60 rows: numbers with gaps, categories, texts, dates, a class. */
const TABLE = [
  'i,x,z,kind,city,note,when,y',
  ...Array.from({ length: 60 }, (_, i) =>
    [
      i,
      i % 11 === 3 ? '' : ((i * 37) % 23) - 5.5,
      (i * 17) % 13,
      ['red', 'green', ' Blue', 'green'][i % 4],
      i % 7 === 2 ? 'NA' : ['Oslo', "d'Or", 'Ülm', '数'][(i * 3) % 4],
      `"The ${['quick fox', 'lazy dog, asleep', 'fox'][i % 3]} no. ${i % 5}"`,
      `2024-0${1 + (i % 9)}-${10 + (i % 18)}`,
      i % 3 === 0 ? 'yes' : 'no',
    ].join(','),
  ),
].join('\n');
const TARGET: Target = { column: 'y', task: 'binary' };
const SPLIT: Split = { method: 'stratified', validation: 0.2, test: 0.2, seed: 3 };

interface Both {
  readonly script: Script;
  readonly expected: unknown;
  readonly got: unknown;
}

async function both(
  text: string,
  steps: readonly RecipeStepInput[],
  split = SPLIT,
  target = TARGET,
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

/** A recipe for each kind of step; what it needs comes before it. */
const RECIPES: Readonly<Record<StepKind, readonly RecipeStepInput[]>> = {
  selectColumns: [{ step: 'selectColumns', columns: ['y', 'x', 'kind'] }],
  dropColumns: [{ step: 'dropColumns', columns: ['note', 'when'] }],
  renameColumns: [{ step: 'renameColumns', renames: [{ column: 'x', to: 'a "quoted", name' }] }],
  reorderColumns: [{ step: 'reorderColumns', columns: ['y', 'when'] }],
  cast: [{ step: 'cast', columns: ['x', 'z'], to: 'number' }],
  computeColumn: [{ step: 'computeColumn', name: 'c', expression: 'if(z > 5, x * 2, z)' }],
  splitColumn: [{ step: 'splitColumn', column: 'note', separator: ' ', into: ['first', 'rest'] }],
  joinColumns: [{ step: 'joinColumns', columns: ['kind', 'city'], name: 'both', separator: '-' }],
  trim: [{ step: 'trim', columns: ['kind'] }],
  changeCase: [{ step: 'changeCase', columns: ['kind', 'city'], case: 'upper' }],
  replaceText: [{ step: 'replaceText', columns: ['note'], find: 'o', replace: "'" }],
  extractText: [{ step: 'extractText', column: 'note', pattern: '(\\w+) no', group: 1, name: 'word' }],
  mapValues: [
    {
      step: 'mapValues',
      column: 'kind',
      values: [
        { from: 'red', to: 'rot' },
        { from: 'green', to: null },
      ],
    },
  ],
  cleanText: [{ step: 'cleanText', columns: ['note'], removeStopWords: true }],
  tokenise: [{ step: 'tokenise', columns: ['note'] }],
  tfIdf: [{ step: 'tfIdf', column: 'note', maxTerms: 5 }],
  parseDate: [{ step: 'parseDate', columns: ['when'] }],
  dateParts: [
    { step: 'parseDate', columns: ['when'] },
    { step: 'dateParts', column: 'when', cyclic: true },
  ],
  filterRows: [{ step: 'filterRows', condition: 'z >= 3 and kind != "red"' }],
  dropDuplicates: [{ step: 'dropDuplicates', columns: ['z', 'kind'] }],
  dropMissing: [{ step: 'dropMissing', columns: ['x', 'city'] }],
  sample: [{ step: 'sample', rows: 20, seed: 4 }],
  shuffle: [{ step: 'shuffle', seed: 5 }],
  sort: [{ step: 'sort', by: [{ column: 'x', order: 'descending' }, { column: 'kind' }] }],
  removeOutliers: [{ step: 'removeOutliers', columns: ['x'], factor: 0.3 }],
  groupAggregate: [
    { step: 'groupAggregate', by: ['kind', 'y'], aggregates: [{ column: 'x', function: 'mean', name: 'm' }] },
  ],
  fillMissing: [
    { step: 'fillMissing', columns: ['city'], with: 'forward' },
    { step: 'fillMissing', columns: ['x'], with: 'median', groupBy: ['kind'] },
  ],
  knnImpute: [{ step: 'knnImpute', columns: ['x', 'z'] }],
  missingIndicator: [{ step: 'missingIndicator', columns: ['x', 'city'] }],
  markMissing: [{ step: 'markMissing', columns: ['z', 'kind'], values: ['7', 'red'] }],
  clip: [{ step: 'clip', columns: ['x'], low: 0.1, high: 0.9 }],
  standardise: [{ step: 'standardise', columns: ['x', 'z'] }],
  minMaxScale: [{ step: 'minMaxScale', columns: ['x', 'z'] }],
  robustScale: [{ step: 'robustScale', columns: ['x'] }],
  logTransform: [{ step: 'logTransform', columns: ['z'] }],
  powerTransform: [{ step: 'powerTransform', columns: ['x'] }],
  quantileTransform: [{ step: 'quantileTransform', columns: ['x'], quantiles: 10, output: 'normal' }],
  bin: [{ step: 'bin', columns: ['x'], bins: 4 }],
  groupRare: [{ step: 'groupRare', columns: ['city'], minShare: 0.25 }],
  oneHot: [{ step: 'oneHot', columns: ['kind', 'city'] }],
  ordinalEncode: [{ step: 'ordinalEncode', columns: ['kind'] }],
  hashEncode: [{ step: 'hashEncode', columns: ['city'], buckets: 4 }],
  frequencyEncode: [{ step: 'frequencyEncode', columns: ['city'] }],
  targetEncode: [{ step: 'targetEncode', columns: ['city'] }],
  lag: [{ step: 'lag', columns: ['x'], lags: [1, 2], groupBy: ['kind'] }],
  rolling: [{ step: 'rolling', columns: ['x'], window: 3, orderBy: 'i' }],
  jitter: [{ step: 'jitter', columns: ['x', 'z'] }],
  mixup: [{ step: 'mixup', columns: ['x', 'z'] }],
  smote: [
    { step: 'dropMissing', columns: ['x'] },
    { step: 'smote', columns: ['x', 'z', 'kind'] },
  ],
  oversample: [{ step: 'oversample' }],
  undersample: [{ step: 'undersample' }],
  textDropout: [{ step: 'textDropout', columns: ['note'] }],
  textSwap: [{ step: 'textSwap', columns: ['note'], share: 0.5 }],
};

describe('the script gives what the recipe gives', () => {
  it.each(Object.keys(stepCatalogue) as StepKind[])('%s', async (kind) => {
    const { script, expected, got } = await both(TABLE, RECIPES[kind]);
    expect(script.issues).toEqual([]);
    expect(got).toEqual(expected);
    expect(script.text).toMatch(/^-- Made by Model Bench/);
    expect(script.text).not.toMatch(/\bbench\d/);
  });
});

describe('the script', () => {
  it('does many steps one after the other', async () => {
    const { script, expected, got } = await both(TABLE, [
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
    const { expected, got } = await both(TABLE, []);
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
    const { expected, got } = await both(TABLE, [{ step: 'standardise', columns: ['z'] }], {
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
