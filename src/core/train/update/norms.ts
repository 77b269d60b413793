// Owns the Euclidean norm over parts of a flat vector, without overflow or underflow for any finite numbers.
import type { FloatArray } from '../../model/parameterSlice';

/** Elements from `from` up to, not with, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

// Squares of numbers with a norm between these neither overflow nor lose digits.
const SMALLEST = 1e-140;
const LARGEST = 1e150;

/** sqrt(sum of squares) in float64. @returns NaN or Infinity exactly when a number is not finite, or the norm is beyond float64 */
export function norm(values: FloatArray, ranges: readonly Range[]): number {
  let sum = 0;
  for (const range of ranges) sum += sumOfSquares(values, range.from, range.to);
  const direct = Math.sqrt(sum);
  if (direct > SMALLEST && direct < LARGEST) return direct;
  return scaledNorm(values, ranges);
}

/** Four sums side by side: additions of one wait for each other. */
function sumOfSquares(values: FloatArray, from: number, to: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = from;
  for (; i + 3 < to; i += 4) {
    const p = values[i] ?? 0;
    const q = values[i + 1] ?? 0;
    const r = values[i + 2] ?? 0;
    const s = values[i + 3] ?? 0;
    a += p * p;
    b += q * q;
    c += r * r;
    d += s * s;
  }
  for (; i < to; i++) {
    const p = values[i] ?? 0;
    a += p * p;
  }
  return a + b + (c + d);
}

function scaledNorm(values: FloatArray, ranges: readonly Range[]): number {
  let largest = 0;
  for (const { from, to } of ranges) {
    for (let i = from; i < to; i++) {
      const size = Math.abs(values[i] ?? 0);
      // Also true for NaN, which then stays.
      if (!(size <= largest)) largest = size;
      if (Number.isNaN(largest)) return NaN;
    }
  }
  if (largest === 0 || largest === Infinity) return largest;
  let sum = 0;
  for (const { from, to } of ranges) {
    for (let i = from; i < to; i++) sum += ((values[i] ?? 0) / largest) ** 2;
  }
  return largest * Math.sqrt(sum);
}
