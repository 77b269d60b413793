// Owns quantiles as numpy computes them by default: linear between the two nearest values, rounded the same way.

/**
 * @param sorted ascending, no NaN
 * @param q of 0 to 1
 * @returns NaN for no values
 * @see numpy.quantile, method='linear'
 */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  if (low === high) return low;
  const share = at - below;
  // Two forms, as numpy: exact at either end.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}
