// Owns quantiles as numpy computes them by default: linear between the two nearest values, rounded the same way; and
// bins between edges.

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
  const width = high - low;
  if (!Number.isFinite(width)) return share === 0 ? low : low * (1 - share) + high * share;
  // Two forms, as numpy: exact at either end.
  return share < 0.5 ? low + width * share : high - width * (1 - share);
}

/** How many of the ascending edges are below the value: a bin holds its upper edge. @see numpy.searchsorted, side='left' */
export function binOf(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
