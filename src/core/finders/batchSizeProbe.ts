// Owns the batch-size probe: the same number of rows from the same first weights in batches of several sizes; what each
// learnt of them, and how fast. The largest that learns as well wins time for nothing.
import type { Clock } from '../../shared/clock';
import type { RandomStream } from '../../shared/random';
import type { TrainingEngine } from '../train/engine';
import { eachBatch } from './eachBatch';

export interface BatchProbeOptions {
  /** Each with the same first weights; the probe disposes of it. */
  readonly createEngine: () => TrainingEngine;
  readonly rows: number;
  readonly outputWidth: number;
  readonly learningRate: number;
  /** The same order for each size. */
  readonly createShuffle: () => RandomStream;
  readonly clock: Clock;
  readonly sizes?: readonly number[];
  /** Rows each size is given. */
  readonly budgetRows?: number;
  readonly signal?: AbortSignal | undefined;
  readonly breathe: () => Promise<void>;
  readonly onSize?: (size: number) => void;
}

export interface ProbedSize {
  readonly batchSize: number;
  /** Mean train loss over the last quarter of the rows; NaN when it was not finite. */
  readonly loss: number;
  readonly samplesPerSecond: number;
}

export interface BatchProbe {
  readonly sizes: readonly ProbedSize[];
  /** Of those whose loss is at most a twentieth above the lowest, the fastest. */
  readonly suggestion: number | undefined;
}

const SIZES = [8, 16, 32, 64, 128, 256, 512, 1024, 2048];
const BUDGET_ROWS = 20_000;
const TOLERANCE = 1.05;

export async function batchSizeProbe(options: BatchProbeOptions): Promise<BatchProbe> {
  const { rows, budgetRows = Math.min(BUDGET_ROWS, 20 * options.rows) } = options;
  const sizes: ProbedSize[] = [];
  for (const batchSize of options.sizes ?? SIZES) {
    if (batchSize > rows && sizes.length > 0) break;
    options.onSize?.(batchSize);
    sizes.push(await probe(options, Math.min(batchSize, rows), budgetRows));
  }
  const lowest = Math.min(...sizes.map(({ loss }) => loss).filter(Number.isFinite));
  const good = sizes.filter(({ loss }) => loss <= TOLERANCE * lowest);
  const fastest = good.reduce<ProbedSize | undefined>(
    (best, one) => (best === undefined || one.samplesPerSecond > best.samplesPerSecond ? one : best),
    undefined,
  );
  return { sizes, suggestion: fastest?.batchSize };
}

async function probe(options: BatchProbeOptions, batchSize: number, budgetRows: number): Promise<ProbedSize> {
  const { createEngine, createShuffle, learningRate, clock } = options;
  const engine = createEngine();
  try {
    const startMs = clock.now();
    const total = { seen: 0, sum: 0, counted: 0 };
    await eachBatch({
      ...options,
      engine,
      batchSize,
      shuffle: createShuffle(),
      learningRate: () => learningRate,
      afterStep: ({ loss, rows, finite }) => {
        total.seen += rows;
        if (total.seen > 0.75 * budgetRows) {
          total.sum += finite ? loss * rows : NaN;
          total.counted += rows;
        }
        return finite && total.seen < budgetRows;
      },
    });
    const seconds = Math.max(clock.now() - startMs, 1) / 1000;
    return { batchSize, loss: total.sum / total.counted, samplesPerSecond: total.seen / seconds };
  } finally {
    engine.dispose();
  }
}
