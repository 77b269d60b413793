// Owns what a split scores: raw outputs and encoded targets in, named metrics in the target's own unit out; and the
// baseline that a model has to beat. Plain JavaScript, float64.
import type { FittedTarget } from '../../shared/schema/recipe';
import { constantOutputs, repeatRow } from '../baselines/constant';
import { classificationScores } from '../evaluate/classification';
import { meanAbsolutePercentage, moreRegressionScores, regressionScores } from '../evaluate/regression';
import { classScalars, onlyDefined, type NamedScores } from '../evaluate/scalarScores';
import type { EncodedSplit } from '../recipe/dataset';
import type { FloatArray } from '../model/parameterSlice';
import { lossOf } from './losses';
import { argMax, predictedClasses, predictedNumbers, probabilitiesOf, type OutputRule } from './outputs';

export type { NamedScores };

export interface ScoreInput extends OutputRule {
  readonly target: FittedTarget;
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
  const predicted = predictedClasses(outputs, rows, width, input);
  return { accuracy: classificationScores(actual, predicted, Math.max(width, 2)).accuracy };
}

/** Every scalar metric of the task that is defined on the rows, and the unweighted loss without penalties. */
export function fullScores(input: ScoreInput): NamedScores {
  const loss = lossOf(input);
  const scores = input.target.task === 'regression' ? numberScores(input) : classScores(input);
  return { loss, ...onlyDefined(scores) };
}

function classScores(input: ScoreInput): NamedScores {
  const { outputs, y, rows, width } = input;
  return classScalars({
    actual: actualClasses(y, rows, width),
    predicted: predictedClasses(outputs, rows, width, input),
    probabilities: probabilitiesOf(outputs, rows, width, input),
    classes: Math.max(width, 2),
    // A logit ranks as its probability does, and finer.
    ...(width === 1 ? { score: outputs.subarray(0, rows) } : {}),
  });
}

/** Squares are of the scaled values: of the target's own they may overflow or vanish. */
function scaledPairs(input: ScoreInput): {
  actual: Float64Array;
  predicted: Float64Array;
  sd: number;
} {
  const { target, outputs, y, rows } = input;
  return {
    actual: Float64Array.from(y.subarray(0, rows)),
    predicted: predictedNumbers(outputs, rows, input),
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
function percentageScore(input: ScoreInput): NamedScores {
  const { target, outputs, y, rows } = input;
  const actual = toTargetUnit(target, y, rows);
  const zero = ZERO_SHARE * Math.abs(target.task === 'regression' ? target.mean : 0);
  if (actual.some((value) => Math.abs(value) <= zero)) return {};
  return {
    mape: meanAbsolutePercentage({
      actual,
      predicted: toTargetUnit(target, predictedNumbers(outputs, rows, input), rows),
    }),
  };
}

/** Undoes the scaling of the target. @returns [rows] */
export function toTargetUnit(target: FittedTarget, scaled: FloatArray, rows: number): Float64Array {
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

export interface Baseline {
  readonly kind: 'majority' | 'mean';
  readonly test: NamedScores;
}

/**
 * The class that is most frequent in the train rows (with the train shares as its probabilities), or the train
 * mean, scored on other rows. @see sklearn.dummy, strategies 'prior' and 'mean'
 * @param rule of the model: its loss is told where constant outputs have one
 */
export function scoreBaseline(
  target: FittedTarget,
  rule: OutputRule,
  width: number,
  { train, test }: { readonly train: EncodedSplit; readonly test: EncodedSplit },
): Baseline {
  const constant = constantOutputs({ task: target.task, y: train.y, rows: train.rows, outputs: width });
  const outputs = repeatRow(constant, test.rows);
  return {
    kind: target.task === 'regression' ? 'mean' : 'majority',
    test: scorePlainOutputs({ target, ...rule, outputs, y: test.y, rows: test.rows, width }),
  };
}

/** What raw outputs are when nothing is said: the scaled number, a logit, logits. */
export const PLAIN_ACTIVATIONS = { regression: 'linear', binary: 'sigmoid', multiclass: 'softmax' } as const;

/**
 * Scores outputs of a model that knows nothing of the run's output layer. Its loss is told only where the run's is of
 * the same kind of outputs.
 */
export function scorePlainOutputs(input: ScoreInput): NamedScores {
  const outputActivation = PLAIN_ACTIVATIONS[input.target.task];
  const { loss, ...scores } = fullScores({ ...input, outputActivation });
  const isSame = input.outputActivation === outputActivation && loss !== undefined;
  return isSame ? { loss, ...scores } : scores;
}
