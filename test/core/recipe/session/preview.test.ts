// A recipe on a sample: which rows it is, what each step did to them, rows side by side, and steps that cannot be run.
import { afterAll, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { previewRecipe, type PreviewRequest } from '../../../../src/core/recipe/session/preview';
import {
  sampleHead,
  sampleRowNumbers,
  sampleSize,
  sampleSource,
  type Sample,
} from '../../../../src/core/recipe/session/sample';
import type { RecipePreview, TablePage } from '../../../../src/shared/schema/recipeResult';
import { recipeStepsSchema, type RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { csvFolder } from '../../data/tempCsv';

const csv = csvFolder();
const samples: Sample[] = [];
afterAll(() => samples.forEach((sample) => sample.dispose()));

async function sampleOf(text: string, rows = 1000, seed = 1): Promise<Sample> {
  const source = await csv.open(text);
  const { database } = await source.relation();
  const sample = await sampleSource(source, database, { rows, seed });
  samples.push(sample);
  return sample;
}

async function preview(
  sample: Sample,
  steps: readonly RecipeStepInput[],
  options: Partial<PreviewRequest> = {},
): Promise<RecipePreview> {
  const result = await previewRecipe(sample, {
    steps: recipeStepsSchema.parse(steps),
    show: steps.length - 1,
    limit: 200,
    lineOf: () => Promise.resolve(undefined),
    ...options,
  });
  const [left] = await sample.database.rows(
    `SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'bench%'`,
  );
  expect(Number(left?.[0])).toBe(0);
  return result;
}

const column = (page: TablePage, name: string): (string | null)[] => {
  const index = page.columns.findIndex((of) => of.name === name);
  return page.rows.map((row) => row[index] ?? null);
};

/** n rows: their number, a letter, and the number once more where it is even. */
const numbered = (n: number): string =>
  ['i,letter,even', ...Array.from({ length: n }, (_, i) => `${i},${'abc'[i % 3]},${i % 2 ? '' : i}`)].join(
    '\n',
  );

describe('the sample', () => {
  it('is the whole file when that has no more rows', async () => {
    const sample = await sampleOf(numbered(30), 30);
    expect(sample).toMatchObject({ rows: 30, fileRows: 30, isWhole: true });
  });

  it('is rows of the file in its order, the same for the same seed', async () => {
    const text = numbered(3000);
    const shown = async (seed: number): Promise<TablePage> =>
      (await preview(await sampleOf(text, 100, seed), [], { show: -1 })).before;
    const page = await shown(7);
    expect(page.rows).toHaveLength(100);
    expect(page.sourceRows).toEqual([...page.sourceRows].sort((a, b) => a - b));
    // A row is what the file has at that number.
    expect(column(page, 'i').map(Number)).toEqual(page.sourceRows);
    expect(column(page, 'even')).toEqual(page.sourceRows.map((i) => (i % 2 ? null : String(i))));
    expect((await shown(7)).sourceRows).toEqual(page.sourceRows);
    expect((await shown(8)).sourceRows).not.toEqual(page.sourceRows);
  });

  it('takes so many different row numbers of all there are', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(600), fc.nat(100), (rows, count, seed) => {
        const numbers = sampleRowNumbers(rows, count, seed);
        expect(numbers).toHaveLength(Math.min(rows, count));
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        for (const row of numbers) expect(row >= 0 && row < rows).toBe(true);
      }),
    );
  });

  it('favours no part of the file', () => {
    // 50 of 1000, 400 times: each tenth of the file is expected 2000 times, sd sqrt(20000 * 0.09) = 42.
    const tenths = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 400; seed++) {
      for (const row of sampleRowNumbers(1000, 50, seed)) tenths[Math.floor(row / 100)]!++;
    }
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(5 * 42);
  });

  it('is smaller for very many columns', () => {
    expect(sampleSize(5000, 20)).toBe(5000);
    expect(sampleSize(5000, 4000)).toBe(500);
    expect(sampleSize(5000, 1_000_000)).toBe(50);
  });

  it('of a file that is still being read is its first rows', async () => {
    const sample = await sampleHead(
      {
        columns: ['x', 'y'],
        rows: [
          ['1,5', null],
          ['2', 'b'],
        ],
      },
      { decimal: ',', thousands: '' },
    );
    samples.push(sample);
    const { before, after, ...rest } = await preview(sample, [{ step: 'minMaxScale', columns: ['x'] }], {
      split: { method: 'random', validation: 0.1, test: 0.1, seed: 1 },
    });
    expect(rest).toMatchObject({ sampleRows: 2, isWhole: false, failed: { index: 0 } });
    expect(rest).not.toHaveProperty('fileRows');
    expect(before.rows).toEqual([
      ['1,5', null],
      ['2', 'b'],
    ]);
    expect(after).toEqual(before);
  });
});

