import { describe, expect, it } from 'vitest';
import { runRecipe } from '../../../support/recipe';

describe('standardise', () => {
  it('learns mean and population sd from train rows and scales all rows', async () => {
    const csv = 'x,y\n1,a\n3,b\n100,c\n';
    const { values, steps } = await runRecipe(csv, [{ step: 'standardise', columns: ['x'] }], {
      parts: [0, 0, 2],
    });
    // mean 2, sd 1 of the first two
    expect(values['x']).toEqual([-1, 1, 98]);
    expect(steps[0]?.fit).toEqual({ rows: 2, state: [{ column: 'x', offset: 2, divisor: 1 }] });
    const { values: later } = await runRecipe('x,y\n5,z\n', [], { fitted: steps });
    expect(later['x']).toEqual([3]);
  });
});
