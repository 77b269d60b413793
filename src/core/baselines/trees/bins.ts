// Owns the bins of a feature: at most 255, between all of its values or by quantiles, as scikit-learn's _BinMapper; and
// the train rows as bin numbers. Knows nothing of trees.
import type { RandomStream } from '../../../shared/random';
import type { TrainRows } from '../contract';
import type { Pacer } from '../../pacer';

export const MAX_BINS = 255;
/** Quantiles of more rows than this are taken from a sample. */
const SAMPLE_ROWS = 200_000;

export interface BinnedRows {
  readonly rows: number;
  readonly features: number;
  /** Per feature, ascending; a value is in bin i when threshold[i - 1] < value <= threshold[i]. */
  readonly thresholds: readonly Float64Array[];
  /** Where the bins of feature j begin among all bins; `features + 1` of them. */
  readonly binStarts: Uint32Array;
  /** [features, rows]: a column after the other. */
  readonly bins: Uint8Array;
}

export type ValueRows = Pick<TrainRows, 'rows' | 'features' | 'x' | 'weights'>;

export async function binRows(train: ValueRows, stream: RandomStream, pacer: Pacer): Promise<BinnedRows> {
  const { rows, features, x, weights } = train;
  const sample = rows > SAMPLE_ROWS ? drawRows(train, stream) : undefined;
  const thresholds: Float64Array[] = [];
  const binStarts = new Uint32Array(features + 1);
  const bins = new Uint8Array(rows * features);
  const column = new Float32Array(rows);
  for (let j = 0; j < features; j++) {
    for (let row = 0; row < rows; row++) column[row] = x[row * features + j] ?? 0;
    const found =
      sample === undefined
        ? thresholdsOf(column.slice(), weights)
        : thresholdsOf(Float32Array.from(sample, (row) => column[row] ?? 0));
    if (pacer.spend(rows * 20)) await pacer.rest();
    thresholds.push(found);
    binStarts[j + 1] = (binStarts[j] ?? 0) + found.length + 1;
    for (let row = 0, at = j * rows; row < rows; row++, at++) {
      bins[at] = firstNotBelow(found, column[row] ?? 0);
      if (pacer.spend(20)) await pacer.rest();
    }
  }
  return { rows, features, thresholds, binStarts, bins };
}

/** With replacement, by weight: as scikit-learn, whose quantiles then need no weights. */
function drawRows({ rows, weights }: ValueRows, stream: RandomStream): Uint32Array {
  if (weights === undefined) return Uint32Array.from({ length: SAMPLE_ROWS }, () => stream.nextInt(rows));
  const sums = new Float64Array(rows);
  let total = 0;
  for (let row = 0; row < rows; row++) sums[row] = total += weights[row] ?? 0;
  return Uint32Array.from({ length: SAMPLE_ROWS }, () =>
    Math.min(rows - 1, firstNotBelow(sums, stream.next() * total)),
  );
}

/** Index of the first of ascending values that is not below `value`; their number where there is none. */
function firstNotBelow(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param values are sorted in place where they have no weights */
export function thresholdsOf(values: Float32Array, weights?: Float32Array): Float64Array {
  const sorted = weights === undefined ? values.sort() : Float32Array.from(values).sort();
  const distinct = firstDistinct(sorted, MAX_BINS + 1);
  if (distinct.length <= MAX_BINS) {
    return Float64Array.from(distinct.slice(1), (value, i) => ((distinct[i] ?? 0) + value) / 2);
  }
  const quantiles = weights === undefined ? quantilesOf(sorted) : weightedQuantiles(values, weights);
  return Float64Array.from(new Set(quantiles));
}

/** At most so many. */
function firstDistinct(sorted: Float32Array, most: number): number[] {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.length > 0 && value === distinct[distinct.length - 1]) continue;
    if (distinct.push(value) === most) break;
  }
  return distinct;
}

/** The ranks in [0, 100] between 255 bins, as numpy.linspace. */
function percentileRank(i: number): number {
  return i * (100 / MAX_BINS);
}

/** @see numpy.percentile, method='averaged_inverted_cdf' */
function quantilesOf(sorted: Float32Array): Float64Array {
  const last = sorted.length - 1;
  return Float64Array.from({ length: MAX_BINS - 1 }, (_, i) => {
    const position = sorted.length * (percentileRank(i + 1) / 100) - 1;
    const before = Math.floor(position);
    const low = sorted[Math.min(Math.max(before, 0), last)] ?? 0;
    const high = sorted[Math.min(Math.max(before + 1, 0), last)] ?? 0;
    return position === before ? (low + high) / 2 : high;
  });
}

/** @see sklearn.utils.stats._weighted_percentile, average=True */
function weightedQuantiles(values: Float32Array, weights: Float32Array): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b,
  );
  const sums = new Float64Array(values.length);
  let total = 0;
  for (let i = 0; i < order.length; i++) sums[i] = total += weights[order[i] ?? 0] ?? 0;
  const last = order.length - 1;
  return Float64Array.from({ length: MAX_BINS - 1 }, (_, i) => {
    const wanted = (percentileRank(i + 1) / 100) * total;
    const at = Math.min(firstNotBelow(sums, wanted), last);
    const value = values[order[at] ?? 0] ?? 0;
    if ((sums[at] ?? 0) - wanted > Number.EPSILON) return value;
    return (value + (values[order[Math.min(at + 1, last)] ?? 0] ?? 0)) / 2;
  });
}
