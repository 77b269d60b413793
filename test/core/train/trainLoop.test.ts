import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/core/train/createEngine';
import { flatten } from '../../../src/core/train/checkpointState';
import { runTraining } from '../../../src/core/train/trainLoop';
import type { Checkpoint } from '../../../src/core/runs/checkpointFiles';
import { trainEventSchema, type TrainEvent, type TrainEventOf } from '../../../src/shared/schema/run';
import { datasetOf, experimentOf, tickingClock, train, useBackend } from './support';

const SMALL = [{ type: 'dense', units: 8, activation: 'relu' }];
const of = <T extends TrainEvent['type']>(events: readonly TrainEvent[], type: T): TrainEventOf<T>[] =>
  events.filter((event): event is TrainEventOf<T> => event.type === type);

describe('runTraining', () => {
  it('tells what happened in order, in events that the schema accepts', async () => {
    const dataset = datasetOf('binary');
    const training = { epochs: 6, optimizer: { type: 'adam', learningRate: 0.03 } };
    const { events, result } = await train(experimentOf('binary', SMALL, training), dataset);
    for (const event of events) expect(trainEventSchema.parse(event)).toEqual(event);
    const order = events.map((event) => event.type);
    expect(order.slice(0, 2)).toEqual(['phase', 'model']);
    expect(order.slice(-3)).toEqual(['evaluation', 'diagnosis', 'finished']);
    expect(of(events, 'model')[0]).toMatchObject({
      parameters: 3 * 8 + 8 + 8 + 1,
      loss: 'binaryCrossEntropy',
      batchSize: 32,
      stepsPerEpoch: 4,
      epochs: 6,
    });
    expect(of(events, 'epoch').map((event) => [event.epoch, event.step])).toEqual(
      [1, 2, 3, 4, 5, 6].map((epoch) => [epoch, 4 * epoch]),
    );
    expect(result).toMatchObject({ reason: 'allEpochs', epoch: 6 });
    expect(of(events, 'evaluation')[0]?.test?.accuracy).toBeGreaterThan(
      of(events, 'evaluation')[0]?.baseline?.test.accuracy ?? 1,
    );
  });

  it('reports every step once, and at most ten times a second', async () => {
    const { events } = await train(experimentOf('binary', SMALL, { epochs: 40 }), datasetOf('binary'), {
      clock: tickingClock(3),
    });
    const reports = of(events, 'steps');
    expect(reports.flatMap((event) => event.step)).toEqual(Array.from({ length: 160 }, (_, i) => i + 1));
    expect(reports.flatMap((event) => event.epoch).at(-1)).toBe(40);
    expect(reports.length).toBeGreaterThan(3);
    // The last one comes at the end, whenever that is.
    for (let i = 1; i < reports.length - 1; i++) {
      expect(reports[i]!.timeMs - reports[i - 1]!.timeMs).toBeGreaterThanOrEqual(100);
    }
    for (const { step, epoch, wallTimeMs, loss } of reports) {
      expect([epoch.length, wallTimeMs.length, loss.length]).toEqual([step.length, step.length, step.length]);
    }
  });

  it('gives an epoch the row-weighted mean of its batch losses', async () => {
    // 70 rows in batches of 32, 32 and 6.
    const dataset = datasetOf('regression', { train: 70, validation: 20, test: 20 });
    const { events } = await train(experimentOf('regression', SMALL, { epochs: 1 }), dataset);
    const [a, b, c] = of(events, 'steps').flatMap((event) => event.loss);
    const expected = (32 * a! + 32 * b! + 6 * c!) / 70;
    expect(of(events, 'epoch')[0]?.train.loss).toBeCloseTo(expected, 12);
  });

  it('is bit-identical for the same seed, and not for another', async () => {
    const dataset = datasetOf('multiclass');
    const layers = [...SMALL, { type: 'dropout', rate: 0.3 }];
    const events = async (seed: number): Promise<TrainEvent[]> =>
      (await train(experimentOf('multiclass', layers, { epochs: 5, seed }), dataset)).events;
    const first = await events(1);
    expect(await events(1)).toEqual(first);
    expect(await events(2)).not.toEqual(first);
  });

  it('takes all rows in one step for "full"', async () => {
    const { events } = await train(
      experimentOf('binary', SMALL, { epochs: 3, batchSize: 'full' }),
      datasetOf('binary'),
    );
    expect(of(events, 'model')[0]).toMatchObject({ batchSize: 120, stepsPerEpoch: 1 });
    expect(of(events, 'steps').flatMap((event) => event.epoch)).toEqual([1, 2, 3]);
  });

  it('stops early and scores the restored best weights', async () => {
    const dataset = datasetOf('binary', { train: 40, validation: 40, test: 40 });
    const experiment = experimentOf('binary', [{ type: 'dense', units: 64 }], {
      epochs: 500,
      optimizer: { type: 'adam', learningRate: 0.03 },
      earlyStopping: { patience: 4 },
    });
    const { events, result, checkpoints, parameters } = await train(experiment, dataset);
    expect(result.reason).toBe('earlyStopping');
    expect(result.epoch).toBe(result.bestEpoch + 4);
    const epochs = of(events, 'epoch');
    const best = epochs.find((event) => event.epoch === result.bestEpoch);
    expect(Math.min(...epochs.map((event) => Number(event.validation.loss)))).toBe(best?.validation.loss);
    expect(epochs.filter((event) => event.best).at(-1)).toBe(best);
    expect(of(events, 'evaluation')[0]).toMatchObject({ epoch: result.bestEpoch });
    expect(result.validation.loss).toBe(best?.validation.loss);
    const stored = checkpoints.filter((checkpoint) => checkpoint.kind === 'best').at(-1);
    expect(stored?.epoch).toBe(result.bestEpoch);
    expect(flatten(stored!)).toEqual(parameters);
    expect(checkpoints.filter((checkpoint) => checkpoint.kind === 'last').at(-1)?.epoch).toBe(result.epoch);
  });

  it('keeps the last weights when restoring is off', async () => {
    const experiment = experimentOf('binary', SMALL, {
      epochs: 3,
      earlyStopping: { restoreBest: false },
    });
    const { events, checkpoints, parameters } = await train(experiment, datasetOf('binary'));
    expect(of(events, 'evaluation')[0]).toMatchObject({ epoch: 3 });
    expect(flatten(checkpoints.find((checkpoint) => checkpoint.kind === 'last')!)).toEqual(parameters);
  });

  it('stops within one batch, restores the best and scores it', async () => {
    const dataset = datasetOf('binary');
    const events: TrainEvent[] = [];
    let looks = 0;
    // 4 steps an epoch: the 11th look comes in the third epoch.
    const { result } = await train(experimentOf('binary', SMALL, { epochs: 100, batchSize: 32 }), dataset, {
      events,
      clock: { now: () => 1 },
      stopRequested: () => {
        const steps = of(events, 'steps').flatMap((event) => event.step).length;
        return steps > 0 || ++looks > 11;
      },
    });
    expect(result.reason).toBe('stopped');
    const steps = of(events, 'steps').flatMap((event) => event.step);
    expect(result.epoch).toBe(Math.floor(steps.length / 4));
    expect(steps.length).toBeLessThan(12);
    expect(of(events, 'evaluation')[0]).toMatchObject({ epoch: result.bestEpoch });
    expect(of(events, 'evaluation')[0]?.test?.accuracy).toBeDefined();
    expect(of(events, 'finished')[0]).toMatchObject({ reason: 'stopped', epoch: result.epoch });
  });

  it('trains not one batch after a stop that came through the event loop', async () => {
    const dataset = datasetOf('binary', { train: 4000, validation: 40, test: 40 });
    await useBackend('cpu');
    const experiment = experimentOf('binary', [{ type: 'dense', units: 64 }], { epochs: 1_000_000 });
    const engine = createEngine({ experiment, dataset, backend: 'cpu' });
    let stopped = false;
    let stepsAfter = 0;
    const trainSteps = engine.trainSteps.bind(engine);
    engine.trainSteps = (request) =>
      trainSteps({
        ...request,
        afterStep: (...args) => {
          if (stopped) stepsAfter++;
          return request.afterStep(...args);
        },
      });
    const start = performance.now();
    setTimeout(() => (stopped = true), 60);
    const result = await runTraining({
      experiment,
      dataset,
      engine,
      clock: { now: () => Date.now() },
      emit: () => undefined,
      signal: { stopRequested: () => stopped },
      checkpoints: { save: () => Promise.resolve() },
    });
    expect(result.reason).toBe('stopped');
    expect(stepsAfter).toBe(0);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('keeps the event loop awake', async () => {
    const dataset = datasetOf('binary', { train: 4000, validation: 4000, test: 40 });
    let last = performance.now();
    let longest = 0;
    let turns = 0;
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      turns++;
    }, 1);
    await train(experimentOf('binary', [{ type: 'dense', units: 64 }], { epochs: 4 }), dataset, {
      backend: 'wasm',
      clock: { now: () => Date.now() },
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    // 25 ms of work, plus what a busy machine adds.
    expect(longest).toBeLessThan(250);
  });

  it('says where and what to do when the loss is no longer finite, and keeps the best', async () => {
    const events: TrainEvent[] = [];
    const checkpoints: Checkpoint[] = [];
    const experiment = experimentOf('regression', SMALL, {
      epochs: 50,
      optimizer: { type: 'sgd', learningRate: 100 },
    });
    await expect(train(experiment, datasetOf('regression'), { events, checkpoints })).rejects.toMatchObject({
      code: 'train.nonFinite',
      message: expect.stringMatching(
        /^Epoch \d+, step \d+: .* it begins in "\w+"\. Data rows of the batch: \d+.*learningRate \(now 100\)/,
      ),
    });
    // Every step is told, the bad one last.
    const losses = of(events, 'steps').flatMap((event) => event.loss);
    expect(losses.slice(0, -1).every(Number.isFinite)).toBe(true);
    expect(of(events, 'finished')).toEqual([]);
  });

  it('trains all epochs without validation rows, and says so', async () => {
    const dataset = datasetOf('binary', { train: 60, validation: 0, test: 20 });
    const { events, result, checkpoints } = await train(
      experimentOf('binary', SMALL, { epochs: 20, earlyStopping: { patience: 1 } }),
      dataset,
    );
    expect(of(events, 'warning')[0]?.code).toBe('train.noValidation');
    expect(result).toMatchObject({ reason: 'allEpochs', epoch: 20, validation: {} });
    expect(checkpoints.map((checkpoint) => checkpoint.kind)).toEqual(['last']);
  });

  it('does not look at the test rows when testOnce is off', async () => {
    const { result } = await train(
      experimentOf('binary', SMALL, { epochs: 1 }, { testOnce: false }),
      datasetOf('binary'),
    );
    expect(result.test).toBeUndefined();
    expect(result.baseline).toBeUndefined();
  });

  it('learns more of a rare class when classes are balanced', async () => {
    const dataset = datasetOf('binary', { train: 300, validation: 60, test: 60 });
    // Nine of ten positives become negatives.
    let seen = 0;
    dataset.train.y.forEach((value, i) => {
      if (value === 1 && ++seen % 10 !== 0) dataset.train.y[i] = 0;
    });
    const recall = async (classWeights: string): Promise<number> => {
      const { result } = await train(
        experimentOf('binary', SMALL, { epochs: 20, classWeights, earlyStopping: false }),
        dataset,
      );
      return result.test?.balancedAccuracy ?? NaN;
    };
    expect(await recall('balanced')).toBeGreaterThan((await recall('none')) + 0.1);
  });

  it('has the same scores on wasm as on cpu, and leaves no tensor', async () => {
    const dataset = datasetOf('multiclass');
    const experiment = experimentOf('multiclass', SMALL, { epochs: 5 });
    const cpu = await train(experiment, dataset, { backend: 'cpu' });
    await useBackend('wasm');
    const before = tf.memory().numTensors;
    const wasm = await train(experiment, dataset, { backend: 'wasm' });
    expect(tf.memory().numTensors).toBe(before);
    for (const split of ['train', 'validation', 'test'] as const) {
      expect(wasm.result[split]?.loss).toBeCloseTo(cpu.result[split]?.loss ?? NaN, 5);
    }
  });
});

describe('a step that is not finite', () => {
  it('leaves the last finite weights in the last checkpoint, moving statistics too', async () => {
    const checkpoints: Checkpoint[] = [];
    const dataset = datasetOf('regression');
    // One row far beyond float32 squares, met in some batch.
    dataset.train.x[3 * 70] = 3e38;
    const linear = { type: 'dense', units: 4, activation: 'linear' };
    const layers = [linear, { type: 'batchNorm' }, linear];
    const experiment = experimentOf('regression', layers, { epochs: 5 });
    await expect(train(experiment, dataset, { checkpoints })).rejects.toMatchObject({
      code: 'train.nonFinite',
      message: expect.stringMatching(/it begins in "layer[01]"/),
    });
    const last = checkpoints.at(-1)!;
    expect(last.kind).toBe('last');
    expect(flatten(last).every(Number.isFinite)).toBe(true);
  });
});

describe('spikes of the loss', () => {
  it('are told with the rows of the batch, few times, and not where the loss is next to nothing', async () => {
    const dataset = datasetOf('regression', { train: 64, validation: 10, test: 10 });
    // A row whose target is far off, met once an epoch.
    dataset.train.y[7] = 200;
    const experiment = experimentOf('regression', [], {
      epochs: 40,
      batchSize: 4,
      optimizer: { type: 'sgd', learningRate: 1e-4 },
      earlyStopping: false,
    });
    const { events } = await train(experiment, dataset);
    const spikes = of(events, 'warning').filter(({ code }) => code === 'train.spike');
    expect(spikes).toHaveLength(5);
    // Row 8 of the file, counted from 1.
    for (const { message } of spikes) expect(message).toMatch(/data rows 8,/);
    expect(spikes.at(-1)!.message).toContain('Further jumps are not told.');

    const quiet = await train(
      experimentOf('binary', SMALL, { epochs: 300, batchSize: 4, earlyStopping: false }),
      datasetOf('binary', { train: 40, validation: 10, test: 10 }),
    );
    expect(of(quiet.events, 'warning')).toEqual([]);
  });
});
