// Owns what raw outputs mean: the activations of an output layer, as numbers, classes and probabilities. Float64.
import { BenchError } from '../../shared/errors';
import type { Activation } from '../../shared/schema/model';
import type { FloatArray } from '../model/parameterSlice';
import type { ModelPlan } from '../model/plan';

/** What raw outputs were trained for. */
export type OutputRule = Pick<ModelPlan, 'loss' | 'outputActivation'>;

/** log(1 + exp(z)) without overflow. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** One row's softmax, in float64, into `target` from `at`. */
export function softmaxInto(
  outputs: FloatArray,
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

/** A single output behind its activation. */
export function activated(z: number, activation: Activation): number {
  switch (activation) {
    case 'linear':
      return z;
    case 'sigmoid':
      return sigmoid(z);
    case 'tanh':
      return Math.tanh(z);
    case 'softplus':
      return softplus(z);
    case 'relu':
      return Math.max(z, 0);
    case 'exponential':
      return Math.exp(z);
    default:
      throw new BenchError('internal.outputActivation', `No output layer has "${activation}".`);
  }
}

/** The predicted numbers, in units of the encoded target. */
export function predictedNumbers(
  outputs: FloatArray,
  count: number,
  { outputActivation }: OutputRule,
): Float64Array {
  return Float64Array.from(outputs.subarray(0, count), (z) => activated(z, outputActivation));
}

/** Whether an output of one class is already a share of 1, not a logit. */
function isShare({ loss, outputActivation }: OutputRule): boolean {
  return loss.type === 'meanSquaredError' && outputActivation === 'linear';
}

/** Binary: 1 where the probability is over 0.5. Multiclass: the largest output, the first of equal ones. */
export function predictedClasses(
  outputs: FloatArray,
  rows: number,
  width: number,
  rule: OutputRule,
): Uint32Array {
  if (width > 1) return argMax(outputs, rows, width);
  const threshold = isShare(rule) ? 0.5 : 0;
  return Uint32Array.from(outputs.subarray(0, rows), (z) => (z > threshold ? 1 : 0));
}

export function argMax(values: FloatArray, rows: number, width: number): Uint32Array {
  const best = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let j = 1; j < width; j++) {
      if ((values[row * width + j] ?? 0) > (values[row * width + (best[row] ?? 0)] ?? 0)) best[row] = j;
    }
  }
  return best;
}

/**
 * Outputs that were not trained as probabilities (a hinge's margins, squared errors) are made to look like some: good to
 * rank, not calibrated.
 * @returns binary [rows, 2], multiclass [rows, classes]; each row sums to 1
 */
export function probabilitiesOf(
  outputs: FloatArray,
  rows: number,
  width: number,
  rule: OutputRule,
): Float64Array {
  const classes = Math.max(width, 2);
  const probabilities = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    if (width === 1) {
      const z = outputs[row] ?? 0;
      const positive = isShare(rule) ? Math.min(1, Math.max(0, z)) : sigmoid(z);
      probabilities[row * 2] = isShare(rule) ? 1 - positive : sigmoid(-z);
      probabilities[row * 2 + 1] = positive;
    } else if (isShare(rule) || rule.outputActivation === 'sigmoid') {
      sharesInto(outputs, row * width, width, probabilities, rule);
    } else {
      softmaxInto(outputs, row * width, width, probabilities, row * width);
    }
  }
  return probabilities;
}

/** Outputs of each class by itself, brought to the sum 1; all equal where none is positive. */
function sharesInto(
  outputs: FloatArray,
  at: number,
  width: number,
  target: Float64Array,
  { outputActivation }: OutputRule,
): void {
  let sum = 0;
  for (let i = at; i < at + width; i++) {
    const share = Math.max(0, activated(outputs[i] ?? 0, outputActivation));
    target[i] = share;
    sum += share;
  }
  for (let i = at; i < at + width; i++) target[i] = sum > 0 ? (target[i] ?? 0) / sum : 1 / width;
}
