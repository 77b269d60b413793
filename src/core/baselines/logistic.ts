// Owns logistic regression with an L2 penalty: minimises strength * sum(weight * log loss) + |w|^2 / 2, the intercept
// not penalised; one logit for two classes, a logit a class for more. @see sklearn.linear_model.LogisticRegression
import { minimise, type Objective } from './lbfgs';
import type { TrainRows } from './contract';
import { Pacer, type Breather } from '../pacer';
import type { Learnt, Problem } from './problems';
import {
  addRow,
  addSquares,
  featureMoments,
  rowMatrix,
  rowProduct,
  type FeatureMoments,
  type RowMatrix,
} from './rowMatrix';

export interface LogisticOptions extends Breather {
  /** scikit-learn's C. */
  readonly strength: number;
  readonly maxIterations: number;
  readonly isOver: () => boolean;
}

/**
 * Of the gradient of the mean loss, largest entry, per unit of scale of a column: probabilities are then the exact ones
 * to about 1e-6.
 */
const TOLERANCE = 1e-9;

/** Of the intercept, which no penalty holds: where every probability is 0 or 1 a step must end somewhere. */
const MIN_CURVATURE = 1e-9;

/** A linear model: logits = x * weights + intercept. */
export interface LinearModel {
  /** [features, width] */
  readonly weights: Float64Array;
  /** [width] */
  readonly intercept: Float64Array;
}

export interface FittedLogistic extends Learnt {
  readonly model: LinearModel;
}

export interface LogisticRows {
  readonly matrix: RowMatrix;
  readonly moments: FeatureMoments;
  readonly weights?: Float32Array | undefined;
}

export async function fitLogistic(
  rows: LogisticRows,
  { form, y, width }: Problem,
  options: LogisticOptions,
): Promise<FittedLogistic> {
  const objective = new LogLoss({ ...rows, form, y, width, options });
  const start = new Float64Array((rows.matrix.features + 1) * width);
  const found = await minimise({
    objective,
    start,
    tolerance: TOLERANCE,
    maxIterations: options.maxIterations,
    isOver: options.isOver,
  });
  const model = objective.modelOf(found.point);
  return {
    model,
    iterations: found.iterations,
    converged: found.converged,
    predict: (x, count, breather) => applyLinear(model, x, count, breather),
  };
}

interface LogLossInput extends LogisticRows {
  readonly form: Problem['form'];
  readonly y: Float64Array;
  readonly width: number;
  readonly options: LogisticOptions;
}

/**
 * The objective over sum of weights, of [features + 1, width] parameters: the last row is the intercept of centred
 * columns. Columns are centred and scaled on the way, which moves no minimum (the penalty is of the weights of the
 * columns as they are) and makes one of any unit as easy as another.
 */
class LogLoss implements Objective {
  private readonly pacer: Pacer;
  private readonly penalty: number;
  /** 1 / standard deviation of the columns, less where the penalty holds them anyway. */
  private readonly scales: Float64Array;
  private readonly weightsNow: Float64Array;
  private readonly offset: Float64Array;
  private readonly logits: Float64Array;
  private readonly errors: Float64Array;

  constructor(private readonly input: LogLossInput) {
    const { matrix, moments, width, options } = input;
    this.pacer = new Pacer(options);
    this.penalty = 1 / (options.strength * moments.total);
    this.scales = moments.variances.map((variance) => 1 / Math.sqrt(variance + this.penalty));
    this.weightsNow = new Float64Array(matrix.features * width);
    this.offset = new Float64Array(width);
    this.logits = new Float64Array(width);
    this.errors = new Float64Array(width);
  }

  /** The diagonal of the second derivatives. */
  async curvature(point: Float64Array): Promise<Float64Array> {
    const { matrix, moments, y, width, weights } = this.input;
    const { features } = matrix;
    const { errors, pacer } = this;
    this.unscale(point);
    const result = new Float64Array((features + 1) * width);
    const totals = result.subarray(features * width);
    for (let row = 0; row < matrix.rows; row++) {
      const weight = (weights?.[row] ?? 1) / moments.total;
      this.rowLoss(row, y, 1);
      for (let k = 0; k < width; k++) {
        const probability = (errors[k] ?? 0) + (y[row * width + k] ?? 0);
        const slope = weight * Math.max(probability * (1 - probability), 0);
        errors[k] = slope;
        totals[k] = (totals[k] ?? 0) + slope;
      }
      addSquares(matrix, row, moments.means, errors, result);
      if (pacer.spend(3 * width * (matrix.stored / matrix.rows + 10))) await pacer.rest();
    }
    for (let j = 0, i = 0; j < features; j++) {
      const scale = this.scales[j] ?? 1;
      for (let k = 0; k < width; k++, i++) {
        result[i] = ((result[i] ?? 0) + this.penalty) * scale * scale;
      }
    }
    for (let k = 0; k < width; k++) totals[k] = Math.max(totals[k] ?? 0, MIN_CURVATURE);
    return result;
  }

