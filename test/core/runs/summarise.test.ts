import { describe, expect, it } from 'vitest';
import { applyEvent, initialOf, newSummary } from '../../../src/core/runs/summarise';
import type { TrainEvent } from '../../../src/shared/schema/run';
import { smallExperiment } from '../../support/runs';

const start = newSummary({
  runId: 'r',
  experiment: smallExperiment(),
  experimentPath: undefined,
  dataPath: '/d.csv',
  nowMs: 1,
});
const epoch = (n: number, step: number): TrainEvent => ({
  type: 'epoch',
  timeMs: n,
  epoch: n,
  step,
  train: { loss: 1 / n },
  validation: { loss: 2 / n },
  learningRate: 0.1,
  samplesPerSecond: 10,
  best: n === 1,
});
const steps = (step: number[]): TrainEvent => ({
  type: 'steps',
  timeMs: 2,
  step,
  epoch: step,
  wallTimeMs: step,
  loss: step,
});

describe('the summary of a run', () => {
  it('never counts steps backwards when an epoch is told after steps of the next one', () => {
    const summary = [steps([1, 2, 3, 4]), epoch(1, 3)].reduce(applyEvent, start);
    expect(summary).toMatchObject({ epoch: 1, step: 4, bestEpoch: 1 });
  });

  it('is the same when all events are folded anew over its initial part', () => {
    const events: TrainEvent[] = [
      steps([1]),
      epoch(1, 1),
      { type: 'warning', timeMs: 3, code: 'a', message: 'b' },
      epoch(2, 2),
      { type: 'finished', timeMs: 4, reason: 'stopped', epoch: 2, bestEpoch: 1 },
    ];
    const once = events.reduce(applyEvent, start);
    expect(once).toMatchObject({ state: 'stopped', warnings: [{ code: 'a', message: 'b' }] });
    expect(events.reduce(applyEvent, initialOf(once))).toEqual(once);
  });
});
