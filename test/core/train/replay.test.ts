// The weights before any step of a run, found again: bit for bit those that the run had.
import { describe, expect, it } from 'vitest';
import { flatten } from '../../../src/core/train/checkpointState';
import { planDataset, trainingData } from '../../../src/core/train/createEngine';
import { explainStep } from '../../../src/core/train/explainStep';
import { stateBeforeStep, type ReplayOptions } from '../../../src/core/train/replay';
import type { Experiment } from '../../../src/shared/schema/experiment';
import { datasetOf, experimentOf, tickingClock, train, useBackend, type Trained } from './support';

const DATASET = datasetOf('binary', { train: 50, validation: 20, test: 10 });
const LAYERS = [
  { type: 'dense', units: 5 },
  { type: 'dropout', rate: 0.3 },
];

/** 7 steps an epoch. */
const experiment = (training: Record<string, unknown> = {}): Experiment =>
  experimentOf('binary', LAYERS, { batchSize: 8, epochs: 4, earlyStopping: false, ...training });

const stopped = (of: Experiment, maxSteps: number): Promise<Trained> =>
  train({ ...of, training: { ...of.training, maxSteps } }, DATASET);

const replay = async (options: Partial<ReplayOptions> & Pick<ReplayOptions, 'experiment' | 'step'>) => {
  await useBackend('cpu');
  return stateBeforeStep({
    dataset: DATASET,
    checkpoints: [],
    events: [],
    backend: () => Promise.resolve('cpu'),
    clock: tickingClock(),
    ...options,
  });
};

describe('the weights before a step', () => {
  it('are the first ones before step 1', async () => {
    const { optimizer, origin, parameters } = await replay({ experiment: experiment(), step: 1 });
    expect(origin).toEqual({ kind: 'initial' });
    expect(optimizer).toBeUndefined();
    expect(parameters.some((w) => w !== 0)).toBe(true);
  });

  it.each([2, 8, 12, 29])('are those of a run that was stopped there: step %i', async (step) => {
    const one = experiment({ schedule: { type: 'cosine' }, averaging: {} });
    const { checkpoints, events } = await stopped(one, step - 1);
    const last = checkpoints.filter(({ kind }) => kind === 'last').at(-1)!;
    const found = await replay({ experiment: one, step, events });
    expect(found.parameters).toEqual(flatten(last));
    expect(found.optimizer).toEqual({ step: step - 1, slots: last.slots });
    expect(found.origin).toMatchObject({ kind: 'replay', fromStep: 0, steps: step - 1, backend: 'cpu' });
    if (found.origin.kind !== 'replay') return;
    expect(found.origin.loss).toBe(found.origin.loggedLoss);
    expect(found.learningRate).toBeCloseTo(0.001 * 0.5 * (1 + Math.cos((Math.PI * (step - 1)) / 28)), 12);
  });

  it('go on from the checkpoint before it, or are that checkpoint', async () => {
    const one = experiment();
    const { checkpoints } = await stopped(one, 10);
    const whole = await replay({ experiment: one, step: 14 });
    const short = await replay({ experiment: one, step: 14, checkpoints });
    expect(short.origin).toMatchObject({ kind: 'replay', fromStep: 10, steps: 3 });
    expect(short.parameters).toEqual(whole.parameters);
    expect(short.optimizer).toEqual(whole.optimizer);
    const none = await replay({
      experiment: one,
      step: 11,
      checkpoints,
      backend: () => Promise.reject(new Error('nothing is to be trained')),
    });
    expect(none.origin).toEqual({ kind: 'checkpoint', checkpoint: 'last' });
  });

  it('do not depend on early stopping, budgets or the best epoch', async () => {
    const one = experiment({ earlyStopping: { patience: 1, minDelta: 100 }, maxSteps: 9, maxMinutes: 1e-6 });
    const found = await replay({ experiment: one, step: 20 });
    const other = await replay({ experiment: experiment(), step: 20 });
    expect(found.parameters).toEqual(other.parameters);
  });

  it('have the learning rate that the validation rows ruled', async () => {
    const one = experiment({ schedule: { type: 'plateau', patience: 1, minDelta: 100, factor: 0.5 } });
    const { learningRate } = await replay({ experiment: one, step: 28 });
    // The first epoch is the best; the second and third each cut.
    expect(learningRate).toBe(0.001 * 0.25);
  });

  it('follow a run that went on with another learning rate', async () => {
    const one = experiment();
    const events = [{ type: 'resumed', timeMs: 0, epoch: 1, step: 7, epochs: 4, learningRate: 0.1 }] as const;
    const before = await replay({ experiment: one, step: 8 });
    const same = await replay({ experiment: one, step: 7, events });
    const found = await replay({ experiment: one, step: 9, events });
    const other = await replay({ experiment: one, step: 9 });
    expect([same.learningRate, found.learningRate]).toEqual([0.001, 0.1]);
    const moved = (to: Float32Array): number =>
      Math.max(...to.map((w, i) => Math.abs(w - before.parameters[i]!)));
    expect(moved(found.parameters) / moved(other.parameters)).toBeCloseTo(100, 0);
  });

  it('lead to the very update of the run, where its batch is one row', async () => {
    const one = experimentOf('binary', [{ type: 'dense', units: 5, activation: 'tanh', l2: 0.01 }], {
      batchSize: 1,
      earlyStopping: false,
      classWeights: 'balanced',
    });
    const { events } = await stopped(one, 40);
    const logged = events.flatMap((event) => (event.type === 'steps' ? event.loss : []))[29]!;
    const [before, after] = [
      await replay({ experiment: one, step: 30 }),
      await replay({ experiment: one, step: 31 }),
    ];
    const plan = planDataset(one, DATASET);
    const { x, y, weights } = trainingData(one, DATASET);
    const explained = await Promise.all(
      Array.from({ length: DATASET.train.rows }, (_, row) =>
        explainStep(
          {
            ...before,
            plan,
            update: one.training,
            x: x.subarray(row * 3, row * 3 + 3),
            y: y.subarray(row, row + 1),
            weight: weights![row]!,
            seed: 1,
          },
          { breathe: () => Promise.resolve() },
        ),
      ),
    );
    // Which row it was, the loss tells.
    const same = explained.filter(({ loss }) => Math.abs(loss.total - logged) < 1e-6);
    expect(same).toHaveLength(1);
    const weightsAfter = same[0]!.parameters.flatMap(({ after: values }) => values);
    weightsAfter.forEach((w, i) => expect(Math.abs(w - after.parameters[i]!)).toBeLessThan(1e-6));
  });

  it('tells its progress and can be stopped', async () => {
    const told: number[] = [];
    await replay({ experiment: experiment(), step: 20, onProgress: (fraction) => told.push(fraction) });
    expect(told.at(-1)).toBe(1);
    const signal = AbortSignal.abort();
    await expect(replay({ experiment: experiment(), step: 20, signal })).rejects.toMatchObject({
      code: 'internal.cancelled',
    });
  });

  it('says so when there is no such step', async () => {
    await expect(replay({ experiment: experiment(), step: 30 })).rejects.toMatchObject({
      code: 'run.replayEnded',
    });
  });
});
