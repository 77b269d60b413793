// Owns the scores of predicted classes, all from the counts of a confusion matrix, so that a resample costs no second
// look at the rows. Definitions and edges as scikit-learn has them. Knows no model, split or event.

/** Rows by true class (first index) and predicted class: counts[actual * classes + predicted]. */
export function confusionCounts(actual: Uint32Array, predicted: Uint32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < actual.length; i++) {
    const cell = (actual[i] ?? 0) * classes + (predicted[i] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

/** Of one class against the rest; a share without a denominator is 0. */
export interface PerClassScores {
  /** Rows that are of the class. */
  readonly support: Float64Array;
  /** Rows that are said to be. */
  readonly predicted: Float64Array;
  readonly truePositives: Float64Array;
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly f1: Float64Array;
}

/** @see sklearn.metrics.precision_recall_fscore_support, average=None, labels=range(classes), zero_division=0 */
export function perClassScores(counts: Float64Array, classes: number): PerClassScores {
  const scores = emptyPerClass(classes);
  for (let c = 0; c < classes; c++) {
    let support = 0;
    let guesses = 0;
    for (let other = 0; other < classes; other++) {
      support += counts[c * classes + other] ?? 0;
      guesses += counts[other * classes + c] ?? 0;
    }
    setClass(scores, c, { hits: counts[c * classes + c] ?? 0, support, guesses });
  }
  return scores;
}

export function emptyPerClass(classes: number): PerClassScores {
  const column = (): Float64Array => new Float64Array(classes);
  return {
    support: column(),
    predicted: column(),
    truePositives: column(),
    precision: column(),
    recall: column(),
    f1: column(),
  };
}

export interface ClassTotals {
  readonly hits: number;
  readonly support: number;
  readonly guesses: number;
}

export function setClass(scores: PerClassScores, c: number, { hits, support, guesses }: ClassTotals): void {
  scores.support[c] = support;
  scores.predicted[c] = guesses;
  scores.truePositives[c] = hits;
  scores.precision[c] = shareOf(hits, guesses);
  scores.recall[c] = shareOf(hits, support);
  scores.f1[c] = shareOf(2 * hits, support + guesses);
}

/** sklearn's zero_division=0. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export interface ClassificationScores {
  readonly accuracy: number;
  /** Mean recall over the classes that occur. @see sklearn.metrics.balanced_accuracy_score */
  readonly balancedAccuracy: number;
  /** Macro: means over the classes that occur or are predicted. @see sklearn.metrics.f1_score, average='macro' */
  readonly precisionMacro: number;
  readonly recallMacro: number;
  readonly macroF1: number;
  /** Micro: of all decisions together; with one class a row, all three are the accuracy. */
  readonly precisionMicro: number;
  readonly recallMicro: number;
  readonly f1Micro: number;
  /** Weighted: means over the classes by how many rows are of each. */
  readonly precisionWeighted: number;
  readonly recallWeighted: number;
  readonly f1Weighted: number;
  /** Matthews' correlation, 0 where it has no denominator. @see sklearn.metrics.matthews_corrcoef */
  readonly mcc: number;
  /** NaN when actual and predicted are one and the same class. @see sklearn.metrics.cohen_kappa_score */
  readonly kappa: number;
}

/** @param actual class numbers, one a row; NaN scores for no rows */
export function classificationScores(
  actual: Uint32Array,
  predicted: Uint32Array,
  classes: number,
): ClassificationScores {
  return scoresOfCounts(confusionCounts(actual, predicted, classes), classes);
}

/** @param counts [classes, classes] of `confusionCounts` */
export function scoresOfCounts(counts: Float64Array, classes: number): ClassificationScores {
  const each = perClassScores(counts, classes);
  const rows = sum(each.support);
  const accuracy = sum(each.truePositives) / rows;
  const occurs = each.support.map((support) => (support > 0 ? 1 : 0));
  const seen = each.support.map((support, c) => (support + (each.predicted[c] ?? 0) > 0 ? 1 : 0));
  return {
    accuracy,
    balancedAccuracy: weightedMean(each.recall, occurs),
    precisionMacro: weightedMean(each.precision, seen),
    recallMacro: weightedMean(each.recall, seen),
    macroF1: weightedMean(each.f1, seen),
    precisionMicro: accuracy,
    recallMicro: accuracy,
    f1Micro: accuracy,
    precisionWeighted: weightedMean(each.precision, each.support),
    recallWeighted: weightedMean(each.recall, each.support),
    f1Weighted: weightedMean(each.f1, each.support),
    ...agreement(each, rows),
  };
}

function agreement(each: PerClassScores, rows: number): Pick<ClassificationScores, 'mcc' | 'kappa'> {
  if (rows === 0) return { mcc: NaN, kappa: NaN };
  const hits = sum(each.truePositives);
  let both = 0;
  let actualSquares = 0;
  let predictedSquares = 0;
  for (let c = 0; c < each.support.length; c++) {
    const support = each.support[c] ?? 0;
    const guesses = each.predicted[c] ?? 0;
    both += support * guesses;
    actualSquares += support * support;
    predictedSquares += guesses * guesses;
  }
  const spread = (rows * rows - predictedSquares) * (rows * rows - actualSquares);
  // Chance says which share of the rows two raters with these margins would agree on.
  const unlikely = rows - both / rows;
  return {
    mcc: spread === 0 ? 0 : (hits * rows - both) / Math.sqrt(spread),
    kappa: unlikely === 0 ? NaN : 1 - (rows - hits) / unlikely,
  };
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** NaN when all weights are 0. */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let total = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    total += (values[i] ?? 0) * (weights[i] ?? 0);
    weight += weights[i] ?? 0;
  }
  return total / weight;
}

export interface BinaryScores {
  /** Of the positive class, number 1. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Recall of the negative class. */
  readonly specificity: number;
}

/** @param counts [2, 2] of `confusionCounts` @see sklearn.metrics.f1_score, average='binary' */
export function binaryScores(counts: Float64Array): BinaryScores {
  const { precision, recall, f1 } = perClassScores(counts, 2);
  return {
    precision: precision[1] ?? 0,
    recall: recall[1] ?? 0,
    f1: f1[1] ?? 0,
    specificity: recall[0] ?? 0,
  };
}
