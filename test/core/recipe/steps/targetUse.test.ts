// What a step takes from the target is refused where it would tell each row its own, and said where a new column is made.
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../src/shared/schema/experiment';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { runRecipe } from '../../../support/recipe';

const CSV = 'a,b,y\n1,u,3\n,v,5\n3,u,7\n4,v,9\n';
const target: Target = { column: 'y', task: 'regression' };

describe('a step that would tell a row its own target', () => {
  it.each<RecipeStepInput>([
    { step: 'knnImpute', columns: ['a', 'y'] },
    { step: 'fillMissing', columns: ['a'], with: 'mean', groupBy: ['y'] },
    { step: 'fillMissing', columns: ['a'], with: 'mode', groupBy: ['b', 'y'] },
    { step: 'fillMissing', columns: ['a'], with: 'forward', groupBy: ['y'] },
    { step: 'lag', columns: ['a'], orderBy: 'y' },
    { step: 'lag', columns: ['a'], groupBy: ['y'] },
    { step: 'rolling', columns: ['y'], window: 2, includeCurrent: true },
    { step: 'rolling', columns: ['a'], window: 2, groupBy: ['y'] },
  ])('$step is refused', async (step) => {
    await expect(runRecipe(CSV, [step], { target })).rejects.toThrow('"y" is the target');
    await expect(runRecipe(CSV, [step])).resolves.toBeDefined();
  });

  it.each<RecipeStepInput>([
    { step: 'lag', columns: ['y'] },
    { step: 'rolling', columns: ['y'], window: 2 },
    { step: 'fillMissing', columns: ['a'], with: 'mean', groupBy: ['b'] },
    { step: 'standardise', columns: ['y'] },
  ])('$step of earlier rows, or of the target in its place, is not', async (step) => {
    expect((await runRecipe(CSV, [step], { target })).issues).toEqual([]);
  });
});

describe('a new column made of the target', () => {
  it.each<readonly [string, RecipeStepInput]>([
    ['z', { step: 'computeColumn', name: 'z', expression: 'if(a > 1, y, 0)' }],
    ['z', { step: 'joinColumns', columns: ['b', 'y'], name: 'z', keep: true }],
    ['p, q', { step: 'splitColumn', column: 'y', separator: '.', into: ['p', 'q'], keep: true }],
    ['z', { step: 'extractText', column: 'y', pattern: '\\d', name: 'z' }],
    [
      'm',
      {
        step: 'groupAggregate',
        by: ['b'],
        aggregates: [
          { column: 'y', function: 'first', name: 'y' },
          { column: 'y', function: 'mean', name: 'm' },
        ],
      },
    ],
  ])('%s is said to give it away', async (column, step) => {
    const { issues, steps } = await runRecipe(CSV, [step], { target });
    expect(issues).toEqual([expect.objectContaining({ code: 'recipe.targetUsed', column })]);
    expect((await runRecipe(CSV, [step])).issues).toEqual([]);
    expect((await runRecipe(CSV, [], { target, fitted: steps })).issues).toEqual([]);
  });
});

describe('target encoding behind rows that were made', () => {
  const rows = `c,y\n${Array.from({ length: 30 }, (_, i) => `c${i},${i < 5 ? 'yes' : 'no'}`).join('\n')}\n`;
  const binary: Target = { column: 'y', task: 'binary' };
  const encode: RecipeStepInput = { step: 'targetEncode', columns: ['c'] };

  it('says that copies may tell a row its own target', async () => {
    const after = await runRecipe(rows, [{ step: 'oversample' }, encode], { target: binary });
    expect(after.issues).toEqual([expect.objectContaining({ code: 'recipe.madeBefore', count: 20 })]);
    const before = await runRecipe(rows, [encode, { step: 'oversample' }], { target: binary });
    expect(before.issues).toEqual([]);
  });
});
