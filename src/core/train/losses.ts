// Owns the losses: value and gradient from raw outputs (logits), in float64 and stable for any finite logit.
// Plain JavaScript: a batch's outputs are few beside its matrix products, and every engine shares the figures.
import type { LossName } from '../../shared/schema/training';

export interface LossInput {
  readonly loss: LossName;
  /** [rows, width] raw outputs, row-major. */
  readonly outputs: Float32Array;
  /** [rows, width], as encoded. */
  readonly y: Float32Array;
  readonly rows: number;
  readonly width: number;
  /** [rows]; the loss is sum(weight * loss of row) / rows, as Keras' sum_over_batch_size. Absent: all 1. */
  readonly weights?: Float32Array | undefined;
}

/** log(1 + exp(z)) without overflow. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** log(sum(exp)) of one row of logits. */
function logSumExp(outputs: Float32Array, offset: number, width: number): number {
  let max = -Infinity;
  for (let j = 0; j < width; j++) max = Math.max(max, outputs[offset + j] ?? 0);
  let sum = 0;
  for (let j = 0; j < width; j++) sum += Math.exp((outputs[offset + j] ?? 0) - max);
  return max + Math.log(sum);
}

/**
 * @param gradient [rows, width], filled with d loss / d outputs; absent: only the value
 * @returns the weighted mean over the rows; NaN or infinite outputs give a non-finite value
 */
export function lossOf(input: LossInput, gradient?: Float32Array): number {
  switch (input.loss) {
    case 'categoricalCrossEntropy':
      return categoricalCrossEntropy(input, gradient);
    case 'binaryCrossEntropy':
      return elementwise(
        input,
        // -(y log s + (1 - y) log(1 - s)) with s = sigmoid(z)
        (z, y) => softplus(z) - y * z,
        (z, y) => sigmoid(z) - y,
        gradient,
      );
    case 'meanSquaredError':
      return elementwise(
        input,
        (z, y) => (z - y) * (z - y),
        (z, y) => 2 * (z - y),
        gradient,
      );
    case 'meanAbsoluteError':
      return elementwise(
        input,
        (z, y) => Math.abs(z - y),
        (z, y) => Math.sign(z - y),
        gradient,
      );
  }
}

function elementwise(
  { outputs, y, rows, width, weights }: LossInput,
  value: (z: number, y: number) => number,
  slope: (z: number, y: number) => number,
  gradient?: Float32Array,
): number {
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    for (let i = row * width; i < (row + 1) * width; i++) {
      const z = outputs[i] ?? 0;
      const target = y[i] ?? 0;
      total += weight * value(z, target);
      if (gradient !== undefined) gradient[i] = (weight * slope(z, target)) / (rows * width);
    }
  }
  return total / (rows * width);
}

function categoricalCrossEntropy(
  { outputs, y, rows, width, weights }: LossInput,
  gradient?: Float32Array,
): number {
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const offset = row * width;
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    const normaliser = logSumExp(outputs, offset, width);
    for (let i = offset; i < offset + width; i++) {
      const logProbability = (outputs[i] ?? 0) - normaliser;
      const target = y[i] ?? 0;
      if (target !== 0) total -= weight * target * logProbability;
      if (gradient !== undefined) gradient[i] = (weight * (Math.exp(logProbability) - target)) / rows;
    }
    // A NaN logit of another class must not go unseen.
    if (!Number.isFinite(normaliser)) total = NaN;
  }
  return total / rows;
}

/** One row's softmax, in float64, into `target` from `at`. */
export function softmaxInto(
  outputs: Float32Array,
  offset: number,
  width: number,
  target: { [index: number]: number },
  at: number,
): void {
  let max = -Infinity;
  for (let j = 0; j < width; j++) max = Math.max(max, outputs[offset + j] ?? 0);
  let sum = 0;
  for (let j = 0; j < width; j++) sum += target[at + j] = Math.exp((outputs[offset + j] ?? 0) - max);
  for (let j = 0; j < width; j++) target[at + j] = (target[at + j] ?? 0) / sum;
}
