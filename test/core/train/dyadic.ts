// Owns the parameters of the stored references: the same numbers as bench/reference/networks.py makes, exact in float32.
import type { ParameterSlice } from '../../../src/core/model/parameterSlice';

/** Multiples of 2^-15 in [-1, 1) of a linear congruential generator. */
export function dyadicStream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return (state >>> 16) / 32768 - 1;
  };
}

/** Scales and variances of 0.5 .. 1.5, all else of -0.5 .. 0.5. */
export function dyadicParameters(slices: readonly ParameterSlice[], seed: number): Float64Array {
  const next = dyadicStream(seed);
  return Float64Array.from(
    slices.flatMap(({ name, size }) => {
      const centre = name.endsWith('/gamma') || name.endsWith('/movingVariance') ? 1 : 0;
      return Array.from({ length: size }, () => centre + next() / 2);
    }),
  );
}

/** The largest |found - expected| as a share of the largest |expected|, or of `unit` where all are smaller. */
export function shareOfLargest(found: ArrayLike<number>, expected: ArrayLike<number>, unit = 1e-3): number {
  let largest = unit;
  let worst = found.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? NaN;
    largest = Math.max(largest, Math.abs(value));
    const error = Math.abs((found[i] ?? NaN) - value);
    if (!(error <= worst)) worst = error;
  }
  return worst / largest;
}
