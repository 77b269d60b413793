import { describe, expect, it } from 'vitest';
import { MetricSeries, type SeriesChunk, type SeriesCursor } from '../../src/shared/metricSeries';
import type { TrainEvent } from '../../src/shared/schema/run';

const steps = (from: number, count: number): TrainEvent => ({
  type: 'steps',
  timeMs: 0,
  step: Array.from({ length: count }, (_, i) => from + i),
  epoch: Array.from({ length: count }, (_, i) => (from + i) / 10),
  wallTimeMs: Array.from({ length: count }, (_, i) => 100 * (from + i)),
  loss: Array.from({ length: count }, (_, i) => (from + i === 3 ? NaN : 1 / (from + i))),
});
const epoch = (n: number): TrainEvent => ({
  type: 'epoch',
  timeMs: 1000 * n,
  epoch: n,
  step: 10 * n,
  train: { loss: 1 / n, accuracy: Infinity },
  validation: { loss: 2 / n },
  learningRate: 0.1,
  samplesPerSecond: 1,
  best: false,
});

const keyOf = ({ resolution, split, metric }: SeriesChunk): string => `${resolution}/${split}/${metric}`;

function joined(batches: readonly SeriesChunk[][]): Record<string, number[][]> {
  const all: Record<string, number[][]> = {};
  for (const chunk of batches.flat()) {
    const columns = (all[keyOf(chunk)] ??= [[], [], [], []]);
    for (const [i, name] of (['step', 'epoch', 'wallTimeMs', 'value'] as const).entries())
      columns[i]!.push(...chunk[name]);
  }
  return all;
}

describe('the points of a run', () => {
  it('are the same as a snapshot and deltas, whenever they were taken', () => {
    const series = new MetricSeries();
    const early: SeriesCursor = new Map();
    const late: SeriesCursor = new Map();
    const earlyBatches: SeriesChunk[][] = [series.takeDelta(early)];
    for (let n = 1; n <= 20; n++) {
      series.append(steps(1 + 10 * (n - 1), 10));
      if (n % 3 === 0) earlyBatches.push(series.takeDelta(early));
      series.append(epoch(n));
    }
    earlyBatches.push(series.takeDelta(early));
    const snapshot = series.takeDelta(late);
    expect(joined(earlyBatches)).toEqual(joined([snapshot]));
    const all = joined([snapshot]);
    expect(Object.keys(all).sort()).toEqual([
      'epoch/train/accuracy',
      'epoch/train/loss',
      'epoch/validation/loss',
      'step/train/loss',
    ]);
    expect(all['step/train/loss']![0]).toHaveLength(200);
    expect(all['epoch/validation/loss']![3]).toEqual(Array.from({ length: 20 }, (_, i) => 2 / (i + 1)));
  });

  it('keep NaN and infinity as points', () => {
    const series = new MetricSeries();
    series.append(steps(1, 4));
    series.append(epoch(1));
    const all = joined([series.takeDelta(new Map())]);
    expect(all['step/train/loss']![3]).toEqual([1, 0.5, NaN, 0.25]);
    expect(all['epoch/train/accuracy']![3]).toEqual([Infinity]);
  });

  it('are nothing new when nothing came, and nothing of other events', () => {
    const series = new MetricSeries();
    const cursor: SeriesCursor = new Map();
    series.append({ type: 'phase', timeMs: 1, phase: 'training' });
    expect(series.takeDelta(cursor)).toEqual([]);
    series.append(epoch(1));
    expect(series.takeDelta(cursor)).toHaveLength(3);
    expect(series.takeDelta(cursor)).toEqual([]);
  });

  it('are copies: nothing that was handed out changes, shares a buffer or carries more than its points', () => {
    const series = new MetricSeries();
    series.append(steps(1, 2));
    const [first] = series.takeDelta(new Map());
    const [second] = series.takeDelta(new Map());
    series.append(steps(3, 200));
    expect([...first!.step]).toEqual([1, 2]);
    first!.value[0] = 99;
    expect(second!.value[0]).toBe(1);
    const buffers = [first!, second!]
      .flatMap((c) => [c.step, c.epoch, c.wallTimeMs, c.value])
      .map((a) => a.buffer);
    expect(new Set(buffers).size).toBe(buffers.length);
    for (const buffer of buffers) expect(buffer.byteLength).toBe(16);
  });
});
