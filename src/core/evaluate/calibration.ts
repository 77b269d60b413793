// Owns how far stated probabilities are from how often things happen: the calibration curve, its expected and its
// maximum error.
import { binOf, quantileOfSorted } from './percentiles';
import type { ClassProbabilities } from './ranking';

export const CALIBRATION_BINS = 10;

export interface CalibrationCurve {
  /** Share of positives in each bin that has rows. */
  readonly observed: Float64Array;
  /** Mean probability in it. */
  readonly predicted: Float64Array;
  readonly rows: Float64Array;
}

export interface CalibrationOptions {
  readonly bins?: number;
  /** uniform: equal width. quantile: equal rows, as far as ties allow. */
  readonly strategy?: 'uniform' | 'quantile';
}

/**
 * @param positive 1 or 0, one a row
 * @param probability of 1, within [0, 1]; a curve without bins when one is NaN
 * @see sklearn.calibration.calibration_curve: a bin holds its upper edge
 */
export function calibrationCurve(
  positive: Uint8Array,
  probability: Float64Array,
  { bins = CALIBRATION_BINS, strategy = 'uniform' }: CalibrationOptions = {},
): CalibrationCurve {
  const none = new Float64Array(0);
  if (probability.some(Number.isNaN)) return { observed: none, predicted: none, rows: none };
  const edges = strategy === 'uniform' ? uniformEdges(bins) : quantileEdges(probability, bins);
  const hits = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const rows = new Float64Array(bins);
  for (let i = 0; i < probability.length; i++) {
    const value = probability[i] ?? 0;
    const bin = binOf(edges, value);
    hits[bin] = (hits[bin] ?? 0) + (positive[i] ?? 0);
    sums[bin] = (sums[bin] ?? 0) + value;
    rows[bin] = (rows[bin] ?? 0) + 1;
  }
  const filled = Uint32Array.from(rows.keys()).filter((bin) => (rows[bin] ?? 0) > 0);
  const inBins = (values: Float64Array): Float64Array => Float64Array.from(filled, (bin) => values[bin] ?? 0);
  const counts = inBins(rows);
  return {
    observed: inBins(hits).map((value, i) => value / (counts[i] ?? 1)),
    predicted: inBins(sums).map((value, i) => value / (counts[i] ?? 1)),
    rows: counts,
  };
}

/** Inner edges. As numpy.linspace rounds them: 3 * 0.1, not 0.3. */
function uniformEdges(bins: number): Float64Array {
  const step = 1 / bins;
  return Float64Array.from({ length: bins - 1 }, (_, i) => (i + 1) * step);
}

function quantileEdges(values: Float64Array, bins: number): Float64Array {
  const sorted = values.slice().sort();
  // As numpy.percentile gets them: to per cent and back.
  return uniformEdges(bins).map((q) => quantileOfSorted(sorted, (q * 100) / 100));
}

export interface CalibrationError {
  /** Expected: sum(rows of bin / rows * |observed - predicted|). */
  readonly ece: number;
  /** Maximum: the largest |observed - predicted|. */
  readonly mce: number;
}

/** NaN for no rows. @see Naeini, Cooper & Hauskrecht 2015 */
export function calibrationError({ observed, predicted, rows }: CalibrationCurve): CalibrationError {
  let total = 0;
  let ece = 0;
  let mce = NaN;
  for (let i = 0; i < rows.length; i++) {
    const gap = Math.abs((observed[i] ?? 0) - (predicted[i] ?? 0));
    ece += (rows[i] ?? 0) * gap;
    total += rows[i] ?? 0;
    mce = mce > gap ? mce : gap;
  }
  return { ece: ece / total, mce };
}

/**
 * What a calibration of classes is of: for two classes the probability of the positive one and whether the row is; for
 * more the probability of the likeliest class (the first of equal ones) and whether it is right. @see Guo et al. 2017
 */
export function confidences({ actual, probabilities, classes }: ClassProbabilities): {
  positive: Uint8Array;
  probability: Float64Array;
} {
  const positive = new Uint8Array(actual.length);
  const probability = new Float64Array(actual.length);
  for (let row = 0; row < actual.length; row++) {
    let top = classes === 2 ? 1 : 0;
    for (let c = 0; c < classes && classes !== 2; c++) {
      if ((probabilities[row * classes + c] ?? 0) > (probabilities[row * classes + top] ?? 0)) top = c;
    }
    positive[row] = actual[row] === top ? 1 : 0;
    // A sum of exponentials may round a little above 1.
    probability[row] = Math.min(1, probabilities[row * classes + top] ?? NaN);
  }
  return { positive, probability };
}

/** On 10 bins of equal width. */
export function calibrationErrorOf(rows: ClassProbabilities): CalibrationError {
  const { positive, probability } = confidences(rows);
  return calibrationError(calibrationCurve(positive, probability));
}
