import { describe, expect, it } from 'vitest';
import { minimise, minimiseBounded, type Objective } from '../../../../src/core/recipe/steps/minimise';

/** Keeps where it was asked. */
function watched(of: (x: number) => number): { readonly objective: Objective; readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    objective: (x) => {
      asked.push(x);
      return Promise.resolve(of(x));
    },
  };
}

const quartic = (x: number): number => (x - 1.7) ** 4 + 0.3 * (x + 2) ** 2;
/** Its minimum lies far from where the search starts. */
const far = (x: number): number => Math.exp(x / 50) + Math.exp(-(x - 90) / 9);

// Answers, questions and first places asked of scipy 1.17.1.
describe('the search for a minimum', () => {
  it('goes the way of scipy.optimize.fminbound within bounds', async () => {
    const { objective, asked } = watched(quartic);
    expect(await minimiseBounded(objective, -3, 5)).toBeCloseTo(0.9389264015993142, 12);
    expect(asked).toHaveLength(15);
    const first = [0.05572809000084078, 1.9442719099991583, 3.111456180001682, 1.3862505592085512];
    first.forEach((place, i) => expect(asked[i]).toBeCloseTo(place, 12));
  });

  it('goes the way of scipy.optimize.brent from two points', async () => {
    const near = watched(quartic);
    expect(await minimise(near.objective, -2, 2)).toBeCloseTo(0.9389263997086754, 12);
    expect(near.asked).toHaveLength(17);
    const distant = watched(far);
    expect(await minimise(distant.objective, -2, 2)).toBeCloseTo(89.35015751290437, 7);
    expect(distant.asked).toHaveLength(31);
    const first = [-2, 2, 8.472135999999999, 12.074227984744937, 17.90253528718973, 22.019579183620582];
    first.forEach((place, i) => expect(distant.asked[i]).toBeCloseTo(place, 9));
  });

  it('ends where there is no minimum', async () => {
    expect(Number.isFinite(await minimiseBounded(() => Promise.resolve(NaN), 0, 1))).toBe(true);
    expect(await minimiseBounded((x) => Promise.resolve(x), 0, 1)).toBeCloseTo(0, 5);
    await minimise((x) => Promise.resolve(-x), -2, 2);
  });
});
