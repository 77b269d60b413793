// Owns what is told of one split: its confusion matrix, table of classes, curves and thresholds, or its residuals.
import type { Experiment } from '../../shared/schema/experiment';
import type { FittedTarget } from '../../shared/schema/recipe';
import type { SplitReport } from '../../shared/schema/report';
import { calibrationCurve, confidences } from '../evaluate/calibration';
import { confusionCounts, perClassScores } from '../evaluate/classification';
import { precisionRecallCurve, rocCurve, thinned } from '../evaluate/curves';
import { oneVsRest } from '../evaluate/ranking';
import { residualsOf, type NumberPairs } from '../evaluate/regression';
import { residualSummary } from '../evaluate/residuals';
import type { PredictedClasses } from '../evaluate/scalarScores';
import { thresholdTable } from '../evaluate/thresholds';
import type { ScoredRows } from './scoredRows';

type Details = SplitReport['details'];
type ClassDetails = Extract<Details, { kind: 'classes' }>;
type Curves = ClassDetails['curves'][number];

const MOST_CONFUSED = 100;
const MOST_CURVES = 10;
/** Of one class; of several each has fewer, so that the file stays small. */
const CURVE_POINTS = 300;
const SAMPLE_ROWS = 500;

export function splitDetails(
  scored: ScoredRows,
  target: FittedTarget,
  evaluation: Experiment['evaluation'],
): Details | undefined {
  if (target.task === 'regression') {
    return scored.scaled === undefined ? undefined : numberDetails(scored.scaled, target);
  }
  return scored.classes === undefined ? undefined : classDetails(scored.classes, target.classes, evaluation);
}

function classDetails(
  rows: PredictedClasses,
  names: readonly string[],
  { costs }: Experiment['evaluation'],
): ClassDetails {
  const { classes } = rows;
  const counts = confusionCounts(rows.actual, rows.predicted, classes);
  const each = perClassScores(counts, classes);
  const { positive, probability } = confidences(rows);
  const calibration = calibrationCurve(positive, probability);
  return {
    kind: 'classes',
    classes: Array.from({ length: classes }, (_, c) => ({
      name: names[c] ?? String(c),
      support: each.support[c] ?? 0,
      predicted: each.predicted[c] ?? 0,
      precision: each.precision[c] ?? 0,
      recall: each.recall[c] ?? 0,
      f1: each.f1[c] ?? 0,
    })),
    ...(classes > MOST_CONFUSED ? {} : { confusion: matrixOf(counts, classes) }),
    curves: curvesOf(rows, names, each.support),
    calibration: {
      observed: [...calibration.observed],
      predicted: [...calibration.predicted],
      rows: [...calibration.rows],
    },
    ...(classes === 2 ? { thresholds: thresholdsOf(rows, costs) } : {}),
  };
}

function matrixOf(counts: Float64Array, classes: number): number[][] {
  return Array.from({ length: classes }, (_, c) => [...counts.subarray(c * classes, (c + 1) * classes)]);
}

function curvesOf(rows: PredictedClasses, names: readonly string[], support: Float64Array): Curves[] {
  if (rows.classes === 2) return [classCurves(rows, 1, names, CURVE_POINTS)];
  const frequent = [...support.keys()]
    .filter((c) => (support[c] ?? 0) > 0)
    .sort((a, b) => (support[b] ?? 0) - (support[a] ?? 0) || a - b)
    .slice(0, MOST_CURVES);
  const points = Math.max(50, Math.floor(CURVE_POINTS / Math.max(1, frequent.length)));
  return frequent.map((c) => classCurves(rows, c, names, points));
}

function classCurves(rows: PredictedClasses, c: number, names: readonly string[], points: number): Curves {
  const { positive, score } = oneVsRest(rows, c);
  const roc = rocCurve(positive, score, points);
  const precisionRecall = precisionRecallCurve(positive, score, points);
  return {
    className: names[c] ?? String(c),
    roc: {
      falsePositiveRate: [...roc.falsePositiveRate],
      truePositiveRate: [...roc.truePositiveRate],
      thresholds: [...roc.thresholds],
    },
    precisionRecall: {
      precision: [...precisionRecall.precision],
      recall: [...precisionRecall.recall],
      thresholds: [...precisionRecall.thresholds],
    },
  };
}

function thresholdsOf(
  rows: PredictedClasses,
  { falsePositive, falseNegative }: { falsePositive: number; falseNegative: number } = EQUAL,
): NonNullable<ClassDetails['thresholds']> {
  const { positive, score } = oneVsRest(rows, 1);
  const costs = { costFalsePositive: falsePositive, costFalseNegative: falseNegative };
  const { rows: table, best } = thresholdTable(positive, score, { costs });
  return { costs: { falsePositive, falseNegative }, rows: table, ...(best === undefined ? {} : { best }) };
}
const EQUAL = { falsePositive: 1, falseNegative: 1 };

function numberDetails(scaled: NumberPairs, target: Extract<FittedTarget, { task: 'regression' }>): Details {
  const { mean, sd, skew, min, max, quantiles } = residualSummary(residualsOf(scaled));
  const { q05, q25, q50, q75, q95 } = quantiles;
  const u = target.sd;
  const shown = thinned(scaled.actual.length, SAMPLE_ROWS);
  const inUnit = (values: Float64Array): number[] =>
    shown.map((row) => (values[row] ?? NaN) * u + target.mean);
  return {
    kind: 'numbers',
    residuals: {
      mean: mean * u,
      sd: sd * u,
      skew,
      min: min * u,
      max: max * u,
      quantiles: { q05: q05 * u, q25: q25 * u, q50: q50 * u, q75: q75 * u, q95: q95 * u },
    },
    sample: { actual: inUnit(scaled.actual), predicted: inUnit(scaled.predicted) },
  };
}
