// Owns linear regression with an L2 penalty: minimises sum(weight * (y - x w - b)^2) + penalty * |w|^2, b not penalised.
// Exact by Cholesky of the smaller of both normal equations, by conjugate gradients where both are large.
// @see sklearn.linear_model.Ridge
import { choleskyInPlace, solveCholesky } from './cholesky';
import type { LinearModel, LogisticRows } from './logistic';
import { Pacer, type Breather } from '../pacer';
import { addRow, rowProduct } from './rowMatrix';

export interface RidgeOptions extends Breather {
  readonly penalty: number;
  readonly isOver: () => boolean;
}

export interface FittedRidge {
  readonly model: LinearModel;
  readonly method: 'cholesky' | 'conjugateGradients';
  readonly iterations: number;
  readonly converged: boolean;
}

interface RidgeInput extends LogisticRows {
  /** [rows, outputs], centred. */
  readonly targets: Float64Array;
  readonly outputs: number;
  readonly penalty: number;
}

/** Multiply-adds that a direct solution may take: some 6 s. */
const MAX_DIRECT_OPERATIONS = 5e9;
/** A square matrix larger than this takes too much memory: 32 MB at 2,000. */
const MAX_DIRECT_SIZE = 2000;

/** @param y [rows, outputs] @param yMeans [outputs], by weight */
export async function fitRidge(
  rows: LogisticRows,
  y: Float32Array,
  yMeans: Float64Array,
  options: RidgeOptions,
): Promise<FittedRidge> {
  const outputs = yMeans.length;
  const targets = Float64Array.from(y, (value, i) => value - (yMeans[i % outputs] ?? 0));
  const input = { ...rows, targets, outputs, penalty: options.penalty };
  const { features, stored } = rows.matrix;
  const count = rows.matrix.rows;
  const perRow = stored / count;
  const isDirect = (size: number, operations: number): boolean =>
    size <= MAX_DIRECT_SIZE && operations + size ** 3 / 6 <= MAX_DIRECT_OPERATIONS;
  const primal = isDirect(features, (count * perRow * perRow) / 2);
  const dual = isDirect(count, count * count * Math.min(features, perRow + 1));
  if (primal && (features <= count || !dual)) {
    return direct(yMeans, rows, await solvePrimal(input, options));
  }
  if (dual) return direct(yMeans, rows, await solveDual(input, options));
  return conjugateGradients(input, yMeans, options);
}

function direct(yMeans: Float64Array, rows: LogisticRows, weights: Float64Array): FittedRidge {
  return { model: withIntercept(weights, yMeans, rows), method: 'cholesky', iterations: 0, converged: true };
}

function withIntercept(weights: Float64Array, yMeans: Float64Array, { moments }: LogisticRows): LinearModel {
  const outputs = yMeans.length;
  const intercept = yMeans.slice();
  for (let j = 0; j < moments.means.length; j++) {
    for (let k = 0; k < outputs; k++) {
      intercept[k] = (intercept[k] ?? 0) - (moments.means[j] ?? 0) * (weights[j * outputs + k] ?? 0);
    }
  }
  return { weights, intercept };
}

/** One row less the means, in full. */
function centredRow({ matrix, moments }: LogisticRows, row: number, target: Float64Array): void {
  for (let j = 0; j < matrix.features; j++) target[j] = -(moments.means[j] ?? 0);
  addRow(matrix, row, Float64Array.of(1), 1, target);
}

/** (X'X + penalty) w = X'y, of [features, features]. */
async function solvePrimal(input: RidgeInput, options: Breather): Promise<Float64Array> {
  const { matrix, weights, targets, outputs, penalty } = input;
  const size = matrix.features;
  const pacer = new Pacer(options);
  const gram = await (matrix.indices === undefined ? denseGram(input, pacer) : sparseGram(input, pacer));
  for (let j = 0; j < size; j++) gram[j * size + j] = (gram[j * size + j] ?? 0) + penalty;
  const right = new Float64Array(size * outputs);
  const centred = new Float64Array(size);
  for (let row = 0; row < matrix.rows; row++) {
    centredRow(input, row, centred);
    const weight = weights?.[row] ?? 1;
    for (let j = 0, i = 0; j < size; j++) {
      const value = weight * (centred[j] ?? 0);
      for (let k = 0; k < outputs; k++, i++) {
        right[i] = (right[i] ?? 0) + value * (targets[row * outputs + k] ?? 0);
      }
    }
    if (pacer.spend(2 * size * (outputs + 2))) await pacer.rest();
  }
  await choleskyInPlace(gram, size, pacer);
  return solveCholesky(gram, size, right, outputs);
}

