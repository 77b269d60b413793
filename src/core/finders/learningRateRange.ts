// Owns the learning-rate range test: from the first weights, a step at each of many growing rates; where the loss falls
// fastest is a good rate to start with. @see Smith 2017, section 3.3
import type { TrainingEngine } from '../train/engine';
import { eachBatch, type BatchesOptions } from './eachBatch';

export interface RangeTestOptions extends Omit<BatchesOptions, 'learningRate' | 'afterStep'> {
  /** Fresh: its weights are used up. */
  readonly engine: TrainingEngine;
  readonly lowest?: number;
  readonly highest?: number;
  readonly steps?: number;
  readonly onStep?: (done: number, of: number) => void;
}

/** Columns of equal length, in the order of the rates. */
export interface RangeTest {
  readonly learningRate: readonly number[];
  readonly loss: readonly number[];
  /** Exponential moving average of the losses, freed of its bias. */
  readonly smoothed: readonly number[];
  /** undefined when the loss never fell: another rate will not help. */
  readonly suggestion: RangeSuggestion | undefined;
}

export interface RangeSuggestion {
  /** Where the smoothed loss falls fastest with the logarithm of the rate. */
  readonly learningRate: number;
  /** From where on it gets worse. */
  readonly lowestLossAt: number;
}

const MOMENTUM = 0.95;
/** It has burst: what follows says nothing any more. */
const BURST = 4;

export async function learningRateRange(options: RangeTestOptions): Promise<RangeTest> {
  const { lowest = 1e-7, highest = 10, steps = 200 } = options;
  const rateAt = (i: number): number => lowest * (highest / lowest) ** (i / (steps - 1));
  const learningRate: number[] = [];
  const loss: number[] = [];
  const smoothed: number[] = [];
  let average = 0;
  let best = Infinity;
  await eachBatch({
    ...options,
    learningRate: rateAt,
    afterStep: ({ loss: value, finite }, i) => {
      if (!finite) return false;
      average = MOMENTUM * average + (1 - MOMENTUM) * value;
      const now = average / (1 - MOMENTUM ** (i + 1));
      learningRate.push(rateAt(i));
      loss.push(value);
      smoothed.push(now);
      best = Math.min(best, now);
      options.onStep?.(i + 1, steps);
      return i + 1 < steps && now < BURST * best;
    },
  });
  return { learningRate, loss, smoothed, suggestion: suggest(learningRate, smoothed) };
}

/** Rates on each side of a point that its slope is taken over: a tenth of a decade of 200 steps over eight is two. */
const REACH = 4;

function suggest(rates: readonly number[], smoothed: readonly number[]): RangeSuggestion | undefined {
  const lowestAt = smoothed.indexOf(Math.min(...smoothed));
  let steepest = 0;
  let at = -1;
  // The first few averages are of few losses.
  for (let i = 2 * REACH; i < lowestAt; i++) {
    const [a, b] = [Math.max(0, i - REACH), Math.min(smoothed.length - 1, i + REACH)];
    const rise = (smoothed[b] ?? 0) - (smoothed[a] ?? 0);
    const run = Math.log((rates[b] ?? 1) / (rates[a] ?? 1));
    if (rise / run < steepest) [steepest, at] = [rise / run, i];
  }
  const start = smoothed[2 * REACH] ?? NaN;
  // A fall of less than a hundredth is noise.
  if (at < 0 || !((smoothed[lowestAt] ?? NaN) < 0.99 * start)) return undefined;
  return { learningRate: Number((rates[at] ?? 0).toPrecision(2)), lowestLossAt: rates[lowestAt] ?? 0 };
}
