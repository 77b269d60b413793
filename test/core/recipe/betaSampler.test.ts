// Draws from a symmetric Beta distribution, against distribution functions that have a closed form.
import { describe, expect, it } from 'vitest';
import { nextBeta } from '../../../src/core/recipe/betaSampler';
import { randomStream } from '../../../src/shared/random';

const N = 20_000;
function draws(alpha: number): number[] {
  const stream = randomStream(7, 'beta');
  return Array.from({ length: N }, () => nextBeta(alpha, stream)).sort((a, b) => a - b);
}

describe('nextBeta', () => {
  it.each([
    { alpha: 0.5, cdf: (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x)) },
    { alpha: 1, cdf: (x: number) => x },
    { alpha: 2, cdf: (x: number) => 3 * x ** 2 - 2 * x ** 3 },
    { alpha: 3, cdf: (x: number) => 10 * x ** 3 - 15 * x ** 4 + 6 * x ** 5 },
  ])('passes Kolmogorov-Smirnov for alpha $alpha', ({ alpha, cdf }) => {
    let largest = 0;
    for (const [i, x] of draws(alpha).entries()) {
      largest = Math.max(largest, Math.abs(cdf(x) - i / N), Math.abs(cdf(x) - (i + 1) / N));
    }
    // p = 0.001
    expect(largest).toBeLessThan(1.95 / Math.sqrt(N));
  });

  it.each([0.2, 0.4, 5, 10])('has the mean and variance of Beta(%s, same)', (alpha) => {
    const values = draws(alpha);
    const mean = values.reduce((sum, x) => sum + x, 0) / N;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / N;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
    // 1 / (4 (2 alpha + 1))
    expect(variance * 4 * (2 * alpha + 1)).toBeGreaterThan(0.95);
    expect(variance * 4 * (2 * alpha + 1)).toBeLessThan(1.05);
  });

  it('stays a number for the smallest alpha: nearly always 0 or 1', () => {
    const values = draws(1e-4);
    expect(values.every((x) => x >= 0 && x <= 1)).toBe(true);
    expect(values.filter((x) => x > 0.001 && x < 0.999).length).toBeLessThan(N / 100);
  });
});
