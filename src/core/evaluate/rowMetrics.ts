// Owns metrics as functions of which rows they are of, rows repeated or left out: what resampling and slices need. What
// can be prepared once (a cell of the confusion matrix, a place in the ranking, a loss) is, so that a resample is a few
// operations a row.
import { thresholdCounts, type ScoreArray } from './thresholdCounts';

/** @param rows row numbers, any number of times each; NaN where the metric is not defined on them */
export type RowMetric = (rows: Uint32Array) => number;

/** Any statistic of the confusion counts. */
export function confusionMetric(
  { actual, predicted, classes }: { actual: Uint32Array; predicted: Uint32Array; classes: number },
  statistic: (counts: Float64Array) => number,
): RowMetric {
  const cells = actual.map((c, row) => c * classes + (predicted[row] ?? 0));
  const counts = new Float64Array(classes * classes);
  return (rows) => {
    counts.fill(0);
    for (const row of rows) {
      const cell = cells[row] ?? 0;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    return statistic(counts);
  };
}

/** As `rocAuc`. */
export function rocAucMetric(positive: Uint8Array, score: ScoreArray): RowMetric {
  return rankMetric(positive, score, (counts) => {
    let negatives = 0;
    let positives = 0;
    let wins = 0;
    // From the highest score down: a positive wins over the negatives that come later.
    for (let at = 0; at < counts.length; at += 2) {
      const down = counts[at] ?? 0;
      const up = counts[at + 1] ?? 0;
      wins += down * (positives + up / 2);
      negatives += down;
      positives += up;
    }
    return wins / (positives * negatives);
  });
}

/** As `averagePrecision`. */
export function averagePrecisionMetric(positive: Uint8Array, score: ScoreArray): RowMetric {
  return rankMetric(positive, score, (counts) => {
    let seen = 0;
    let positives = 0;
    let area = 0;
    for (let at = 0; at < counts.length; at += 2) {
      const up = counts[at + 1] ?? 0;
      positives += up;
      seen += up + (counts[at] ?? 0);
      if (up > 0) area += (up * positives) / seen;
    }
    if (seen === 0) return NaN;
    return positives === 0 ? 0 : area / positives;
  });
}

/** @param area of counts [2 * place + positive], places from the highest score down */
function rankMetric(
  positive: Uint8Array,
  score: ScoreArray,
  area: (counts: Uint32Array) => number,
): RowMetric {
  const { thresholds } = thresholdCounts(positive, score);
  // Of a score that is NaN there are no thresholds.
  if (thresholds.length === 0) return () => NaN;
  const codes = Uint32Array.from(positive, (is, row) => 2 * placeOf(thresholds, score[row] ?? 0) + is);
  const counts = new Uint32Array(2 * thresholds.length);
  return (rows) => {
    counts.fill(0);
    for (const row of rows) {
      const code = codes[row] ?? 0;
      counts[code] = (counts[code] ?? 0) + 1;
    }
    return area(counts);
  };
}

/** Where a value is in a descending list that has it. */
function placeOf(descending: Float64Array, value: number): number {
  let low = 0;
  let high = descending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((descending[middle] ?? 0) > value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The mean of one value a row, and what is made of it, e.g. a root. */
export function meanMetric(
  values: Float64Array,
  finish: (mean: number) => number = (mean) => mean,
): RowMetric {
  return (rows) => {
    let total = 0;
    for (const row of rows) total += values[row] ?? 0;
    return finish(total / rows.length);
  };
}

/** Any statistic of columns of numbers: slower, as the rows are gathered first. */
export function gatheredMetric(
  columns: readonly Float64Array[],
  statistic: (gathered: readonly Float64Array[]) => number,
): RowMetric {
  let scratch = columns.map(() => new Float64Array(0));
  return (rows) => {
    if (scratch.some((column) => column.length !== rows.length)) {
      scratch = columns.map(() => new Float64Array(rows.length));
    }
    columns.forEach((column, j) => {
      const into = scratch[j];
      if (into === undefined) return;
      for (let i = 0; i < rows.length; i++) into[i] = column[rows[i] ?? 0] ?? 0;
    });
    return statistic(scratch);
  };
}

/** A mean of metrics: NaN when one is. */
export function meanOfMetrics(metrics: readonly RowMetric[]): RowMetric {
  return (rows) => metrics.reduce((total, metric) => total + metric(rows), 0) / metrics.length;
}
