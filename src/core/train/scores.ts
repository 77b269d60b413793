// Owns what a split scores: raw outputs and encoded targets in, named metrics in the target's own unit out; and the
// baseline that a model has to beat. Plain JavaScript, float64.
import type { FittedTarget } from '../../shared/schema/recipe';
import type { LossName } from '../../shared/schema/training';
import { constantOutputs, repeatRow } from '../baselines/constant';
import { classificationScores } from '../evaluate/classification';
import { meanAbsolutePercentage, moreRegressionScores, regressionScores } from '../evaluate/regression';
import { classScalars, onlyDefined, type NamedScores } from '../evaluate/scalarScores';
import type { EncodedSplit } from '../recipe/dataset';
import { lossOf, sigmoid, softmaxInto } from './losses';

export type { NamedScores };

export interface ScoreInput {
  readonly target: FittedTarget;
  readonly loss: LossName;
  /** [rows, width] raw outputs. */
  readonly outputs: Float32Array;
  /** [rows, width], as encoded. */
  readonly y: Float32Array;
  readonly rows: number;
  readonly width: number;
}

/** What is worth its time once an epoch: accuracy, or rmse and mae. */
export function quickScores(input: ScoreInput): NamedScores {
  if (input.target.task === 'regression') {
    const { actual, predicted, sd } = scaledPairs(input);
    const { rmse, mae } = regressionScores(actual, predicted);
    return { rmse: rmse * sd, mae: mae * sd };
  }
  const { outputs, y, rows, width } = input;
  const actual = actualClasses(y, rows, width);
  const predicted = predictedClasses(outputs, rows, width);
  return { accuracy: classificationScores(actual, predicted, Math.max(width, 2)).accuracy };
}

/** Every scalar metric of the task that is defined on the rows, and the unweighted loss without penalties. */
export function fullScores(input: ScoreInput): NamedScores {
  const loss = lossOf(input);
  const scores = input.target.task === 'regression' ? numberScores(input) : classScores(input);
  return { loss, ...onlyDefined(scores) };
}

function classScores({ outputs, y, rows, width }: ScoreInput): NamedScores {
  return classScalars({
    actual: actualClasses(y, rows, width),
    predicted: predictedClasses(outputs, rows, width),
    probabilities: probabilitiesOf(outputs, rows, width),
    classes: Math.max(width, 2),
    // A logit ranks as its probability does, and finer.
    ...(width === 1 ? { score: outputs.subarray(0, rows) } : {}),
  });
}

/** Squares are of the scaled values: of the target's own they may overflow or vanish. */
function scaledPairs({ target, outputs, y, rows }: ScoreInput): {
  actual: Float64Array;
  predicted: Float64Array;
  sd: number;
} {
  return {
    actual: Float64Array.from(y.subarray(0, rows)),
    predicted: Float64Array.from(outputs.subarray(0, rows)),
    sd: target.task === 'regression' ? target.sd : 1,
  };
}

function numberScores(input: ScoreInput): NamedScores {
  const { sd, ...pairs } = scaledPairs(input);
  const { mape: _scaled, zeroActual: _alsoScaled, ...scores } = moreRegressionScores(pairs);
  return {
    rmse: scores.rmse * sd,
    mae: scores.mae * sd,
    r2: scores.r2,
    ...percentageScore(input),
    medianAbsoluteError: scores.medianAbsoluteError * sd,
    maxError: scores.maxError * sd,
    explainedVariance: scores.explainedVariance,
    meanBias: scores.meanBias * sd,
  };
}

// What is left of an actual 0 after it was scaled, stored as float32 and scaled back, as a share of the train mean.
const ZERO_SHARE = 2 ** -22;

/** Nothing where an actual value is 0. */
function percentageScore({ target, outputs, y, rows }: ScoreInput): NamedScores {
  const actual = toTargetUnit(target, y, rows);
  const zero = ZERO_SHARE * Math.abs(target.task === 'regression' ? target.mean : 0);
  if (actual.some((value) => Math.abs(value) <= zero)) return {};
  return { mape: meanAbsolutePercentage({ actual, predicted: toTargetUnit(target, outputs, rows) }) };
}

/** Undoes the scaling of the target. @returns [rows] */
export function toTargetUnit(target: FittedTarget, scaled: Float32Array, rows: number): Float64Array {
  const values = new Float64Array(rows);
  const { mean, sd } = target.task === 'regression' ? target : { mean: 0, sd: 1 };
  for (let i = 0; i < rows; i++) values[i] = (scaled[i] ?? 0) * sd + mean;
  return values;
}

/** @param y [rows, 1] of 0/1, or one-hot [rows, classes] */
export function actualClasses(y: Float32Array, rows: number, width: number): Uint32Array {
  if (width === 1) return Uint32Array.from(y.subarray(0, rows), (value) => (value > 0.5 ? 1 : 0));
  return argMax(y, rows, width);
}

/** Binary: 1 where the probability is over 0.5. Multiclass: the largest output, the first of equal ones. */
export function predictedClasses(outputs: Float32Array, rows: number, width: number): Uint32Array {
  if (width === 1) return Uint32Array.from(outputs.subarray(0, rows), (logit) => (logit > 0 ? 1 : 0));
  return argMax(outputs, rows, width);
}

function argMax(values: Float32Array, rows: number, width: number): Uint32Array {
  const best = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let j = 1; j < width; j++) {
      if ((values[row * width + j] ?? 0) > (values[row * width + (best[row] ?? 0)] ?? 0)) best[row] = j;
    }
  }
  return best;
}

/** @returns binary [rows, 2], multiclass [rows, classes]; each row sums to 1 */
export function probabilitiesOf(outputs: Float32Array, rows: number, width: number): Float64Array {
  const classes = Math.max(width, 2);
  const probabilities = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    if (width === 1) {
      const logit = outputs[row] ?? 0;
      probabilities[row * 2] = sigmoid(-logit);
      probabilities[row * 2 + 1] = sigmoid(logit);
    } else {
      softmaxInto(outputs, row * width, width, probabilities, row * width);
    }
  }
  return probabilities;
}

export interface Baseline {
  readonly kind: 'majority' | 'mean';
  readonly test: NamedScores;
}

/**
 * The class that is most frequent in the train rows (with the train shares as its probabilities), or the train
 * mean, scored on other rows. @see sklearn.dummy, strategies 'prior' and 'mean'
 */
export function scoreBaseline(
  target: FittedTarget,
  loss: LossName,
  width: number,
  train: EncodedSplit,
  test: EncodedSplit,
): Baseline {
  const constant = constantOutputs({ task: target.task, y: train.y, rows: train.rows, outputs: width });
  const outputs = repeatRow(constant, test.rows);
  return {
    kind: target.task === 'regression' ? 'mean' : 'majority',
    test: fullScores({ target, loss, outputs, y: test.y, rows: test.rows, width }),
  };
}

/**
 * Balanced class weights: rows / (classes * rows of the class), one a row; their mean is 1.
 * @see sklearn.utils.class_weight.compute_class_weight('balanced')
 */
export function balancedRowWeights(y: Float32Array, rows: number, width: number): Float32Array {
  const actual = actualClasses(y, rows, width);
  const counts = new Float64Array(Math.max(width, 2));
  for (const c of actual) counts[c] = (counts[c] ?? 0) + 1;
  const occurring = counts.filter((count) => count > 0).length;
  return Float32Array.from(actual, (c) => rows / (occurring * (counts[c] ?? 1)));
}
