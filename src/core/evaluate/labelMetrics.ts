// Owns which named metric of several labels a row is which: all of them at once, and each as a function of rows.
import type { MetricName } from '../../shared/schema/experiment';
import {
  averagePrecisionPerLabel,
  labelRanking,
  multilabelScores,
  rocAucPerLabel,
  type PredictedLabels,
  type ScoredLabels,
} from './multilabel';
import { meanOf } from './regression';
import type { RowMetric } from './rowMetrics';
import { onlyDefined, type NamedScores } from './scalarScores';

export interface LabelRows extends PredictedLabels, ScoredLabels {}

/** n log n in rows, for every label; ROC AUC only where every label has both rows with it and rows without. */
export function labelScalars(rows: LabelRows): NamedScores {
  return onlyDefined({
    ...multilabelScores(rows),
    rocAuc: meanOf(rocAucPerLabel(rows)),
    prAuc: meanOf(averagePrecisionPerLabel(rows)),
    ...labelRanking(rows),
  });
}

/** @returns undefined for what is no metric of labels. Gathers the rows: slower than those of one class a row. */
export function labelRowMetric(name: MetricName, rows: LabelRows): RowMetric | undefined {
  switch (name) {
    case 'subsetAccuracy':
    case 'hammingLoss':
    case 'precisionMicro':
    case 'recallMicro':
    case 'f1Micro':
    case 'precisionMacro':
    case 'recallMacro':
    case 'macroF1':
    case 'precisionWeighted':
    case 'recallWeighted':
    case 'f1Weighted':
    case 'f1Samples':
      return (sample) => multilabelScores(gathered(rows, sample))[name];
    case 'rocAuc':
      return (sample) => meanOf(rocAucPerLabel(gathered(rows, sample)));
    case 'prAuc':
      return (sample) => meanOf(averagePrecisionPerLabel(gathered(rows, sample)));
    case 'labelRankingAveragePrecision':
    case 'coverageError':
    case 'rankingLoss':
      return (sample) => labelRanking(gathered(rows, sample))[name];
    default:
      return undefined;
  }
}

function gathered({ actual, predicted, scores, labels }: LabelRows, sample: Uint32Array): LabelRows {
  const into = {
    actual: new Uint8Array(sample.length * labels),
    predicted: new Uint8Array(sample.length * labels),
    scores: new Float64Array(sample.length * labels),
    labels,
  };
  sample.forEach((row, at) => {
    const [from, to] = [row * labels, (row + 1) * labels];
    into.actual.set(actual.subarray(from, to), at * labels);
    into.predicted.set(predicted.subarray(from, to), at * labels);
    into.scores.set(scores.subarray(from, to), at * labels);
  });
  return into;
}
