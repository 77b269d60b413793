// Owns the few statistics that are fitted. Float64, two passes, deterministic: the same values give the same bits.

/** Finite values only. */
export function presentOf(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value));
}

/** @param values not empty */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  // A sum beyond 1.8e308: take the mean step by step.
  if (!Number.isFinite(sum)) {
    let mean = 0;
    for (const [i, value] of values.entries()) mean += value / (i + 1) - mean / (i + 1);
    return mean;
  }
  // Second pass: adds back what rounding lost.
  const mean = sum / values.length;
  let rest = 0;
  for (const value of values) rest += value - mean;
  return mean + rest / values.length;
}

/** ddof=0, as scikit-learn's StandardScaler. */
export function populationSd(values: Float64Array, mean: number): number {
  let scale = 0;
  for (const value of values) scale = Math.max(scale, Math.abs(value - mean));
  if (scale === 0) return 0;
  // Scaled by the largest distance, so that squares neither overflow nor vanish.
  let squares = 0;
  for (const value of values) squares += ((value - mean) / scale) ** 2;
  return scale * Math.sqrt(squares / values.length);
}

/** @param values not empty @see numpy.median */
export function medianOf(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1] ?? NaN) / 2 + upper / 2;
}

/** Below this, float64 has lost its last bits: the smallest normal number over the machine epsilon. */
const SMALLEST_EXACT = 2.2250738585072014e-308 / Number.EPSILON;

/** A spread that is only rounding noise counts as none. @see sklearn.preprocessing._data._is_constant_feature */
export function isNegligible(sd: number, mean: number, count: number): boolean {
  if (sd < SMALLEST_EXACT) return true;
  const noise = count * Number.EPSILON;
  // sd^2 <= noise * sd^2 + (noise * mean)^2, without squares that overflow.
  return sd <= (noise * Math.abs(mean)) / Math.sqrt(Math.max(Number.EPSILON, 1 - noise));
}