/** Lower half of the sum of the outer products of centred rows. */
async function denseGram(input: RidgeInput, pacer: Pacer): Promise<Float64Array> {
  const { matrix, weights } = input;
  const size = matrix.features;
  const gram = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let row = 0; row < matrix.rows; row++) {
    centredRow(input, row, centred);
    const weight = weights?.[row] ?? 1;
    for (let i = 0; i < size; i++) {
      const value = weight * (centred[i] ?? 0);
      const at = i * size;
      for (let j = 0; j <= i; j++) gram[at + j] = (gram[at + j] ?? 0) + value * (centred[j] ?? 0);
    }
    if (pacer.spend((size * size) / 2)) await pacer.rest();
  }
  return gram;
}

/** The same from the values that are not 0: X'X less total * mean * mean'. */
async function sparseGram(input: RidgeInput, pacer: Pacer): Promise<Float64Array> {
  const { matrix, moments, weights } = input;
  const { starts, values, indices, features: size } = matrix;
  const gram = new Float64Array(size * size);
  for (let row = 0; row < matrix.rows; row++) {
    const start = starts[row] ?? 0;
    const end = starts[row + 1] ?? 0;
    for (let a = start; a < end; a++) {
      const at = (indices?.[a] ?? 0) * size;
      const value = (values[a] ?? 0) * (weights?.[row] ?? 1);
      for (let b = start; b <= a; b++) {
        const j = indices?.[b] ?? 0;
        gram[at + j] = (gram[at + j] ?? 0) + value * (values[b] ?? 0);
      }
    }
    if (pacer.spend(((end - start) * (end - start)) / 2)) await pacer.rest();
  }
  for (let i = 0; i < size; i++) {
    const factor = moments.total * (moments.means[i] ?? 0);
    for (let j = 0; j <= i; j++) {
      gram[i * size + j] = (gram[i * size + j] ?? 0) - factor * (moments.means[j] ?? 0);
    }
  }
  return gram;
}

/** w = X' a with (XX' + penalty) a = y, of [rows, rows]; rows scaled by the root of their weight. */
async function solveDual(input: RidgeInput, options: Breather): Promise<Float64Array> {
  const { matrix, weights, targets, outputs, penalty } = input;
  const { rows: size, features } = matrix;
  const pacer = new Pacer(options);
  const scaled = new Float64Array(size * features);
  const right = new Float64Array(size * outputs);
  for (let row = 0; row < size; row++) {
    const root = Math.sqrt(weights?.[row] ?? 1);
    const line = scaled.subarray(row * features, (row + 1) * features);
    centredRow(input, row, line);
    for (let j = 0; j < features; j++) line[j] = root * (line[j] ?? 0);
    for (let k = 0; k < outputs; k++) right[row * outputs + k] = root * (targets[row * outputs + k] ?? 0);
  }
  const gram = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = a === b ? penalty : 0;
      for (let i = a * features, j = b * features; i < (a + 1) * features; i++, j++) {
        sum += (scaled[i] ?? 0) * (scaled[j] ?? 0);
      }
      gram[a * size + b] = sum;
    }
    if (pacer.spend((a + 1) * features)) await pacer.rest();
  }
  await choleskyInPlace(gram, size, pacer);
  const dual = solveCholesky(gram, size, right, outputs);
  const result = new Float64Array(features * outputs);
  for (let row = 0; row < size; row++) {
    for (let j = 0; j < features; j++) {
      for (let k = 0; k < outputs; k++) {
        const i = j * outputs + k;
        result[i] = (result[i] ?? 0) + (scaled[row * features + j] ?? 0) * (dual[row * outputs + k] ?? 0);
      }
    }
  }
  return result;
}

/** Relative size of what is left of the right side. */
const CG_TOLERANCE = 1e-10;
const CG_MAX_ITERATIONS = 1000;

