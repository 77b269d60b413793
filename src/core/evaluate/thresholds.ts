// Owns what every threshold of a binary classifier would bring, and which is best by F1, by Youden's J and by cost.
import { shareOf } from './classification';
import { thinned } from './curves';
import { thresholdCounts, type ScoreArray } from './thresholdCounts';

export interface Costs {
  /** Of a negative that is said to be positive, and of a positive that is missed: any unit, 0 or more. */
  readonly costFalsePositive: number;
  readonly costFalseNegative: number;
}

/** What happens when rows with a score >= threshold are said to be positive. A share without a denominator is 0. */
export interface ThresholdRow {
  /** Infinity: nothing is. */
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  readonly precision: number;
  readonly recall: number;
  readonly specificity: number;
  readonly f1: number;
  readonly balancedAccuracy: number;
  /** recall + specificity - 1. @see Youden 1950 */
  readonly youden: number;
  /** Of all rows together. */
  readonly cost: number;
}

export interface ThresholdTable {
  /** Descending thresholds, evenly thinned; with those that are best. */
  readonly rows: ThresholdRow[];
  /** Over all thresholds, before any was left out; of equal ones the highest. Undefined for no rows. */
  readonly best:
    { readonly f1: ThresholdRow; readonly youden: ThresholdRow; readonly cost: ThresholdRow } | undefined;
}

export const EQUAL_COSTS: Costs = { costFalsePositive: 1, costFalseNegative: 1 };
const TABLE_ROWS = 101;

/** @param positive 1 for the positive class, else 0 @param score e.g. its probability */
export function thresholdTable(
  positive: Uint8Array,
  score: ScoreArray,
  { costs = EQUAL_COSTS, rows = TABLE_ROWS }: { readonly costs?: Costs; readonly rows?: number } = {},
): ThresholdTable {
  const counts = thresholdCounts(positive, score);
  const { thresholds, truePositives, falsePositives, positives, negatives } = counts;
  if (thresholds.length === 0) return { rows: [], best: undefined };
  const rowOf = (i: number): ThresholdRow =>
    thresholdRow({
      threshold: i < 0 ? Infinity : (thresholds[i] ?? 0),
      truePositives: i < 0 ? 0 : (truePositives[i] ?? 0),
      falsePositives: i < 0 ? 0 : (falsePositives[i] ?? 0),
      positives,
      negatives,
      costs,
    });
  const none = { at: -1, row: rowOf(-1) };
  const best = { f1: none, youden: none, cost: none };
  for (let at = 0; at < thresholds.length; at++) {
    const row = rowOf(at);
    if (row.f1 > best.f1.row.f1) best.f1 = { at, row };
    if (row.youden > best.youden.row.youden) best.youden = { at, row };
    if (row.cost < best.cost.row.cost) best.cost = { at, row };
  }
  const evenly = thinned(thresholds.length + 1, rows).map((at) => at - 1);
  const shown = new Set([...evenly, best.f1.at, best.youden.at, best.cost.at]);
  return {
    rows: [...shown].sort((a, b) => a - b).map(rowOf),
    best: { f1: best.f1.row, youden: best.youden.row, cost: best.cost.row },
  };
}

interface ThresholdTotals {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly positives: number;
  readonly negatives: number;
  readonly costs: Costs;
}

function thresholdRow(totals: ThresholdTotals): ThresholdRow {
  const { threshold, truePositives, falsePositives, positives, negatives, costs } = totals;
  const falseNegatives = positives - truePositives;
  const trueNegatives = negatives - falsePositives;
  const recall = shareOf(truePositives, positives);
  const specificity = shareOf(trueNegatives, negatives);
  // Of the classes that occur, as scikit-learn.
  const classes = (positives > 0 ? 1 : 0) + (negatives > 0 ? 1 : 0);
  return {
    threshold,
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
    precision: shareOf(truePositives, truePositives + falsePositives),
    recall,
    specificity,
    f1: shareOf(2 * truePositives, positives + truePositives + falsePositives),
    balancedAccuracy: (recall + specificity) / classes,
    youden: recall + specificity - 1,
    cost: falsePositives * costs.costFalsePositive + falseNegatives * costs.costFalseNegative,
  };
}
