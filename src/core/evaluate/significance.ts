// Owns whether two models differ by more than chance, from their scores on the same repeats or folds.
import type { Interval } from '../../shared/schema/interval';
import { normalTwoSided, studentQuantile, studentTwoSided } from './distributions';
import { LEVEL } from './intervals';
import { meanOf, meanSquare } from './regression';

export interface MeanDifference {
  /** Of a - b. */
  readonly interval: Interval;
  /** t; of differences that are all the same, infinite, or 0 when they are 0. */
  readonly statistic: number;
  /** Two-sided; NaN for fewer than two repeats. */
  readonly pValue: number;
  readonly degreesOfFreedom: number;
}

/** Independent repeats, e.g. seeds on one split. @see scipy.stats.ttest_rel */
export function pairedTTest(a: Float64Array, b: Float64Array, level = LEVEL): MeanDifference {
  return testOfMean(differences(a, b), { level, method: 'studentT', perRepeat: 1 / a.length });
}

/**
 * Folds or repeated splits, whose train rows overlap: the variance of the mean is (1 / k + test / train) s^2 instead of
 * s^2 / k, without which the plain test finds differences that are not there.
 * @see Nadeau & Bengio 2003, corrected resampled t-test
 */
export function correctedTTest(
  a: Float64Array,
  b: Float64Array,
  { testRows, trainRows, level = LEVEL }: { testRows: number; trainRows: number; level?: number },
): MeanDifference {
  const perRepeat = 1 / a.length + testRows / trainRows;
  return testOfMean(differences(a, b), { level, method: 'correctedT', perRepeat });
}

function testOfMean(
  values: Float64Array,
  { level, method, perRepeat }: { level: number; method: Interval['method']; perRepeat: number },
): MeanDifference {
  const value = meanOf(values);
  const degreesOfFreedom = values.length - 1;
  const facts = { value, level, method, resamples: 0 };
  if (degreesOfFreedom < 1) {
    const interval = { ...facts, low: -Infinity, high: Infinity };
    return { interval, statistic: NaN, pValue: NaN, degreesOfFreedom: Math.max(0, degreesOfFreedom) };
  }
  const variance = meanSquare(values, value);
  const error = Math.sqrt((variance.mean * values.length * perRepeat) / degreesOfFreedom) * variance.scale;
  const statistic = value === 0 ? 0 : value / error;
  const half = error * studentQuantile((1 + level) / 2, degreesOfFreedom);
  return {
    interval: { ...facts, low: value - half, high: value + half },
    statistic,
    pValue: studentTwoSided(Math.abs(statistic), degreesOfFreedom),
    degreesOfFreedom,
  };
}

function differences(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] ?? NaN));
}

export interface SignedRanks {
  /** The smaller sum of ranks: of what is above 0, or of what is below. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
  /** exact: all changes of sign were counted, ties included. normal: corrected for ties, not for continuity. */
  readonly method: 'exact' | 'normal';
  /** Differences that are not 0. */
  readonly rows: number;
}

/** Up to here every change of sign is counted. */
const EXACT_ROWS = 25;

/**
 * Wilcoxon's signed-rank test of paired differences; those of 0 are left out, equal ones share their ranks. No
 * difference at all: p is 1. One that is NaN: NaN.
 * @see scipy.stats.wilcoxon(zero_method='wilcox')
 */
export function wilcoxonSignedRank(paired: Float64Array): SignedRanks {
  const kept = paired.filter((value) => value !== 0);
  const rows = kept.length;
  const method = rows <= EXACT_ROWS ? 'exact' : 'normal';
  if (kept.some(Number.isNaN)) return { statistic: NaN, pValue: NaN, method, rows };
  if (rows === 0) return { statistic: 0, pValue: 1, method, rows };
  const { doubled, ties } = doubledRanks(kept.map(Math.abs));
  let above = 0;
  kept.forEach((value, i) => {
    if (value > 0) above += doubled[i] ?? 0;
  });
  // Both sums together are n (n + 1), doubled.
  const smaller = Math.min(above, rows * (rows + 1) - above);
  const pValue = method === 'exact' ? exactTail(doubled, smaller) : normalTail(rows, smaller / 2, ties);
  return { statistic: smaller / 2, pValue, method, rows };
}

/** Twice the mean ranks, so that they are whole; and the sum of t^3 - t over groups of t equal ones. */
function doubledRanks(values: Float64Array): { doubled: Uint32Array; ties: number } {
  const order = Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const doubled = new Uint32Array(values.length);
  let ties = 0;
  let start = 0;
  while (start < order.length) {
    let end = start;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    // Ranks start + 1 to end.
    for (let i = start; i < end; i++) doubled[order[i] ?? 0] = start + 1 + end;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { doubled, ties };
}

/** How many of the 2^n changes of sign give a sum of at most `smaller`, on either side. */
function exactTail(doubled: Uint32Array, smaller: number): number {
  const most = doubled.reduce((total, rank) => total + rank, 0);
  const ways = new Float64Array(most + 1);
  ways[0] = 1;
  for (const rank of doubled) {
    for (let total = most; total >= rank; total--) {
      ways[total] = (ways[total] ?? 0) + (ways[total - rank] ?? 0);
    }
  }
  let tail = 0;
  for (let total = 0; total <= smaller; total++) tail += ways[total] ?? 0;
  return Math.min(1, (2 * tail) / 2 ** doubled.length);
}

function normalTail(rows: number, smaller: number, ties: number): number {
  const mean = (rows * (rows + 1)) / 4;
  const variance = (rows * (rows + 1) * (2 * rows + 1)) / 24 - ties / 48;
  return normalTwoSided((mean - smaller) / Math.sqrt(variance));
}
