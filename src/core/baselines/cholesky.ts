// Owns the solution of symmetric positive definite equations by Cholesky's factors, in float64.
import type { Pacer } from '../pacer';

/** A pivot below this share of its diagonal is rounding: the column says nothing that those before it do not. */
const PIVOT_NOISE = 1e-14;

/** @param matrix [size, size] row-major, of which the lower half is read, and becomes L with L L' = matrix */
export async function choleskyInPlace(matrix: Float64Array, size: number, pacer: Pacer): Promise<void> {
  for (let i = 0; i < size; i++) {
    const at = i * size;
    const diagonal = matrix[at + i] ?? 0;
    let pivot = diagonal;
    for (let j = 0; j < i; j++) {
      const other = j * size;
      let sum = matrix[at + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (matrix[at + k] ?? 0) * (matrix[other + k] ?? 0);
      const value = sum / (matrix[other + j] ?? 1);
      matrix[at + j] = value;
      pivot -= value * value;
    }
    // Infinite: the unknown of this column becomes 0.
    matrix[at + i] = pivot > PIVOT_NOISE * diagonal ? Math.sqrt(pivot) : Infinity;
    if (pacer.spend((i * i) / 2)) await pacer.rest();
  }
}

/** @param right [size, width] @returns [size, width] */
export function solveCholesky(
  factor: Float64Array,
  size: number,
  right: Float64Array,
  width: number,
): Float64Array {
  const solution = right.slice();
  for (let k = 0; k < width; k++) {
    for (let i = 0; i < size; i++) {
      let sum = solution[i * width + k] ?? 0;
      for (let j = 0; j < i; j++) sum -= (factor[i * size + j] ?? 0) * (solution[j * width + k] ?? 0);
      solution[i * width + k] = sum / (factor[i * size + i] ?? 1);
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = solution[i * width + k] ?? 0;
      for (let j = i + 1; j < size; j++) sum -= (factor[j * size + i] ?? 0) * (solution[j * width + k] ?? 0);
      solution[i * width + k] = sum / (factor[i * size + i] ?? 1);
    }
  }
  return solution;
}
