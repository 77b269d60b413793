import { describe, expect, it } from 'vitest';
import { encodeCheckpoint, decodeCheckpoint, type Checkpoint } from '../../../src/core/runs/checkpointFiles';
import type { EncodedDataset, EncodedSplit } from '../../../src/core/recipe/dataset';
import type { TrainingOptions } from '../../../src/core/train/trainLoop';
import { randomStream } from '../../../src/shared/random';
import { experimentSchema, type Experiment } from '../../../src/shared/schema/experiment';
import type { TrainEvent } from '../../../src/shared/schema/run';
import { datasetOf, experimentOf, tickingClock, train } from './support';

const EPOCHS = 6;
const BATCH = 16;
const TRAINING = {
  epochs: EPOCHS,
  batchSize: BATCH,
  earlyStopping: { patience: 50 },
  schedule: { type: 'plateau', patience: 1, factor: 0.7 },
  averaging: { momentum: 0.9 },
  clipping: { type: 'globalNorm', limit: 1 },
  accumulateBatches: 3,
  // Kept at each chance, as a process that may be killed at any time would like it.
  checkpointSeconds: 0.1,
};

/** Three numbers, a category, a text of six words: the label hides in all of them. */
function mixedDataset(): EncodedDataset {
  const stream = randomStream(3, 'mixed');
  const width = 3 + 1 + 6;
  const split = (rows: number): EncodedSplit => {
    const x = new Float32Array(rows * width);
    const y = new Float32Array(rows);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < 3; j++) x[row * width + j] = stream.nextNormal();
      x[row * width + 3] = stream.nextInt(5);
      for (let j = 0; j < row % 7; j++) x[row * width + 4 + j] = 2 + stream.nextInt(8);
      y[row] = x[row * width]! + (x[row * width + 3] === 2 ? 1 : 0) > 0.3 ? 1 : 0;
    }
    return { rows, x, y, sourceRows: Int32Array.from({ length: rows }, (_, i) => i) };
  };
  const numbers = ['a', 'b', 'c'].map((column) => ({
    type: 'number' as const,
    column,
    names: [column],
    fill: 0,
    offset: 0,
    divisor: 1,
    indicator: false,
  }));
  const places = Array.from({ length: 6 }, (_, i) => `text [${i + 1}]`);
  return {
    ...datasetOf('binary'),
    features: width,
    recipe: {
      version: 1,
      fittedOnRows: 90,
      steps: [],
      encoders: [
        ...numbers,
        {
          type: 'categoryIds',
          column: 'city',
          names: ['city'],
          vocabulary: ['p', 'q', 'r', 's'],
          missing: false,
        },
        { type: 'tokens', column: 'text', names: places, terms: Array.from('abcdefgh') },
      ],
      target: { task: 'binary', column: 'y', classes: ['no', 'yes'] },
      featureNames: ['a', 'b', 'c', 'city', ...places],
    },
    train: split(90),
    validation: split(30),
    test: split(30),
  };
}

function mixedExperiment(model: unknown): Experiment {
  return experimentSchema.parse({ ...experimentOf('binary', []), model, training: TRAINING });
}

const MODELS: Record<string, [Experiment, EncodedDataset]> = {
  'a dense network with dropout and batch normalisation': [
    experimentOf(
      'binary',
      [
        { type: 'dense', units: 8 },
        { type: 'batchNorm' },
        { type: 'dropout', rate: 0.3 },
        { type: 'dense', units: 4 },
      ],
      TRAINING,
    ),
    datasetOf('binary', { train: 90, validation: 30, test: 30 }),
  ],
  'embeddings of categories': [
    mixedExperiment({ inputs: { categories: { dropout: 0.1 } }, layers: [{ type: 'dense', units: 6 }] }),
    mixedDataset(),
  ],
  'a network that reads text': [
    mixedExperiment({
      inputs: { text: { dimensions: 4, dropout: 0.2, layers: [{ type: 'gru', units: 4 }] } },
      layers: [{ type: 'dense', units: 5, activation: 'tanh' }],
    }),
    mixedDataset(),
  ],
};

/** Every step's loss and every epoch's scores, by their number; later tellings take the place of earlier ones. */
function curveOf(events: readonly TrainEvent[]): Map<string, unknown> {
  const curve = new Map<string, unknown>();
  for (const event of events) {
    if (event.type === 'steps') event.step.forEach((step, i) => curve.set(`step ${step}`, event.loss[i]));
    if (event.type !== 'epoch') continue;
    const { train: trained, validation, learningRate, best } = event;
    curve.set(`epoch ${event.epoch}`, { trained, validation, learningRate, best });
  }
  return curve;
}

