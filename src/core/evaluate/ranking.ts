// Owns how well scores rank one class above the rest: areas under the ROC and the precision-recall curve.
import { sum } from './classification';
import { sortedByClass, thresholdCounts, type ScoreArray } from './thresholdCounts';

/**
 * Area under the ROC curve as the normalised Mann-Whitney U: ties count half.
 * @param positive 1 for the positive class, else 0
 * @param score anything that ranks
 * @returns NaN when only one class occurs or a score is NaN
 * @see sklearn.metrics.roc_auc_score
 */
export function rocAuc(positive: Uint8Array, score: ScoreArray): number {
  const sorted = sortedByClass(positive, score);
  if (sorted === undefined) return NaN;
  const { positives, negatives } = sorted;
  let below = 0;
  let notAbove = 0;
  let wins = 0;
  for (const value of positives) {
    while (below < negatives.length && (negatives[below] ?? 0) < value) below++;
    notAbove = Math.max(notAbove, below);
    while (notAbove < negatives.length && (negatives[notAbove] ?? 0) <= value) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (positives.length * negatives.length);
}

/**
 * Area under the precision-recall curve as the step function's integral: sum((R_i - R_(i-1)) P_i).
 * @returns 0 without positives, as scikit-learn; NaN without rows or with a score that is NaN
 * @see sklearn.metrics.average_precision_score
 */
export function averagePrecision(positive: Uint8Array, score: ScoreArray): number {
  const { thresholds, truePositives, falsePositives, positives } = thresholdCounts(positive, score);
  if (thresholds.length === 0) return NaN;
  if (positives === 0) return 0;
  let area = 0;
  let before = 0;
  for (let i = 0; i < thresholds.length; i++) {
    const hits = truePositives[i] ?? 0;
    area += ((hits - before) * hits) / (hits + (falsePositives[i] ?? 0));
    before = hits;
  }
  return area / positives;
}

export interface ClassProbabilities {
  readonly actual: Uint32Array;
  /** [rows, classes], row-major. */
  readonly probabilities: Float64Array;
  readonly classes: number;
}

/** Rows of a class as 1 against the rest as 0, and the class's probabilities. */
export function oneVsRest(
  { actual, probabilities, classes }: ClassProbabilities,
  c: number,
): { positive: Uint8Array; score: Float64Array } {
  const positive = new Uint8Array(actual.length);
  const score = new Float64Array(actual.length);
  for (let row = 0; row < actual.length; row++) {
    positive[row] = actual[row] === c ? 1 : 0;
    score[row] = probabilities[row * classes + c] ?? 0;
  }
  return { positive, score };
}

/** Of each class against the rest; NaN for one that does not occur, or is all that does. */
export function rocAucPerClass(rows: ClassProbabilities): Float64Array {
  return Float64Array.from({ length: rows.classes }, (_, c) => {
    const { positive, score } = oneVsRest(rows, c);
    return rocAuc(positive, score);
  });
}

/** Of each class against the rest; 0 for one that does not occur. */
export function averagePrecisionPerClass(rows: ClassProbabilities): Float64Array {
  return Float64Array.from({ length: rows.classes }, (_, c) => {
    const { positive, score } = oneVsRest(rows, c);
    return averagePrecision(positive, score);
  });
}

/** Rows of each class. */
export function supportOf(actual: Uint32Array, classes: number): Float64Array {
  const support = new Float64Array(classes);
  for (const c of actual) support[c] = (support[c] ?? 0) + 1;
  return support;
}

/**
 * One class against the rest, averaged over the classes, unweighted.
 * @param probabilities [rows, classes], row-major
 * @returns NaN unless every class occurs
 * @see sklearn.metrics.roc_auc_score, multi_class='ovr', average='macro'
 */
export function rocAucOneVsRest(actual: Uint32Array, probabilities: Float64Array, classes: number): number {
  return sum(rocAucPerClass({ actual, probabilities, classes })) / classes;
}

/**
 * Averages of values a class: over the classes that occur, plain and by their rows.
 * @see sklearn.metrics.roc_auc_score, average='weighted': a class without rows does not count
 */
export function averageOfClasses(
  values: Float64Array,
  support: Float64Array,
): { macro: number; weighted: number } {
  let macro = 0;
  let weighted = 0;
  let occurring = 0;
  for (let c = 0; c < values.length; c++) {
    const rows = support[c] ?? 0;
    if (rows === 0) continue;
    occurring++;
    macro += values[c] ?? 0;
    weighted += rows * (values[c] ?? 0);
  }
  return { macro: macro / occurring, weighted: weighted / sum(support) };
}
