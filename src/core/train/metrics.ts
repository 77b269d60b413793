// Owns the metrics, in float64 from plain arrays: definitions and edge cases as scikit-learn has them. Knows no
// model, split or event.

/** Rows by true class (first index) and predicted class: counts[actual * classes + predicted]. */
export function confusionCounts(actual: Uint32Array, predicted: Uint32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < actual.length; i++) {
    const cell = (actual[i] ?? 0) * classes + (predicted[i] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

export interface ClassificationScores {
  readonly accuracy: number;
  /** Mean recall over the classes that occur. @see sklearn.metrics.balanced_accuracy_score */
  readonly balancedAccuracy: number;
  /** Mean F1 over the classes that occur or are predicted. @see sklearn.metrics.f1_score, average='macro' */
  readonly macroF1: number;
}

/** @param actual class numbers, one a row; NaN scores for no rows */
export function classificationScores(
  actual: Uint32Array,
  predicted: Uint32Array,
  classes: number,
): ClassificationScores {
  const counts = confusionCounts(actual, predicted, classes);
  let correct = 0;
  let recalls = 0;
  let occurring = 0;
  let f1s = 0;
  let seen = 0;
  for (let c = 0; c < classes; c++) {
    let support = 0;
    let guesses = 0;
    for (let other = 0; other < classes; other++) {
      support += counts[c * classes + other] ?? 0;
      guesses += counts[other * classes + c] ?? 0;
    }
    const hits = counts[c * classes + c] ?? 0;
    correct += hits;
    if (support > 0) {
      recalls += hits / support;
      occurring++;
    }
    if (support + guesses > 0) {
      f1s += (2 * hits) / (support + guesses);
      seen++;
    }
  }
  return {
    accuracy: correct / actual.length,
    balancedAccuracy: recalls / occurring,
    macroF1: f1s / seen,
  };
}

/**
 * Area under the ROC curve as the normalised Mann-Whitney U: ties count half.
 * @param positive 1 for the positive class, else 0
 * @param score anything that ranks; finite
 * @returns NaN when only one class occurs
 * @see sklearn.metrics.roc_auc_score
 */
export function rocAuc(positive: Uint8Array, score: Float32Array | Float64Array): number {
  const order = Uint32Array.from(score.keys()).sort((a, b) => (score[a] ?? 0) - (score[b] ?? 0));
  let positives = 0;
  let rankSum = 0;
  let start = 0;
  while (start < order.length) {
    const value = score[order[start] ?? 0];
    let end = start + 1;
    while (end < order.length && score[order[end] ?? 0] === value) end++;
    // 1-based mean rank of the tied group start..end-1
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (positive[order[i] ?? 0] === 1) {
        positives++;
        rankSum += rank;
      }
    }
    start = end;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return NaN;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * One class against the rest, averaged over the classes, unweighted.
 * @param probabilities [rows, classes], row-major
 * @returns NaN unless every class occurs
 * @see sklearn.metrics.roc_auc_score, multi_class='ovr', average='macro'
 */
export function rocAucOneVsRest(actual: Uint32Array, probabilities: Float64Array, classes: number): number {
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    const positive = Uint8Array.from(actual, (value) => (value === c ? 1 : 0));
    const score = Float64Array.from(actual, (_, row) => probabilities[row * classes + c] ?? 0);
    sum += rocAuc(positive, score);
  }
  return sum / classes;
}

export interface RegressionScores {
  readonly rmse: number;
  readonly mae: number;
  /** 1 - residual / total sum of squares; NaN when the actual values are all equal. */
  readonly r2: number;
}

/** @see sklearn.metrics root_mean_squared_error, mean_absolute_error, r2_score */
export function regressionScores(actual: Float64Array, predicted: Float64Array): RegressionScores {
  const n = actual.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += ((actual[i] ?? 0) - mean) / (i + 1);
  let squares = 0;
  let absolutes = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const residual = (predicted[i] ?? 0) - (actual[i] ?? 0);
    squares += residual * residual;
    absolutes += Math.abs(residual);
    total += ((actual[i] ?? 0) - mean) ** 2;
  }
  return {
    rmse: Math.sqrt(squares / n),
    mae: absolutes / n,
    r2: total === 0 ? NaN : 1 - squares / total,
  };
}