/** What a process that was killed after so many looks at the stop signal leaves on disk. */
async function killedAt(
  experiment: Experiment,
  dataset: EncodedDataset,
  batches: number,
): Promise<{ events: TrainEvent[]; resume: TrainingOptions['resume'] }> {
  const events: TrainEvent[] = [];
  const checkpoints: Checkpoint[] = [];
  let seen = 0;
  const killed = new Error('killed');
  // A dead process writes nothing any more: what the loop would still keep on its way out does not count.
  const onDisk = { checkpoints: 0, events: 0 };
  const stop = (): boolean => {
    Object.assign(onDisk, { checkpoints: checkpoints.length, events: events.length });
    if (seen++ >= batches) throw killed;
    return false;
  };
  await train(experiment, dataset, {
    events,
    checkpoints,
    stopRequested: stop,
    clock: tickingClock(20),
  }).catch((error: unknown) => {
    if (error !== killed) throw error;
  });
  // Through the file's bytes, as another process reads them.
  const stored = (kind: Checkpoint['kind']): Checkpoint | undefined => {
    const found = checkpoints
      .slice(0, onDisk.checkpoints)
      .filter((checkpoint) => checkpoint.kind === kind)
      .at(-1);
    return found === undefined ? undefined : decodeCheckpoint(encodeCheckpoint(found), kind);
  };
  const last = stored('last');
  events.length = onDisk.events;
  return { events, resume: last === undefined ? undefined : { last, best: stored('best') } };
}

describe('a training that goes on from a checkpoint', () => {
  it.each(Object.entries(MODELS))(
    'of %s is bit for bit the one that never stopped, from ten points',
    async (_name, [experiment, dataset]) => {
      const whole = await train(experiment, dataset, { clock: tickingClock(20) });
      const expected = curveOf(whole.events);
      const points = randomStream(17, _name);
      let midEpoch = 0;
      for (let kill = 0; kill < 10; kill++) {
        const { events, resume } = await killedAt(experiment, dataset, 2 + points.nextInt(60));
        if (resume !== undefined && resume.last.position > 0) midEpoch++;
        const rest = await train(experiment, dataset, {
          clock: tickingClock(20),
          ...(resume === undefined ? {} : { resume }),
        });
        const told = curveOf([...events, ...rest.events]);
        expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
        expect(rest.parameters).toEqual(whole.parameters);
        expect(rest.result).toEqual(whole.result);
        const last = (run: typeof whole): Checkpoint =>
          run.checkpoints.filter(({ kind }) => kind === 'last').at(-1)!;
        const { callbacks: _a, ...state } = last(rest);
        const { callbacks: _b, ...wanted } = last(whole);
        expect(state).toEqual(wanted);
      }
      expect(midEpoch).toBeGreaterThan(0);
    },
  );

  it('goes on for more epochs than it was first asked for', async () => {
    const dataset = datasetOf('binary', { train: 90, validation: 30, test: 30 });
    const short = experimentOf('binary', [{ type: 'dense', units: 8 }], { epochs: 3 });
    const long = experimentOf('binary', [{ type: 'dense', units: 8 }], { epochs: 7 });
    const whole = await train(long, dataset);
    const first = await train(short, dataset);
    const stored = (kind: Checkpoint['kind']): Checkpoint =>
      first.checkpoints.filter((one) => one.kind === kind).at(-1)!;
    const rest = await train(long, dataset, { resume: { last: stored('last'), best: stored('best') } });
    expect(rest.parameters).toEqual(whole.parameters);
    expect(rest.result).toEqual(whole.result);
  });

  it('says nothing of the test rows when it is paused', async () => {
    const dataset = datasetOf('binary');
    const { result, events } = await train(experimentOf('binary', []), dataset, {
      stopRequested: () => true,
      pauseRequested: () => true,
    });
    expect(result).toMatchObject({ reason: 'paused', epoch: 0 });
    expect(events.some(({ type }) => type === 'evaluation')).toBe(false);
  });

  it('only scores what was killed between its last epoch and its scores', async () => {
    const dataset = datasetOf('binary', { train: 90, validation: 30, test: 30 });
    const experiment = experimentOf('binary', [{ type: 'dense', units: 8 }], {
      epochs: 400,
      optimizer: { type: 'adam', learningRate: 0.05 },
      earlyStopping: { patience: 2 },
    });
    const whole = await train(experiment, dataset);
    expect(whole.result.reason).toBe('earlyStopping');
    const stored = (kind: Checkpoint['kind']): Checkpoint =>
      whole.checkpoints.filter((one) => one.kind === kind).at(-1)!;
    const rest = await train(experiment, dataset, { resume: { last: stored('last'), best: stored('best') } });
    expect(rest.result).toEqual(whole.result);
    expect(rest.events.some(({ type }) => type === 'epoch' || type === 'steps')).toBe(false);
  });
});
