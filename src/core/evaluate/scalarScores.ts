// Owns which scalar metrics a task has and computes them all: the point values beside which intervals are told. What
// is not defined on the rows is left out, never a NaN.
import type { MetricName } from '../../shared/schema/experiment';
import { calibrationErrorOf } from './calibration';
import { binaryScores, confusionCounts, scoresOfCounts } from './classification';
import { brierScore, logLoss, topKAccuracy } from './probabilities';
import {
  averageOfClasses,
  averagePrecision,
  averagePrecisionPerClass,
  oneVsRest,
  rocAuc,
  rocAucPerClass,
  supportOf,
  type ClassProbabilities,
} from './ranking';
import { moreRegressionScores, type NumberPairs } from './regression';
import type { ScoreArray } from './thresholdCounts';

/** As `Scores` of schema/run.ts. */
export type NamedScores = Partial<Record<MetricName, number>>;

export interface PredictedClasses extends ClassProbabilities {
  /** Class numbers, one a row. */
  readonly predicted: Uint32Array;
  /** Of two classes, one a row: what ranks finer than a probability, e.g. the logit. */
  readonly score?: ScoreArray;
}

/** n log n in rows, for every class. */
export function classScalars(rows: PredictedClasses): NamedScores {
  const { actual, predicted, classes } = rows;
  const counts = confusionCounts(actual, predicted, classes);
  // Of one class a row, all micro averages are the accuracy.
  const { precisionMicro: _p, recallMicro: _r, f1Micro: _f, ...scores } = scoresOfCounts(counts, classes);
  return onlyDefined({
    ...scores,
    ...(classes === 2 ? binaryScores(counts) : {}),
    ...rankingScalars(rows),
    ...probabilityScalars(rows),
  });
}

function rankingScalars(rows: PredictedClasses): NamedScores {
  const support = supportOf(rows.actual, rows.classes);
  const occurring = support.filter((count) => count > 0).length;
  // A ranking of one class says nothing.
  if (occurring < 2) return {};
  if (rows.classes === 2) {
    const { positive, score } = oneVsRest(rows, 1);
    const ranked = rows.score ?? score;
    return { rocAuc: rocAuc(positive, ranked), prAuc: averagePrecision(positive, ranked) };
  }
  const roc = rocAucPerClass(rows);
  const precision = averagePrecisionPerClass(rows);
  const averages = averageOfClasses(roc, support);
  return {
    rocAuc: occurring === rows.classes ? averages.macro : NaN,
    prAuc: averageOfClasses(precision, support).macro,
    rocAucWeighted: averages.weighted,
  };
}

function probabilityScalars(rows: ClassProbabilities): NamedScores {
  if (rows.actual.length === 0) return {};
  return {
    logLoss: logLoss(rows),
    brier: brierScore(rows),
    ...calibrationErrorOf(rows),
    ...(rows.classes > 3 ? { top3Accuracy: topKAccuracy(rows, 3) } : {}),
    ...(rows.classes > 5 ? { top5Accuracy: topKAccuracy(rows, 5) } : {}),
  };
}

/** n log n in rows. */
export function numberScalars(pairs: NumberPairs): NamedScores {
  const { zeroActual, mape, ...scores } = moreRegressionScores(pairs);
  return onlyDefined({ ...scores, ...(zeroActual ? {} : { mape }) });
}

/** Without what is NaN or infinite, in the order of the names given. */
export function onlyDefined(scores: NamedScores): NamedScores {
  return Object.fromEntries(Object.entries(scores).filter(([, value]) => Number.isFinite(value)));
}
