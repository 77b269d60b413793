// Owns which named metric is which function of rows: the same values as scalarScores.ts, ready for resampling.
import type { MetricName } from '../../shared/schema/experiment';
import { calibrationCurve, calibrationError, confidences, type CalibrationError } from './calibration';
import { binaryScores, scoresOfCounts } from './classification';
import { brierPerRow, logLossPerRow, topKPerRow } from './probabilities';
import { averageOfClasses, oneVsRest, supportOf } from './ranking';
import {
  medianOfSorted,
  moreRegressionScores,
  percentageErrors,
  regressionScores,
  residualsOf,
  scaleOf,
  type NumberPairs,
} from './regression';
import {
  averagePrecisionMetric,
  confusionMetric,
  gatheredMetric,
  meanMetric,
  meanOfMetrics,
  rocAucMetric,
  type RowMetric,
} from './rowMetrics';
import type { PredictedClasses } from './scalarScores';

/** @returns undefined for what is no metric of one class a row, or not of so few classes */
export function classRowMetric(name: MetricName, rows: PredictedClasses): RowMetric | undefined {
  const { classes } = rows;
  switch (name) {
    case 'accuracy':
      return meanMetric(Float64Array.from(rows.actual, (c, row) => (c === rows.predicted[row] ? 1 : 0)));
    case 'balancedAccuracy':
    case 'macroF1':
    case 'precisionMacro':
    case 'recallMacro':
    case 'precisionMicro':
    case 'recallMicro':
    case 'f1Micro':
    case 'precisionWeighted':
    case 'recallWeighted':
    case 'f1Weighted':
    case 'mcc':
    case 'kappa':
      return confusionMetric(rows, (counts) => scoresOfCounts(counts, classes)[name]);
    case 'precision':
    case 'recall':
    case 'specificity':
    case 'f1':
      return classes === 2 ? confusionMetric(rows, (counts) => binaryScores(counts)[name]) : undefined;
    case 'rocAuc':
    case 'rocAucWeighted':
    case 'prAuc':
      return rankRowMetric(name, rows);
    case 'logLoss':
      return meanMetric(logLossPerRow(rows));
    case 'brier':
      return meanMetric(brierPerRow(rows));
    case 'ece':
    case 'mce':
      return calibrationMetric(rows, name);
    case 'top3Accuracy':
      return classes > 3 ? meanMetric(topKPerRow(rows, 3)) : undefined;
    case 'top5Accuracy':
      return classes > 5 ? meanMetric(topKPerRow(rows, 5)) : undefined;
    default:
      return undefined;
  }
}

function rankRowMetric(
  name: 'rocAuc' | 'rocAucWeighted' | 'prAuc',
  rows: PredictedClasses,
): RowMetric | undefined {
  const of = name === 'prAuc' ? averagePrecisionMetric : rocAucMetric;
  if (rows.classes === 2) {
    const { positive, score } = oneVsRest(rows, 1);
    return name === 'rocAucWeighted' ? undefined : ofBothClasses(positive, of(positive, rows.score ?? score));
  }
  const each = Array.from({ length: rows.classes }, (_, c) => {
    const { positive, score } = oneVsRest(rows, c);
    return of(positive, score);
  });
  if (name === 'rocAuc') return meanOfMetrics(each);
  return (sample) => {
    const support = supportOf(
      sample.map((row) => rows.actual[row] ?? 0),
      rows.classes,
    );
    if (support.filter((count) => count > 0).length < 2) return NaN;
    const values = Float64Array.from(each, (metric) => metric(sample));
    const averages = averageOfClasses(values, support);
    return name === 'prAuc' ? averages.macro : averages.weighted;
  };
}

/** A ranking of one class says nothing. */
function ofBothClasses(positive: Uint8Array, metric: RowMetric): RowMetric {
  return (sample) => {
    let positives = 0;
    for (const row of sample) positives += positive[row] ?? 0;
    return positives === 0 || positives === sample.length ? NaN : metric(sample);
  };
}

function calibrationMetric(rows: PredictedClasses, name: keyof CalibrationError): RowMetric {
  const { positive, probability } = confidences(rows);
  return (sample) => {
    const hits = Uint8Array.from(sample, (row) => positive[row] ?? 0);
    const stated = Float64Array.from(sample, (row) => probability[row] ?? NaN);
    return calibrationError(calibrationCurve(hits, stated))[name];
  };
}

/** @returns undefined for what is no metric of a number */
export function numberRowMetric(name: MetricName, pairs: NumberPairs): RowMetric | undefined {
  const residuals = residualsOf(pairs);
  switch (name) {
    case 'rmse': {
      const scale = scaleOf(residuals);
      const squares = residuals.map((value) => (value / scale) ** 2);
      return meanMetric(squares, (mean) => Math.sqrt(mean) * scale);
    }
    case 'mae':
      return scaledMean(residuals.map(Math.abs));
    case 'meanBias':
      return scaledMean(residuals);
    case 'mape':
      return pairs.actual.includes(0) ? undefined : scaledMean(percentageErrors(pairs));
    case 'r2':
      return pairMetric(pairs, (actual, predicted) => regressionScores(actual, predicted).r2);
    case 'explainedVariance':
      return pairMetric(pairs, (actual, predicted) => moreRegressionScores({ actual, predicted })[name]);
    case 'medianAbsoluteError':
      return gatheredMetric([residuals.map(Math.abs)], ([sizes]) =>
        medianOfSorted((sizes ?? new Float64Array(0)).sort()),
      );
    case 'maxError':
      return gatheredMetric([residuals.map(Math.abs)], ([sizes]) =>
        sizes === undefined || sizes.length === 0 ? NaN : sizes.reduce((a, b) => Math.max(a, b)),
      );
    default:
      return undefined;
  }
}

function pairMetric(
  { actual, predicted }: NumberPairs,
  statistic: (actual: Float64Array, predicted: Float64Array) => number,
): RowMetric {
  const none = new Float64Array(0);
  return gatheredMetric([actual, predicted], ([a = none, p = none]) => statistic(a, p));
}

/** A sum that cannot overflow. */
function scaledMean(values: Float64Array): RowMetric {
  const scale = scaleOf(values);
  return meanMetric(
    values.map((value) => value / scale),
    (mean) => mean * scale,
  );
}
