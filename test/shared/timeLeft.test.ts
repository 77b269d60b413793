import { describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../src/shared/schema/run';
import { TimeLeft } from '../../src/shared/timeLeft';

const model = (epochs: number): TrainEvent => ({
  type: 'model',
  timeMs: 0,
  parameters: 1,
  loss: 'meanSquaredError',
  batchSize: 1,
  stepsPerEpoch: 1,
  epochs,
});
const phase = (timeMs: number, name: 'training' | 'evaluating' = 'training'): TrainEvent => ({
  type: 'phase',
  timeMs,
  phase: name,
});
const epoch = (n: number, timeMs: number): TrainEvent => ({
  type: 'epoch',
  timeMs,
  epoch: n,
  step: n,
  train: {},
  validation: {},
  learningRate: 1,
  samplesPerSecond: 1,
  best: false,
});

function after(...events: TrainEvent[]): number | undefined {
  const left = new TimeLeft();
  for (const event of events) left.append(event);
  return left.estimateMs();
}

describe('the time left', () => {
  it('is unknown until an epoch is done', () => {
    expect(after()).toBeUndefined();
    expect(after(phase(0), model(10))).toBeUndefined();
    expect(after(model(10), epoch(1, 100))).toBeUndefined();
  });

  it('is the mean duration of the epochs times those to come', () => {
    expect(after(model(10), phase(1000), epoch(1, 1100), epoch(2, 1400))).toBe(200 * 8);
    expect(after(phase(1000), model(2), epoch(1, 1100), epoch(2, 1400))).toBe(0);
  });

  it('forgets slow first epochs after twenty others', () => {
    const fast = Array.from({ length: 20 }, (_, i) => epoch(i + 2, 10_000 + 10 * (i + 1)));
    expect(after(model(31), phase(0), epoch(1, 10_000), ...fast)).toBe(10 * 10);
  });

  it('is nothing once the run is over or its epochs are', () => {
    const run = [model(10), phase(0), epoch(1, 100)];
    expect(after(...run, phase(110, 'evaluating'))).toBeUndefined();
    expect(
      after(...run, { type: 'finished', timeMs: 120, reason: 'stopped', epoch: 1, bestEpoch: 1 }),
    ).toBeUndefined();
    expect(
      after(...run, { type: 'failed', timeMs: 120, error: { code: 'a.b', message: 'm' } }),
    ).toBeUndefined();
  });
});
