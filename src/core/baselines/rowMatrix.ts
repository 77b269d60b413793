// Owns rows times weights and back, for rows that are mostly zeros (one-hot, TF-IDF) and for rows that are not.
// Weights of a feature lie together: [features, width].
import type { Pacer } from '../pacer';

/** A row-major matrix, dense or without its zeros. */
export interface RowMatrix {
  readonly rows: number;
  readonly features: number;
  /** Values that a pass over all rows touches. */
  readonly stored: number;
  /** Where the values of row i begin; `rows + 1` of them. */
  readonly starts: Float64Array;
  /** The feature of each value; absent: every feature of every row, in order. */
  readonly indices?: Uint32Array | undefined;
  readonly values: Float32Array;
}

/** Above this share of values that are not zero the indices cost more than the zeros. */
const DENSE_FROM = 0.4;

export async function rowMatrix(
  x: Float32Array,
  rows: number,
  features: number,
  pacer: Pacer,
): Promise<RowMatrix> {
  let stored = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = row * features; i < (row + 1) * features; i++) if (x[i] !== 0) stored++;
    if (pacer.spend(features)) await pacer.rest();
  }
  const starts = new Float64Array(rows + 1);
  if (stored > DENSE_FROM * rows * features) {
    for (let row = 0; row <= rows; row++) starts[row] = row * features;
    return { rows, features, stored: rows * features, starts, values: x };
  }
  const indices = new Uint32Array(stored);
  const values = new Float32Array(stored);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < features; j++) {
      const value = x[row * features + j] ?? 0;
      if (value === 0) continue;
      indices[at] = j;
      values[at++] = value;
    }
    starts[row + 1] = at;
    if (pacer.spend(features)) await pacer.rest();
  }
  return { rows, features, stored, starts, indices, values };
}

/** target[target offset + k] = sum over features of value * weights[feature, k], for one row. */
export function rowProduct(
  matrix: RowMatrix,
  row: number,
  weights: Float64Array,
  width: number,
  target: Float64Array,
): void {
  const { starts, indices, values } = matrix;
  const start = starts[row] ?? 0;
  const end = starts[row + 1] ?? 0;
  if (width === 1) {
    let sum = 0;
    if (indices === undefined) {
      for (let i = start, j = 0; i < end; i++, j++) sum += (values[i] ?? 0) * (weights[j] ?? 0);
    } else {
      for (let i = start; i < end; i++) sum += (values[i] ?? 0) * (weights[indices[i] ?? 0] ?? 0);
    }
    target[0] = sum;
    return;
  }
  for (let k = 0; k < width; k++) target[k] = 0;
  for (let i = start; i < end; i++) {
    const value = values[i] ?? 0;
    if (value === 0) continue;
    const at = (indices === undefined ? i - start : (indices[i] ?? 0)) * width;
    for (let k = 0; k < width; k++) target[k] = (target[k] ?? 0) + value * (weights[at + k] ?? 0);
  }
}

/** sums[feature, k] += value * factors[k], for one row: the transpose of `rowProduct`. */
export function addRow(
  matrix: RowMatrix,
  row: number,
  factors: Float64Array,
  width: number,
  sums: Float64Array,
): void {
  const { starts, indices, values } = matrix;
  const start = starts[row] ?? 0;
  const end = starts[row + 1] ?? 0;
  if (width === 1) {
    const factor = factors[0] ?? 0;
    if (indices === undefined) {
      for (let i = start, j = 0; i < end; i++, j++) sums[j] = (sums[j] ?? 0) + (values[i] ?? 0) * factor;
    } else {
      for (let i = start; i < end; i++) {
        const j = indices[i] ?? 0;
        sums[j] = (sums[j] ?? 0) + (values[i] ?? 0) * factor;
      }
    }
    return;
  }
  for (let i = start; i < end; i++) {
    const value = values[i] ?? 0;
    if (value === 0) continue;
    const at = (indices === undefined ? i - start : (indices[i] ?? 0)) * width;
    for (let k = 0; k < width; k++) sums[at + k] = (sums[at + k] ?? 0) + value * (factors[k] ?? 0);
  }
}

/** sums[feature, k] += (value - mean)^2 * factors[k], for one row; of values that are not stored nothing is added. */
export function addSquares(
  { starts, indices, values }: RowMatrix,
  row: number,
  means: Float64Array,
  factors: Float64Array,
  sums: Float64Array,
): void {
  const width = factors.length;
  const start = starts[row] ?? 0;
  const end = starts[row + 1] ?? 0;
  for (let i = start; i < end; i++) {
    const j = indices === undefined ? i - start : (indices[i] ?? 0);
    const difference = (values[i] ?? 0) - (means[j] ?? 0);
    const square = difference * difference;
    for (let k = 0; k < width; k++) {
      const at = j * width + k;
      sums[at] = (sums[at] ?? 0) + square * (factors[k] ?? 0);
    }
  }
}

/** Mean and variance of each feature over the rows, by weight. */
export interface FeatureMoments {
  readonly means: Float64Array;
  readonly variances: Float64Array;
  /** Sum of the weights. */
  readonly total: number;
}

/** Two passes, so that a large mean costs no digits of the variance. */
export async function featureMoments(
  matrix: RowMatrix,
  weights: Float32Array | undefined,
  pacer: Pacer,
): Promise<FeatureMoments> {
  const { rows, features, starts, indices, values } = matrix;
  const means = new Float64Array(features);
  const variances = new Float64Array(features);
  const seen = new Float64Array(features);
  let total = 0;
  for (let row = 0; row < rows; row++) total += weights?.[row] ?? 1;
  for (let row = 0; row < rows; row++) {
    addRow(matrix, row, Float64Array.of((weights?.[row] ?? 1) / total), 1, means);
    if (pacer.spend(matrix.stored / rows)) await pacer.rest();
  }
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    const start = starts[row] ?? 0;
    const end = starts[row + 1] ?? 0;
    for (let i = start; i < end; i++) {
      const j = indices === undefined ? i - start : (indices[i] ?? 0);
      const difference = (values[i] ?? 0) - (means[j] ?? 0);
      variances[j] = (variances[j] ?? 0) + (difference * difference * weight) / total;
      seen[j] = (seen[j] ?? 0) + weight;
    }
    if (pacer.spend((2 * matrix.stored) / rows)) await pacer.rest();
  }
  // The zeros that are not stored.
  for (let j = 0; j < features; j++) {
    const mean = means[j] ?? 0;
    variances[j] = (variances[j] ?? 0) + (mean * mean * Math.max(0, total - (seen[j] ?? 0))) / total;
  }
  return { means, variances, total };
}