/** Of the normal equations, preconditioned by their diagonal; an output at a time. */
async function conjugateGradients(
  input: RidgeInput,
  yMeans: Float64Array,
  options: RidgeOptions,
): Promise<FittedRidge> {
  const { matrix, outputs } = input;
  const weights = new Float64Array(matrix.features * outputs);
  let iterations = 0;
  let converged = true;
  for (let k = 0; k < outputs; k++) {
    const found = await solveOutput(input, k, options);
    iterations = Math.max(iterations, found.iterations);
    converged &&= found.converged;
    for (let j = 0; j < matrix.features; j++) weights[j * outputs + k] = found.solution[j] ?? 0;
  }
  return {
    model: withIntercept(weights, yMeans, input),
    method: 'conjugateGradients',
    iterations,
    converged,
  };
}

async function solveOutput(
  input: RidgeInput,
  output: number,
  options: RidgeOptions,
): Promise<{ solution: Float64Array; iterations: number; converged: boolean }> {
  const { matrix, moments, penalty } = input;
  const size = matrix.features;
  const pacer = new Pacer(options);
  const inverse = moments.variances.map((variance) => 1 / (variance * moments.total + penalty));
  const solution = new Float64Array(size);
  const residual = await rightSide(input, output, pacer);
  const limit = CG_TOLERANCE * Math.sqrt(preconditioned(residual, inverse));
  const direction = residual.map((value, j) => value * (inverse[j] ?? 0));
  const image = new Float64Array(size);
  let size2 = preconditioned(residual, inverse);
  for (let iteration = 0; ; iteration++) {
    const converged = Math.sqrt(size2) <= limit;
    if (converged || iteration === CG_MAX_ITERATIONS || options.isOver()) {
      return { solution, iterations: iteration, converged };
    }
    await normalProduct(input, direction, image, pacer);
    let curvature = 0;
    for (let j = 0; j < size; j++) curvature += (direction[j] ?? 0) * (image[j] ?? 0);
    const step = size2 / curvature;
    for (let j = 0; j < size; j++) {
      solution[j] = (solution[j] ?? 0) + step * (direction[j] ?? 0);
      residual[j] = (residual[j] ?? 0) - step * (image[j] ?? 0);
    }
    const next = preconditioned(residual, inverse);
    const keep = next / size2;
    for (let j = 0; j < size; j++) {
      direction[j] = (residual[j] ?? 0) * (inverse[j] ?? 0) + keep * (direction[j] ?? 0);
    }
    size2 = next;
  }
}

function preconditioned(values: Float64Array, inverse: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < values.length; j++) sum += (values[j] ?? 0) ** 2 * (inverse[j] ?? 0);
  return sum;
}

/** X'y of centred rows; since y is centred too, the means of X drop out. */
async function rightSide(
  { matrix, weights, targets, outputs }: RidgeInput,
  output: number,
  pacer: Pacer,
): Promise<Float64Array> {
  const sums = new Float64Array(matrix.features);
  const factor = new Float64Array(1);
  for (let row = 0; row < matrix.rows; row++) {
    factor[0] = (targets[row * outputs + output] ?? 0) * (weights?.[row] ?? 1);
    addRow(matrix, row, factor, 1, sums);
    if (pacer.spend(matrix.stored / matrix.rows)) await pacer.rest();
  }
  return sums;
}

/** (X'X + penalty) * direction of centred rows. */
async function normalProduct(
  { matrix, moments, weights, penalty }: RidgeInput,
  direction: Float64Array,
  image: Float64Array,
  pacer: Pacer,
): Promise<void> {
  let shift = 0;
  for (let j = 0; j < direction.length; j++) shift += (moments.means[j] ?? 0) * (direction[j] ?? 0);
  image.fill(0);
  const factor = new Float64Array(1);
  let total = 0;
  for (let row = 0; row < matrix.rows; row++) {
    rowProduct(matrix, row, direction, 1, factor);
    const value = ((factor[0] ?? 0) - shift) * (weights?.[row] ?? 1);
    total += value;
    factor[0] = value;
    addRow(matrix, row, factor, 1, image);
    if (pacer.spend((2 * matrix.stored) / matrix.rows)) await pacer.rest();
  }
  for (let j = 0; j < direction.length; j++) {
    image[j] = (image[j] ?? 0) - total * (moments.means[j] ?? 0) + penalty * (direction[j] ?? 0);
  }
}
