// Owns the predictions of a model for the rows of a split, ready to be scored by any named metric, on any rows of it, in
// the unit of the target.
import type { MetricName } from '../../shared/schema/experiment';
import { classRowMetric, numberRowMetric } from '../evaluate/namedRowMetrics';
import type { NumberPairs } from '../evaluate/regression';
import { meanMetric, type RowMetric } from '../evaluate/rowMetrics';
import type { NamedScores, PredictedClasses } from '../evaluate/scalarScores';
import { lossOf } from '../train/losses';
import { predictedClasses, predictedNumbers, probabilitiesOf } from '../train/outputs';
import {
  actualClasses,
  fullScores,
  PLAIN_ACTIVATIONS,
  scorePlainOutputs,
  toTargetUnit,
  type ScoreInput,
} from '../train/scores';

export interface ScoredRows {
  readonly rows: number;
  /** Every scalar metric that is defined on the rows. */
  readonly scores: NamedScores;
  /** Of a classifier. */
  readonly classes?: PredictedClasses;
  /** Of a regression, as scaled: squares neither overflow nor vanish. */
  readonly scaled?: NumberPairs;
  /** What scaled differences are in the unit of the target. */
  readonly unit: number;
  /** Of any rows; undefined for a metric that the task or the model does not have. */
  readonly metric: (name: MetricName) => RowMetric | undefined;
}

/** Of the network. */
export function scoreNetwork(input: ScoreInput): ScoredRows {
  return scored(input, fullScores(input));
}

/** Its metrics one by one: all scalar ones at once would cost more than the one that is asked for. */
export function lazyNetwork(input: ScoreInput): Pick<ScoredRows, 'metric'> {
  return scored(input, { loss: 0 });
}

/** Of a model that gives plain outputs: scaled numbers or logits. */
export function scorePlain(input: ScoreInput): ScoredRows {
  const outputActivation = PLAIN_ACTIVATIONS[input.target.task];
  return scored({ ...input, outputActivation }, scorePlainOutputs(input));
}

function scored(input: ScoreInput, scores: NamedScores): ScoredRows {
  const { target, outputs, y, rows, width } = input;
  // With the loss of another kind of outputs nothing can be compared.
  const loss = (name: MetricName): RowMetric | undefined =>
    name === 'loss' && scores.loss !== undefined ? meanMetric(lossPerRow(input)) : undefined;
  if (target.task === 'regression') {
    const scaled = {
      actual: Float64Array.from(y.subarray(0, rows)),
      predicted: predictedNumbers(outputs, rows, input),
    };
    const metric = (name: MetricName): RowMetric | undefined => loss(name) ?? inUnit(name, input, scaled);
    return { rows, scores, scaled, unit: target.sd, metric };
  }
  const classes: PredictedClasses = {
    actual: actualClasses(y, rows, width),
    predicted: predictedClasses(outputs, rows, width, input),
    probabilities: probabilitiesOf(outputs, rows, width, input),
    classes: Math.max(width, 2),
    ...(width === 1 ? { score: outputs.subarray(0, rows) } : {}),
  };
  const metric = (name: MetricName): RowMetric | undefined => loss(name) ?? classRowMetric(name, classes);
  return { rows, scores, classes, unit: 1, metric };
}

const IN_UNIT: ReadonlySet<MetricName> = new Set([
  'rmse',
  'mae',
  'medianAbsoluteError',
  'maxError',
  'meanBias',
]);

function inUnit(name: MetricName, input: ScoreInput, scaled: NumberPairs): RowMetric | undefined {
  const { target, outputs, y, rows } = input;
  if (name === 'mape') {
    const predicted = toTargetUnit(target, predictedNumbers(outputs, rows, input), rows);
    return numberRowMetric(name, { actual: toTargetUnit(target, y, rows), predicted });
  }
  const metric = numberRowMetric(name, scaled);
  if (metric === undefined || target.task !== 'regression' || !IN_UNIT.has(name)) return metric;
  const { sd } = target;
  return (sample) => metric(sample) * sd;
}

/** The unweighted loss of each row, without penalties. */
export function lossPerRow(
  input: Pick<ScoreInput, 'loss' | 'outputActivation' | 'outputs' | 'y' | 'rows' | 'width'>,
): Float64Array {
  const { outputs, y, rows, width } = input;
  return Float64Array.from({ length: rows }, (_, row) => {
    const [from, to] = [row * width, (row + 1) * width];
    return lossOf({ ...input, outputs: outputs.subarray(from, to), y: y.subarray(from, to), rows: 1 });
  });
}
