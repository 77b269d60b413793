// Rows to predict lack the target, and what a recipe makes it from.
import { describe, expect, it } from 'vitest';
import { targetSources } from '../../../src/core/recipe/targetSources';
import type { Target } from '../../../src/shared/schema/experiment';
import { recipeStepsSchema, type RecipeStepInput } from '../../../src/shared/schema/recipeSteps';
import { runRecipe } from '../../support/recipe';

const csv = 'a,b,y\n1,x,10\n2,y,20\n3,x,30\n,y,40\n';
const newRows = 'a,b\n5,x\n,y\n';

/** What new rows become with a recipe that was fitted on rows with a target. */
async function predicted(steps: readonly RecipeStepInput[], target: Target, rows = newRows) {
  const { steps: fitted } = await runRecipe(csv, steps, { target });
  return runRecipe(rows, [], { target, fitted });
}

describe('new rows', () => {
  it('need no column that the recipe renames to the target', async () => {
    const steps: RecipeStepInput[] = [
      { step: 'renameColumns', renames: [{ column: 'y', to: 'z' }] },
      { step: 'fillMissing', columns: ['a'], with: 'mean' },
    ];
    const { values } = await predicted(steps, { column: 'z', task: 'regression' });
    expect(values).toEqual({ a: [5, 2], b: ['x', 'y'], z: [null, null] });
  });

  it('need no column that the recipe computes the target from', async () => {
    const steps: RecipeStepInput[] = [
      { step: 'computeColumn', name: 'ly', expression: 'ln(y)' },
      { step: 'dropColumns', columns: ['y'] },
    ];
    const { values } = await predicted(steps, { column: 'ly', task: 'regression' });
    expect(values).toEqual({ a: ['5', null], b: ['x', 'y'], ly: [null, null] });
  });

  it('are not left out by what would be asked of the target under another name', async () => {
    const steps: RecipeStepInput[] = [
      { step: 'filterRows', condition: 'y > 5' },
      { step: 'dropMissing', columns: ['y'] },
      { step: 'renameColumns', renames: [{ column: 'y', to: 'z' }] },
    ];
    const { values } = await predicted(steps, { column: 'z', task: 'regression' });
    expect(values['a']).toEqual(['5', null]);
  });

  it('are filtered by a column that they have, although the target is made from it too', async () => {
    const steps: RecipeStepInput[] = [
      { step: 'filterRows', condition: 'a < 100' },
      { step: 'computeColumn', name: 'z', expression: 'y / a' },
    ];
    const { values } = await predicted(steps, { column: 'z', task: 'regression' }, 'a,b\n5,x\n500,y\n');
    expect(values['a']).toEqual(['5']);
  });
});

describe('the sources of a target', () => {
  const before = (steps: readonly RecipeStepInput[], target: string): string[] => [
    ...targetSources(recipeStepsSchema.parse(steps), target)[0]!,
  ];

  it('are followed through names that change places, parts and joins', () => {
    expect(
      before(
        [
          {
            step: 'renameColumns',
            renames: [
              { column: 'a', to: 'b' },
              { column: 'b', to: 'a' },
            ],
          },
        ],
        'a',
      ),
    ).toEqual(['b']);
    expect(before([{ step: 'splitColumn', column: 'c', separator: '-', into: ['d', 'e'] }], 'e')).toEqual([
      'c',
    ]);
    expect(before([{ step: 'joinColumns', columns: ['d', 'e'], name: 'c' }], 'c')).toEqual(['d', 'e']);
    expect(before([{ step: 'computeColumn', name: 'c', expression: 'd + 1' }], 'x')).toEqual(['x']);
  });
});
