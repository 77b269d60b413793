// Filtering rows by a condition.
import { describe, expect, it } from 'vitest';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { runRecipe, type Cell } from '../../../support/recipe';

const CSV = 'age,country\n17,DE\n18,DE\n40,FR\n,DE\nold,DE\n';

async function ages(condition: string, keep?: 'matching' | 'others'): Promise<readonly Cell[] | undefined> {
  const step = { step: 'filterRows' as const, condition, ...(keep === undefined ? {} : { keep }) };
  return (await runRecipe(CSV, [step])).values['age'];
}

describe('filterRows', () => {
  it('keeps the rows for which a condition holds, or all others', async () => {
    const condition = 'age >= 18 and country = "DE"';
    expect(await ages(condition)).toEqual(['18']);
    // Where age is missing nobody can say.
    expect(await ages(condition, 'others')).toEqual(['17', '40', null, 'old']);
    expect(await ages('age is missing')).toEqual([null]);
  });

  it('takes numbers and yes and no for conditions', async () => {
    expect(await ages('age - 18')).toEqual(['17', '40']);
    const csv = 'ok,n\nyes,1\nno,2\n?,3\n';
    const { values, rid } = await runRecipe(csv, [{ step: 'filterRows', condition: 'ok' }]);
    expect([values['n'], rid]).toEqual([['1'], [0]]);
  });

  it('refuses what is no condition', async () => {
    const steps: RecipeStepInput[] = [
      { step: 'parseDate', columns: ['d'] },
      { step: 'filterRows', condition: 'd' },
    ];
    await expect(runRecipe('d\n2020-01-01\n', steps)).rejects.toMatchObject({
      code: 'recipe.expression',
      message: 'Recipe step 2 (filterRows): Expected a condition, found a date.',
    });
    await expect(ages('matches(country, "[")')).rejects.toMatchObject({ code: 'recipe.expression' });
  });

  it('may leave no row', async () => {
    expect(await ages('false')).toEqual([]);
  });
});
