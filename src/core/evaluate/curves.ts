// Owns the points of the ROC and the precision-recall curve, as scikit-learn has them, few enough to draw.
import { thresholdCounts, type ScoreArray } from './thresholdCounts';

/** More points than pixels say nothing. */
export const CURVE_POINTS = 500;

export interface RocCurve {
  /** Ascending from 0 to 1; all NaN without negatives. */
  readonly falsePositiveRate: Float64Array;
  /** All NaN without positives. */
  readonly truePositiveRate: Float64Array;
  /** Descending; the first is Infinity: nothing is said to be positive. */
  readonly thresholds: Float64Array;
}

/**
 * Without points on a straight line between others, then thinned evenly; the ends stay. No points for no rows or a
 * score that is NaN.
 * @see sklearn.metrics.roc_curve, drop_intermediate=True
 */
export function rocCurve(positive: Uint8Array, score: ScoreArray, points = CURVE_POINTS): RocCurve {
  const counts = thresholdCounts(positive, score);
  const { thresholds, truePositives, falsePositives, positives, negatives } = counts;
  if (thresholds.length === 0)
    return { falsePositiveRate: thresholds, truePositiveRate: thresholds, thresholds };
  const corners: number[] = [];
  for (let i = 0; i < thresholds.length; i++) {
    const end = i === 0 || i === thresholds.length - 1;
    if (end || bends(truePositives, i) || bends(falsePositives, i)) corners.push(i);
  }
  const kept = thinned(corners.length + 1, points).map((at) => (at === 0 ? -1 : (corners[at - 1] ?? 0)));
  return {
    falsePositiveRate: Float64Array.from(kept, (i) => (i < 0 ? 0 : (falsePositives[i] ?? 0)) / negatives),
    truePositiveRate: Float64Array.from(kept, (i) => (i < 0 ? 0 : (truePositives[i] ?? 0)) / positives),
    thresholds: Float64Array.from(kept, (i) => (i < 0 ? Infinity : (thresholds[i] ?? 0))),
  };
}

function bends(counts: Float64Array, i: number): boolean {
  return (counts[i + 1] ?? 0) - 2 * (counts[i] ?? 0) + (counts[i - 1] ?? 0) !== 0;
}

export interface PrecisionRecallCurve {
  readonly precision: Float64Array;
  /** Descending from 1 to 0; 1 but for the last without positives. */
  readonly recall: Float64Array;
  /** Ascending; the last, Infinity, is of the point (recall 0, precision 1), to which no row leads. */
  readonly thresholds: Float64Array;
}

/** Thinned evenly; the ends stay. @see sklearn.metrics.precision_recall_curve */
export function precisionRecallCurve(
  positive: Uint8Array,
  score: ScoreArray,
  points = CURVE_POINTS,
): PrecisionRecallCurve {
  const { thresholds, truePositives, falsePositives, positives } = thresholdCounts(positive, score);
  const count = thresholds.length;
  if (count === 0) return { precision: thresholds, recall: thresholds, thresholds };
  // From the lowest threshold up, and one beyond.
  const kept = thinned(count + 1, points).map((at) => count - 1 - at);
  const hits = (i: number): number => truePositives[i] ?? 0;
  return {
    precision: Float64Array.from(kept, (i) => (i < 0 ? 1 : hits(i) / (hits(i) + (falsePositives[i] ?? 0)))),
    recall: Float64Array.from(kept, (i) => (i < 0 ? 0 : positives === 0 ? 1 : hits(i) / positives)),
    thresholds: Float64Array.from(kept, (i) => (i < 0 ? Infinity : (thresholds[i] ?? 0))),
  };
}

/** At most `most` (2 or more) of the numbers 0 to count - 1, evenly, with both ends. */
export function thinned(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}