describe('the preview', () => {
  it('shows the rows before and after a step, and the columns after the last', async () => {
    const sample = await sampleOf(numbered(6));
    const steps: RecipeStepInput[] = [
      { step: 'dropColumns', columns: ['letter'] },
      { step: 'dropMissing', columns: ['even'] },
      { step: 'dropColumns', columns: ['even'] },
    ];
    const result = await preview(sample, steps, { show: 1 });
    expect(result.steps.map(({ rowsAfter, cellsChanged }) => [rowsAfter, cellsChanged])).toEqual([
      [6, 0],
      [3, 0],
      [3, 0],
    ]);
    expect(result.before).toMatchObject({ sourceRows: [0, 1, 2, 3, 4, 5] });
    expect(result.after).toMatchObject({ sourceRows: [0, 2, 4] });
    expect(result.after.columns.map(({ name }) => name)).toEqual(['i', 'even']);
    expect(result.columns.map(({ name }) => name)).toEqual(['i']);
  });

  it('shows the file itself for -1, and what a step that is off is given', async () => {
    const sample = await sampleOf(numbered(4));
    const steps: RecipeStepInput[] = [
      { step: 'dropColumns', columns: ['even'] },
      { step: 'dropColumns', columns: ['letter'], enabled: false },
    ];
    const file = await preview(sample, steps, { show: -1 });
    expect(file.before.columns.map(({ name }) => name)).toEqual(['i', 'letter', 'even']);
    expect(file.after).toEqual(file.before);
    const off = await preview(sample, steps, { show: 1 });
    expect(off.before.columns.map(({ name }) => name)).toEqual(['i', 'letter']);
    expect(off.after).toEqual(off.before);
  });

  it('keeps rows side by side when they are sorted', async () => {
    const sample = await sampleOf(numbered(9));
    const { before, after } = await preview(
      sample,
      [{ step: 'sort', by: [{ column: 'i', order: 'descending' }] }],
      { limit: 4 },
    );
    expect(after.sourceRows).toEqual([8, 7, 6, 5]);
    expect(before.sourceRows).toEqual([5, 6, 7, 8]);
  });

  it('shows where a step does something when it does nothing to the first rows', async () => {
    const sample = await sampleOf(numbered(100).replace('99,a,', ',a,').replace('98,c,98', ',c,98'));
    const { before, after } = await preview(sample, [{ step: 'dropMissing', columns: ['i'] }], { limit: 5 });
    expect(before.sourceRows).toEqual([0, 1, 2, 98, 99]);
    expect(after.sourceRows).toEqual([0, 1, 2]);
  });

  it('says the part of each row from the split on', async () => {
    const sample = await sampleOf(numbered(40));
    const { before, after, steps } = await preview(sample, [
      { step: 'dropColumns', columns: ['even'] },
      { step: 'standardise', columns: ['i'] },
    ]);
    expect(after.parts).toHaveLength(40);
    expect(before.parts).toEqual(after.parts);
    expect(after.parts?.filter((part) => part === 'train')).toHaveLength(steps[1]!.fittedOnRows!);
    expect(after.columns).toContainEqual({ name: 'i', kind: 'number' });
  });

  it('never fails for a step: says which and why, with all before it', async () => {
    const sample = await sampleOf(numbered(20));
    const steps: RecipeStepInput[] = [
      { step: 'dropColumns', columns: ['even'] },
      { step: 'standardise', columns: ['nope'] },
      { step: 'dropColumns', columns: ['letter'] },
    ];
    const result = await preview(sample, steps, { show: 2 });
    expect(result.failed?.index).toBe(1);
    expect(result.failed?.message).toContain('nope');
    expect(result.steps).toHaveLength(1);
    expect(result.after.columns.map(({ name }) => name)).toEqual(['i', 'letter']);
    expect(result.columns).toEqual(result.after.columns);

    const misplaced = await preview(sample, [{ step: 'standardise', columns: ['i'] }, { step: 'shuffle' }]);
    expect(misplaced.failed?.index).toBe(1);
    expect(misplaced.steps).toHaveLength(1);
  });

  it('ends when it is cancelled', async () => {
    const sample = await sampleOf(numbered(20));
    const abort = new AbortController();
    abort.abort();
    await expect(
      preview(sample, [{ step: 'dropColumns', columns: ['even'] }], { signal: abort.signal }),
    ).rejects.toMatchObject({ code: 'internal.cancelled' });
  });

  it('takes names that are no identifiers', async () => {
    const sample = await sampleOf('"a""b",__proto__,"x y",数\n1,2,3,4\n5,6,7,8\n');
    const { after } = await preview(sample, [{ step: 'dropColumns', columns: ['x y'] }]);
    expect(after.columns.map(({ name }) => name)).toEqual(['a"b', '__proto__', '数']);
    expect(after.rows).toEqual([
      ['1', '2', '4'],
      ['5', '6', '8'],
    ]);
  });
});
