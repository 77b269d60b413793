import { describe, expect, it } from 'vitest';
import { compareRepeats, meanOfRepeats } from '../../../src/core/evaluate/repeats';

const A = Float64Array.of(0.8, 0.82, 0.79, 0.83, 0.81);
const B = Float64Array.of(0.78, 0.81, 0.79, 0.8, 0.8);

describe('repeats', () => {
  it('of seeds have the mean and Student interval of scipy 1.17.1', () => {
    // scipy.stats.t.interval(0.95, 4, mean(A), sem(A))
    const { value, low, high } = meanOfRepeats(A, { kind: 'seeds' });
    expect(value).toBeCloseTo(0.81, 12);
    // sd = sqrt(0.001 / 4), t(0.975, 4) = 2.7764451051977987
    const half = (2.7764451051977987 * Math.sqrt(0.001 / 4)) / Math.sqrt(5);
    expect([low, high]).toEqual([expect.closeTo(0.81 - half, 12), expect.closeTo(0.81 + half, 12)]);
  });

  it('of folds are less sure, since their train rows overlap', () => {
    const folds = { kind: 'folds', trainRows: 400, heldOutRows: 100 } as const;
    const seeds = meanOfRepeats(A, { kind: 'seeds' });
    const found = meanOfRepeats(A, folds);
    // Variance of the mean: (1 / 5 + 100 / 400) s^2 instead of s^2 / 5.
    expect((found.high - found.low) / (seeds.high - seeds.low)).toBeCloseTo(
      Math.sqrt((0.2 + 0.25) / 0.2),
      10,
    );
    expect(compareRepeats(A, B, folds).pValue).toBeGreaterThan(
      compareRepeats(A, B, { kind: 'seeds' }).pValue,
    );
  });

  it('that do not differ say so', () => {
    const { statistic, pValue } = compareRepeats(A, A, { kind: 'seeds' });
    expect([statistic, pValue]).toEqual([0, 1]);
  });
});
