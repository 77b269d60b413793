// Owns intervals that come from a formula: of a share, and of a mean over few repeats.
import type { Interval } from '../../shared/schema/interval';
import { normalQuantile, studentQuantile } from './distributions';
import { meanOf, meanSquare } from './regression';

export const LEVEL = 0.95;

/**
 * Wilson's score interval of a share: within [0, 1], and with a width at 0 and 1.
 * @param count 0 to `total`; no total: NaN, from 0 to 1
 * @see Wilson 1927; scipy.stats.binomtest(...).proportion_ci(method='wilson')
 */
export function wilsonInterval(count: number, total: number, level = LEVEL): Interval {
  const facts = { level, method: 'wilson', resamples: 0 } as const;
  if (total === 0) return { value: NaN, low: 0, high: 1, ...facts };
  const share = count / total;
  const z = normalQuantile((1 + level) / 2);
  const perRow = (z * z) / total;
  const centre = (share + perRow / 2) / (1 + perRow);
  const half = (z * Math.sqrt((share * (1 - share)) / total + perRow / (4 * total))) / (1 + perRow);
  return {
    value: share,
    low: count === 0 ? 0 : Math.max(0, centre - half),
    high: count === total ? 1 : Math.min(1, centre + half),
    ...facts,
  };
}

/**
 * The mean over repeats (seeds) by Student's t. One repeat says nothing of the spread: all of the line.
 * @see scipy.stats.t.interval(level, n - 1, mean, sem)
 */
export function studentInterval(values: Float64Array, level = LEVEL): Interval {
  const value = meanOf(values);
  const facts = { value, level, method: 'studentT', resamples: 0 } as const;
  if (values.length < 2) return { ...facts, low: -Infinity, high: Infinity };
  const half = standardError(values) * studentQuantile((1 + level) / 2, values.length - 1);
  return { ...facts, low: value - half, high: value + half };
}

/** sd (ddof=1) / sqrt(n) */
export function standardError(values: Float64Array): number {
  const { mean, scale } = meanSquare(values, meanOf(values));
  return Math.sqrt(mean / (values.length - 1)) * scale;
}