  async evaluate(point: Float64Array, gradient: Float64Array): Promise<number> {
    const { matrix, moments, y, width, weights } = this.input;
    const { errors, weightsNow, pacer } = this;
    this.unscale(point);
    gradient.fill(0);
    const sums = gradient.subarray(matrix.features * width);
    let loss = 0;
    for (let row = 0; row < matrix.rows; row++) {
      loss += this.rowLoss(row, y, (weights?.[row] ?? 1) / moments.total);
      addRow(matrix, row, errors, width, gradient);
      for (let k = 0; k < width; k++) sums[k] = (sums[k] ?? 0) + (errors[k] ?? 0);
      if (pacer.spend(2 * width * (matrix.stored / matrix.rows + 10))) await pacer.rest();
    }
    // With what the search keeps of its last steps.
    if (pacer.spend(60 * point.length)) await pacer.rest();
    let squares = 0;
    for (let j = 0, i = 0; j < matrix.features; j++) {
      const scale = this.scales[j] ?? 1;
      const mean = moments.means[j] ?? 0;
      for (let k = 0; k < width; k++, i++) {
        const weight = weightsNow[i] ?? 0;
        squares += weight * weight;
        gradient[i] = ((gradient[i] ?? 0) - mean * (sums[k] ?? 0) + this.penalty * weight) * scale;
      }
    }
    return loss + (this.penalty * squares) / 2;
  }

  /** Parameters as the weights and the intercept of columns as they are. */
  modelOf(point: Float64Array): LinearModel {
    this.unscale(point);
    return { weights: this.weightsNow.slice(), intercept: this.offset.slice() };
  }

  private unscale(point: Float64Array): void {
    const { matrix, moments, width } = this.input;
    const { weightsNow, offset, scales } = this;
    offset.set(point.subarray(matrix.features * width));
    for (let j = 0, i = 0; j < matrix.features; j++) {
      const scale = scales[j] ?? 1;
      const mean = moments.means[j] ?? 0;
      for (let k = 0; k < width; k++, i++) {
        const weight = (point[i] ?? 0) * scale;
        weightsNow[i] = weight;
        offset[k] = (offset[k] ?? 0) - weight * mean;
      }
    }
  }

  /** Leaves d loss / d logits in `errors`. @returns the loss */
  private rowLoss(row: number, y: Float64Array, weight: number): number {
    const { matrix, width, form } = this.input;
    const { logits, errors, offset } = this;
    rowProduct(matrix, row, this.weightsNow, width, logits);
    for (let k = 0; k < width; k++) logits[k] = (logits[k] ?? 0) + (offset[k] ?? 0);
    if (form === 'softmax') return softmaxLoss(logits, y, row * width, weight, errors);
    const z = logits[0] ?? 0;
    const target = y[row] ?? 0;
    const e = Math.exp(-Math.abs(z));
    const probability = z >= 0 ? 1 / (1 + e) : e / (1 + e);
    errors[0] = weight * (probability - target);
    return weight * (Math.max(z, 0) + Math.log1p(e) - target * z);
  }
}

/** @param errors filled with d loss / d logits @returns weight * (log(sum(exp(logits))) * sum(y) - y . logits) */
function softmaxLoss(
  logits: Float64Array,
  y: Float64Array,
  at: number,
  weight: number,
  errors: Float64Array,
): number {
  const width = logits.length;
  let max = -Infinity;
  for (let k = 0; k < width; k++) max = Math.max(max, logits[k] ?? 0);
  let sum = 0;
  for (let k = 0; k < width; k++) sum += errors[k] = Math.exp((logits[k] ?? 0) - max);
  const normaliser = max + Math.log(sum);
  let loss = 0;
  for (let k = 0; k < width; k++) {
    const target = y[at + k] ?? 0;
    if (target !== 0) loss += target * (normaliser - (logits[k] ?? 0));
    errors[k] = weight * ((errors[k] ?? 0) / sum - target);
  }
  return weight * loss;
}

/** Of a row far from those that were fitted; finite as float32, and so is the difference of two. */
const MAX_OUTPUT = 1e38;

/** @param x [rows, features] @returns [rows, width] */
export async function applyLinear(
  { weights, intercept }: LinearModel,
  x: Float32Array,
  rows: number,
  options: Breather,
): Promise<Float64Array> {
  const width = intercept.length;
  const pacer = new Pacer(options);
  const matrix = await rowMatrix(x, rows, weights.length / width, pacer);
  const result = new Float64Array(rows * width);
  const sums = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    rowProduct(matrix, row, weights, width, sums);
    for (let k = 0; k < width; k++) {
      const value = (sums[k] ?? 0) + (intercept[k] ?? 0);
      result[row * width + k] = Math.min(Math.max(value, -MAX_OUTPUT), MAX_OUTPUT);
    }
    if (pacer.spend((width * matrix.stored) / rows)) await pacer.rest();
  }
  return result;
}

export async function logisticRows(
  { x, rows, features, weights }: Pick<TrainRows, 'x' | 'rows' | 'features' | 'weights'>,
  options: Breather,
): Promise<LogisticRows> {
  const pacer = new Pacer(options);
  const matrix = await rowMatrix(x, rows, features, pacer);
  return { matrix, moments: await featureMoments(matrix, weights, pacer), weights };
}
