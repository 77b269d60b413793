// The profile of a table after a recipe: of its own columns and rows, and as if of all rows where only some were looked at.
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../../src/core/data/csvSource';
import { profileAfter } from '../../../../src/core/recipe/session/profileAfter';
import type { ReadingInput } from '../../../../src/shared/schema/reading';
import type { DatasetProfile } from '../../../../src/shared/schema/profile';
import { recipeStepsSchema, type RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { csvFolder } from '../../data/tempCsv';

const csv = csvFolder();

async function profiled(
  text: string,
  steps: readonly RecipeStepInput[],
  reading?: ReadingInput,
): Promise<DatasetProfile> {
  const source = await openCsv(await csv.write(text), { reading });
  try {
    return await profileAfter({ source, steps: recipeStepsSchema.parse(steps) });
  } finally {
    source.close();
  }
}

describe('the profile after a recipe', () => {
  it('is of the columns and rows that the steps leave', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i < 6 ? '' : i},${'rgb'[i % 3]},2024-01-${10 + (i % 20)}`,
    );
    const profile = await profiled(['x,kind,when', ...rows].join('\n'), [
      { step: 'dropMissing', columns: ['x'] },
      { step: 'oneHot', columns: ['kind'] },
      { step: 'parseDate', columns: ['when'] },
    ]);
    expect(profile.rows).toBe(54);
    expect(profile.columns.map(({ name, type }) => [name, type])).toEqual([
      ['x', 'number'],
      ['kind=b', expect.stringMatching(/boolean|number/)],
      ['kind=g', expect.stringMatching(/boolean|number/)],
      ['kind=r', expect.stringMatching(/boolean|number/)],
      ['when', 'datetime'],
    ]);
  });

  it('reads numbers that the file writes in its own way, and those that steps made', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i},25;${i}`);
    const { columns } = await profiled(
      ['a;b', ...rows].join('\n'),
      [{ step: 'minMaxScale', columns: ['b'] }],
      {
        decimal: ',',
      },
    );
    expect(columns.map(({ type, numeric }) => [type, numeric?.min, numeric?.max])).toEqual([
      ['number', 0.25, 29.25],
      ['number', expect.any(Number), expect.any(Number)],
    ]);
  });

  it('of a sample counts as if it were all rows', async () => {
    const rows = 150_000;
    const text = [
      'x,y',
      ...Array.from({ length: rows }, (_, i) => `${i % 10 === 0 ? '' : i % 1000},${i % 4}`),
    ].join('\n');
    const { rows: counted, columns } = await profiled(text, [
      { step: 'renameColumns', renames: [{ column: 'y', to: 'z' }] },
    ]);
    expect(counted).toBe(rows);
    const [x, z] = columns;
    // A tenth, in a sample of two thirds: sd sqrt(0.09 / 100,000) = 0.1 % of the rows.
    expect(Math.abs(x!.missing / rows - 0.1)).toBeLessThan(0.005);
    expect(z).toMatchObject({ name: 'z', missing: 0, rows });
    const total = z!.topValues!.reduce((sum, { count }) => sum + count, 0);
    expect(Math.abs(total - rows)).toBeLessThan(5);
  });
});
