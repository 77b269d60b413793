// Owns what is left over by a regression: how residuals are spread, and intervals about a prediction that hold what
// they promise for rows like the calibration rows (split conformal prediction).
import { quantileOfSorted } from './percentiles';
import { meanOf, meanSquare } from './regression';

export interface ResidualSummary {
  readonly rows: number;
  readonly mean: number;
  /** ddof=1; NaN for one row. */
  readonly sd: number;
  /** Fisher's g1, biased, as scipy.stats.skew; NaN when all are equal. */
  readonly skew: number;
  readonly min: number;
  readonly max: number;
  /** 5, 25, 50, 75 and 95 %. @see numpy.quantile */
  readonly quantiles: Readonly<Record<'q05' | 'q25' | 'q50' | 'q75' | 'q95', number>>;
}

/** @param residuals predicted - actual, one a row; all NaN when one is */
export function residualSummary(residuals: Float64Array): ResidualSummary {
  const sorted = residuals.some(Number.isNaN) ? new Float64Array(0) : residuals.slice().sort();
  const n = sorted.length;
  const mean = meanOf(sorted);
  const variance = meanSquare(sorted, mean);
  const sd = Math.sqrt(variance.mean) * variance.scale;
  let cubes = 0;
  for (const value of sorted) cubes += ((value - mean) / sd) ** 3;
  return {
    rows: residuals.length,
    mean,
    sd: n > 1 ? sd * Math.sqrt(n / (n - 1)) : NaN,
    skew: sd === 0 ? NaN : cubes / n,
    min: sorted[0] ?? NaN,
    max: sorted[n - 1] ?? NaN,
    quantiles: {
      q05: quantileOfSorted(sorted, 0.05),
      q25: quantileOfSorted(sorted, 0.25),
      q50: quantileOfSorted(sorted, 0.5),
      q75: quantileOfSorted(sorted, 0.75),
      q95: quantileOfSorted(sorted, 0.95),
    },
  };
}

/**
 * Half the width of an interval about a prediction that holds a new row's value with the probability `coverage`,
 * whatever the model, when that row and the calibration rows are exchangeable: the k-th smallest |residual| with
 * k = ceil((n + 1) coverage).
 * @param residuals of rows that the model was not fitted on
 * @returns Infinity when there are too few rows for such a promise, or a residual is NaN
 * @see Lei, G'Sell, Rinaldo, Tibshirani & Wasserman 2018, alg. 2
 */
export function conformalHalfWidth(residuals: Float64Array, coverage: number): number {
  const sorted = residuals.map(Math.abs).sort();
  // What 20 * 0.95 is too much by must not cost a rank.
  const rank = Math.ceil((sorted.length + 1) * coverage - 1e-9);
  const halfWidth = rank > sorted.length ? Infinity : (sorted[Math.max(rank, 1) - 1] ?? Infinity);
  return Number.isNaN(sorted[sorted.length - 1]) ? Infinity : halfWidth;
}

/** Share of other rows whose value is within the half width; NaN for no rows. */
export function empiricalCoverage(residuals: Float64Array, halfWidth: number): number {
  let inside = 0;
  for (const value of residuals) if (Math.abs(value) <= halfWidth) inside++;
  return inside / residuals.length;
}
