// Owns the scores of rows that may have several labels at once, each there or not.
import { emptyPerClass, setClass, shareOf, sum, weightedMean, type PerClassScores } from './classification';
import { averagePrecision, rocAuc } from './ranking';

export interface LabelMatrix {
  /** [rows, labels] of 0 and 1, row-major. */
  readonly actual: Uint8Array;
  readonly labels: number;
}

export interface PredictedLabels extends LabelMatrix {
  /** [rows, labels] of 0 and 1. */
  readonly predicted: Uint8Array;
}

export interface ScoredLabels extends LabelMatrix {
  /** [rows, labels]: higher is likelier. */
  readonly scores: Float64Array;
}

export interface MultilabelScores {
  /** Rows of which every label is right. @see sklearn.metrics.accuracy_score */
  readonly subsetAccuracy: number;
  readonly hammingLoss: number;
  readonly precisionMicro: number;
  readonly recallMicro: number;
  readonly f1Micro: number;
  /** Over all labels, also those that never occur: they score 0. */
  readonly precisionMacro: number;
  readonly recallMacro: number;
  readonly macroF1: number;
  readonly precisionWeighted: number;
  readonly recallWeighted: number;
  readonly f1Weighted: number;
  readonly f1Samples: number;
}

/** NaN for no rows. @see sklearn.metrics with a multilabel indicator, zero_division=0 */
export function multilabelScores(rows: PredictedLabels): MultilabelScores {
  const { actual } = rows;
  const each = perLabelScores(rows);
  const hits = sum(each.truePositives);
  const support = sum(each.support);
  const guesses = sum(each.predicted);
  const plain = each.support.map(() => 1);
  // Weights that are all 0 do not count, as numpy's average would have none.
  const weights = support === 0 ? plain : each.support;
  const none = actual.length === 0;
  const orNaN = (value: number): number => (none ? NaN : value);
  return {
    ...perRow(rows),
    hammingLoss: (support + guesses - 2 * hits) / actual.length,
    precisionMicro: orNaN(shareOf(hits, guesses)),
    recallMicro: orNaN(shareOf(hits, support)),
    f1Micro: orNaN(shareOf(2 * hits, support + guesses)),
    precisionMacro: orNaN(weightedMean(each.precision, plain)),
    recallMacro: orNaN(weightedMean(each.recall, plain)),
    macroF1: orNaN(weightedMean(each.f1, plain)),
    precisionWeighted: orNaN(weightedMean(each.precision, weights)),
    recallWeighted: orNaN(weightedMean(each.recall, weights)),
    f1Weighted: orNaN(weightedMean(each.f1, weights)),
  };
}

function perRow({
  actual,
  predicted,
  labels,
}: PredictedLabels): Pick<MultilabelScores, 'subsetAccuracy' | 'f1Samples'> {
  const count = labels === 0 ? 0 : actual.length / labels;
  let allRight = 0;
  let f1 = 0;
  for (let row = 0; row < count; row++) {
    let both = 0;
    let either = 0;
    for (let i = row * labels; i < (row + 1) * labels; i++) {
      both += (actual[i] ?? 0) * (predicted[i] ?? 0);
      either += (actual[i] ?? 0) + (predicted[i] ?? 0);
    }
    if (2 * both === either) allRight++;
    f1 += shareOf(2 * both, either);
  }
  return { subsetAccuracy: allRight / count, f1Samples: f1 / count };
}

/** @see sklearn.metrics.precision_recall_fscore_support, average=None */
export function perLabelScores({ actual, predicted, labels }: PredictedLabels): PerClassScores {
  const scores = emptyPerClass(labels);
  const hits = new Float64Array(labels);
  const support = new Float64Array(labels);
  const guesses = new Float64Array(labels);
  for (let i = 0; i < actual.length; i++) {
    const label = i % labels;
    const truth = actual[i] ?? 0;
    const guess = predicted[i] ?? 0;
    hits[label] = (hits[label] ?? 0) + truth * guess;
    support[label] = (support[label] ?? 0) + truth;
    guesses[label] = (guesses[label] ?? 0) + guess;
  }
  for (let label = 0; label < labels; label++) {
    setClass(scores, label, {
      hits: hits[label] ?? 0,
      support: support[label] ?? 0,
      guesses: guesses[label] ?? 0,
    });
  }
  return scores;
}

export interface LabelRanking {
  readonly labelRankingAveragePrecision: number;
  readonly coverageError: number;
  readonly rankingLoss: number;
}

/**
 * How well the true labels of a row are ranked before its false ones; ties count against. NaN for no rows or a score
 * that is NaN.
 * @see sklearn.metrics label_ranking_average_precision_score, coverage_error, label_ranking_loss
 */
export function labelRanking({ actual, scores, labels }: ScoredLabels): LabelRanking {
  const count = labels === 0 ? 0 : actual.length / labels;
  const totals = { precision: 0, coverage: 0, loss: 0 };
  for (let row = 0; row < count; row++) {
    const at = row * labels;
    const one = rankRow(actual.subarray(at, at + labels), scores.subarray(at, at + labels));
    totals.precision += one.precision;
    totals.coverage += one.coverage;
    totals.loss += one.loss;
  }
  return {
    labelRankingAveragePrecision: totals.precision / count,
    coverageError: totals.coverage / count,
    rankingLoss: totals.loss / count,
  };
}

/** Of one row; L log L in its labels. */
function rankRow(
  actual: Uint8Array,
  scores: Float64Array,
): { precision: number; coverage: number; loss: number } {
  if (scores.some(Number.isNaN)) return { precision: NaN, coverage: NaN, loss: NaN };
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const relevant = sum(Float64Array.from(actual));
  const labels = actual.length;
  let precision = 0;
  let coverage = 0;
  let wrongPairs = 0;
  let seen = 0;
  let seenTrue = 0;
  while (seen < labels) {
    const value = scores[order[seen] ?? 0];
    let inGroup = 0;
    let trueInGroup = 0;
    while (seen + inGroup < labels && scores[order[seen + inGroup] ?? 0] === value) {
      trueInGroup += actual[order[seen + inGroup] ?? 0] ?? 0;
      inGroup++;
    }
    seen += inGroup;
    seenTrue += trueInGroup;
    if (trueInGroup > 0) coverage = seen;
    precision += trueInGroup * (seenTrue / seen);
    wrongPairs += trueInGroup * (seen - seenTrue);
  }
  // All or none: no ranking could be wrong.
  if (relevant === 0 || relevant === labels) return { precision: 1, coverage, loss: 0 };
  return { precision: precision / relevant, coverage, loss: wrongPairs / (relevant * (labels - relevant)) };
}

/** Of each label over the rows: NaN for a label that always or never occurs. */
export function rocAucPerLabel(rows: ScoredLabels): Float64Array {
  return perLabel(rows, rocAuc);
}

/** Of each label over the rows: 0 for a label that never occurs. */
export function averagePrecisionPerLabel(rows: ScoredLabels): Float64Array {
  return perLabel(rows, averagePrecision);
}

function perLabel(
  { actual, scores, labels }: ScoredLabels,
  metric: (positive: Uint8Array, score: Float64Array) => number,
): Float64Array {
  const count = labels === 0 ? 0 : actual.length / labels;
  return Float64Array.from({ length: labels }, (_, label) => {
    const positive = Uint8Array.from({ length: count }, (__, row) => actual[row * labels + label] ?? 0);
    const score = Float64Array.from({ length: count }, (__, row) => scores[row * labels + label] ?? NaN);
    return metric(positive, score);
  });
}
