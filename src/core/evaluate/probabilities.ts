// Owns the scores of class probabilities that need no ranking: log loss, Brier score, accuracy among the likeliest k.
import type { ClassProbabilities } from './ranking';

/** sklearn clips to the epsilon of float64: a probability of 0 for the actual class costs 36.04. */
const EPSILON = Number.EPSILON;

/** -log(p) of the actual class, one a row. */
export function logLossPerRow({ actual, probabilities, classes }: ClassProbabilities): Float64Array {
  return Float64Array.from(actual, (c, row) => {
    const p = probabilities[row * classes + c] ?? NaN;
    return -Math.log(Math.min(Math.max(p, EPSILON), 1 - EPSILON));
  });
}

/**
 * One a row: (p - y)^2 of the positive class for two classes, the sum of squares over the classes for more.
 * @see sklearn.metrics.brier_score_loss, scale_by_half='auto'
 */
export function brierPerRow({ actual, probabilities, classes }: ClassProbabilities): Float64Array {
  const half = classes <= 2 ? 0.5 : 1;
  return Float64Array.from(actual, (truth, row) => {
    let squares = 0;
    for (let c = 0; c < classes; c++) {
      squares += ((probabilities[row * classes + c] ?? NaN) - (truth === c ? 1 : 0)) ** 2;
    }
    return squares * half;
  });
}

/** @see sklearn.metrics.log_loss */
export function logLoss(rows: ClassProbabilities): number {
  return plainMean(logLossPerRow(rows));
}

/** @see sklearn.metrics.brier_score_loss */
export function brierScore(rows: ClassProbabilities): number {
  return plainMean(brierPerRow(rows));
}

/** Values of one size, so that a plain sum is safe. */
function plainMean(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total / values.length;
}

/**
 * 1 for a row whose class is among the k likeliest. Of equal probabilities the higher class number comes first; of two
 * classes the positive one has to be over 0.5.
 * @see sklearn.metrics.top_k_accuracy_score
 */
export function topKPerRow({ actual, probabilities, classes }: ClassProbabilities, k: number): Float64Array {
  return Float64Array.from(actual, (truth, row) => {
    if (k >= classes) return 1;
    if (classes === 2) return (probabilities[row * 2 + 1] ?? 0) > 0.5 === (truth === 1) ? 1 : 0;
    const own = probabilities[row * classes + truth] ?? NaN;
    let ahead = 0;
    for (let c = 0; c < classes; c++) {
      const other = probabilities[row * classes + c] ?? NaN;
      // Said so that a NaN is ahead of nothing and behind everything.
      if (c !== truth && !(other < own || (other === own && c < truth))) ahead++;
    }
    return ahead < k ? 1 : 0;
  });
}

export function topKAccuracy(rows: ClassProbabilities, k: number): number {
  return plainMean(topKPerRow(rows, k));
}
