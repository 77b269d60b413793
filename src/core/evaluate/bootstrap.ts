// Owns how sure a score is, whatever its formula: rows are drawn again with replacement, all their columns together, and
// the score is taken each time (percentile bootstrap).
import { randomStream } from '../../shared/random';
import type { Interval } from '../../shared/schema/interval';
import { Pacer } from '../pacer';
import { rowDrawer } from './drawRows';
import { LEVEL } from './intervals';
import { quantileOfSorted } from './percentiles';
import type { RowMetric } from './rowMetrics';

export const RESAMPLES = 1000;
/** Up to here every resample that was asked for is drawn. */
const FULL_ROWS = 20_000;
/** The quantiles of fewer jump about. */
const FEWEST_RESAMPLES = 200;

/**
 * Over 20,000 rows, as many fewer resamples as there are more rows, down to 200: the interval is narrow there, and its
 * own error a small part of it.
 */
export function resamplesFor(rows: number, wanted = RESAMPLES): number {
  if (rows <= FULL_ROWS) return wanted;
  return Math.max(Math.min(wanted, FEWEST_RESAMPLES), Math.round((wanted * FULL_ROWS) / rows));
}

export interface BootstrapOptions {
  /** Rows 0 to rows - 1 are drawn from. */
  readonly rows: number;
  readonly seed: number;
  readonly level?: number;
  /** Wanted; fewer are drawn over 20,000 rows. */
  readonly resamples?: number;
  readonly signal?: AbortSignal | undefined;
  /** Lets the process answer; called about every 10 ms of work. */
  readonly breathe: () => Promise<void>;
  /** Fills `into` with the row numbers of a resample. Absent: drawn from a stream of the seed. */
  readonly draw?: (into: Uint32Array, resample: number) => void;
}

/** @throws BenchError 'internal.cancelled' */
export async function bootstrap(metric: RowMetric, options: BootstrapOptions): Promise<Interval> {
  const { metric: interval } = await bootstrapAll({ metric }, options);
  return interval;
}

/**
 * Several metrics on the same resamples. A resample on which a metric is not defined (no row of a class was drawn) does
 * not count for it; `resamples` of the result says how many did.
 */
export async function bootstrapAll<K extends string>(
  metrics: Readonly<Record<K, RowMetric>>,
  options: BootstrapOptions,
): Promise<Record<K, Interval>> {
  const named: [string, RowMetric][] = Object.entries(metrics);
  const { whole, drawn } = await resampled(
    named.map(([, metric]) => metric),
    options,
  );
  const { level = LEVEL } = options;
  const intervals: Record<string, Interval> = {};
  named.forEach(([name], j) => {
    intervals[name] = percentileInterval(drawn[j] ?? new Float64Array(0), { value: whole[j] ?? NaN, level });
  });
  return intervals;
}

export interface PairedDifference {
  /** Of a - b. */
  readonly interval: Interval;
  /** Shares of the resamples; the rest is where b is better. */
  readonly shareABetter: number;
  readonly shareTied: number;
}

/**
 * Two models on the same rows: what is hard about a resample is hard for both.
 * @param better which of two values is; `isBetter` of the metric's direction
 */
export async function pairedBootstrap(
  a: RowMetric,
  b: RowMetric,
  { better = (x, y) => x > y, ...options }: BootstrapOptions & { better?: (x: number, y: number) => boolean },
): Promise<PairedDifference> {
  const { whole, drawn } = await resampled([a, b], options);
  const [ofA = new Float64Array(0), ofB = ofA] = drawn;
  const differences = ofA.map((value, i) => value - (ofB[i] ?? NaN));
  let defined = 0;
  let wins = 0;
  let ties = 0;
  for (let i = 0; i < ofA.length; i++) {
    const [x, y] = [ofA[i] ?? NaN, ofB[i] ?? NaN];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    defined++;
    if (better(x, y)) wins++;
    else if (!better(y, x)) ties++;
  }
  const value = (whole[0] ?? NaN) - (whole[1] ?? NaN);
  return {
    interval: percentileInterval(differences, { value, level: options.level ?? LEVEL }),
    shareABetter: wins / defined,
    shareTied: ties / defined,
  };
}

/** Each metric on all rows, and on each resample: [metric][resample]. */
async function resampled(
  metrics: readonly RowMetric[],
  options: BootstrapOptions,
): Promise<{ whole: number[]; drawn: Float64Array[] }> {
  const { rows, seed, draw = rowDrawer(rows, randomStream(seed, 'bootstrap')) } = options;
  const pacer = new Pacer(options);
  const resamples = rows === 0 ? 0 : resamplesFor(rows, options.resamples);
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  const whole: number[] = [];
  for (const metric of metrics) {
    whole.push(metric(all));
    if (pacer.spend(rows * OPERATIONS_PER_ROW)) await pacer.rest();
  }
  const drawn = metrics.map(() => new Float64Array(resamples));
  const sample = new Uint32Array(rows);
  for (let resample = 0; resample < resamples; resample++) {
    draw(sample, resample);
    if (pacer.spend(rows * OPERATIONS_PER_ROW)) await pacer.rest();
    for (const [j, metric] of metrics.entries()) {
      const values = drawn[j];
      if (values !== undefined) values[resample] = metric(sample);
      if (pacer.spend(rows * OPERATIONS_PER_ROW)) await pacer.rest();
    }
  }
  return { whole, drawn };
}

/** Of a pacer's operations: a random look-up or two, and a count. */
export const OPERATIONS_PER_ROW = 10;

/** Quantiles of the values that are defined; NaN when none is. @see numpy.percentile */
export function percentileInterval(
  values: Float64Array,
  { value, level }: { value: number; level: number },
): Interval {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort();
  return {
    value,
    low: quantileOfSorted(sorted, (1 - level) / 2),
    high: quantileOfSorted(sorted, (1 + level) / 2),
    level,
    method: 'bootstrap',
    resamples: sorted.length,
  };
}
