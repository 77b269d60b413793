import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { planModel, type ModelPlan } from '../../../../src/core/model/plan';
import { largestDifference } from '../../../../src/core/backend/selfTest';
import type { TrainingData, TrainingEngine } from '../../../../src/core/train/engine';
import { lossOf } from '../../../../src/core/train/losses';
import { createTfjsEngine } from '../../../../src/core/train/tfjs/tfjsEngine';
import { randomStream } from '../../../../src/shared/random';
import type { Task } from '../../../../src/shared/schema/experiment';
import { activationSchema } from '../../../../src/shared/schema/model';
import { trainingSchema } from '../../../../src/shared/schema/training';
import { datasetOf, experimentOf, reference, useBackend, type TrainingReference } from '../support';

const identity = (rows: number): Uint32Array => Uint32Array.from({ length: rows }, (_, i) => i);

function engineOf(
  plan: ModelPlan,
  data: TrainingData,
  backend: 'cpu' | 'wasm',
  optimizer: Record<string, unknown> = { type: 'sgd', learningRate: 1 },
): TrainingEngine {
  return createTfjsEngine({ plan, update: trainingSchema.parse({ optimizer }), seed: 1, data, backend });
}

async function oneStep(engine: TrainingEngine, rows: number, width: number): Promise<number> {
  let loss = NaN;
  await engine.trainSteps({
    order: identity(rows),
    from: 0,
    batchSize: rows,
    outputs: new Float32Array(rows * width),
    learningRate: () => 1,
    afterStep: (done) => {
      loss = done.loss;
      return true;
    },
  });
  return loss;
}

describe.each(['cpu', 'wasm'] as const)('gradients on %s', (backend) => {
  const tasks: [Task, string][] = [
    ['regression', 'meanSquaredError'],
    ['regression', 'meanAbsoluteError'],
    ['binary', 'binaryCrossEntropy'],
    ['multiclass', 'categoricalCrossEntropy'],
  ];
  const cases = [
    ...activationSchema.options.map((activation) => ['binary', 'binaryCrossEntropy', activation] as const),
    ...tasks.map(([task, loss]) => [task, loss, 'tanh'] as const),
  ];

  it.each(cases)('%s, %s, %s: as finite differences of the loss', async (task, loss, activation) => {
    await useBackend(backend);
    const dataset = datasetOf(task, { train: 12, validation: 1, test: 1 });
    const experiment = experimentOf(
      task,
      [
        { type: 'dense', units: 4, activation, l2: 0.05 },
        { type: 'dense', units: 3, activation },
      ],
      { loss },
    );
    const plan = planModel({ experiment, inputWidth: 3, outputWidth: dataset.outputs });
    const { rows, x, y } = dataset.train;
    const weights = Float32Array.from({ length: rows }, (_, i) => 0.5 + (i % 3));
    const engine = engineOf(plan, { rows, x, y, weights }, backend);
    // Biases away from 0, so that no unit sits on the kink of relu.
    const start = engine.getParameters();
    const stream = randomStream(3, 'test');
    start.forEach((value, i) => (start[i] = value + 0.3 * stream.nextNormal()));
    engine.setParameters(start);
    const value = await oneStep(engine, rows, dataset.outputs);
    // One step of plain descent with learning rate 1 is the gradient.
    const gradient = engine.getParameters().map((after, i) => start[i]! - after);

    const objective = async (parameters: Float32Array): Promise<number> => {
      engine.setParameters(parameters);
      const outputs = await engine.forward(x, rows);
      const kernel = parameters.subarray(0, 12);
      const penalty = 0.05 * kernel.reduce((sum, w) => sum + w * w, 0);
      return lossOf({ ...plan, outputs, y, rows, width: dataset.outputs, weights }) + penalty;
    };
    expect(value).toBeCloseTo(await objective(start), 6);
    // Where the slope jumps, the points must be close together, at the price of rounding (about 1e-7 / h).
    const jumps = ['relu', 'leakyRelu', 'elu', 'selu'].includes(activation) || loss === 'meanAbsoluteError';
    const [h, allowed] = jumps ? [2 ** -11, 2e-3] : [2 ** -7, 2e-4];
    for (let i = 0; i < start.length; i++) {
      const at = async (shift: number): Promise<number> => {
        const moved = start.slice();
        moved[i]! += shift * h;
        return objective(moved);
      };
      // Fourth-order central difference: error about h^4.
      const slope = (8 * ((await at(1)) - (await at(-1))) - ((await at(2)) - (await at(-2)))) / (12 * h);
      expect(Math.abs(gradient[i]! - slope), `parameter ${i}`).toBeLessThan(allowed);
    }
    engine.dispose();
  });
});

function planOf(entry: TrainingReference): ModelPlan {
  const layers = entry.hidden.map(([units, activation]) => ({
    type: 'dense',
    units,
    activation,
    l2: entry.l2,
  }));
  const experiment = experimentOf(entry.task, layers, { loss: entry.loss });
  return planModel({ experiment, inputWidth: entry.inputs, outputWidth: entry.outputs });
}

async function epochLosses(
  entry: TrainingReference,
  backend: 'cpu' | 'wasm',
): Promise<[number[], Float32Array]> {
  await useBackend(backend);
  const data = {
    rows: entry.rows,
    x: Float32Array.from(entry.x),
    y: Float32Array.from(entry.y),
    ...(entry.weights === undefined ? {} : { weights: Float32Array.from(entry.weights) }),
  };
  const engine = engineOf(planOf(entry), data, backend, entry.optimizer);
  engine.setParameters(Float32Array.from(entry.initial));
  const losses: number[] = [];
  const learningRate = Number(entry.optimizer['learningRate']);
  for (const order of entry.orders) {
    let sum = 0;
    await engine.trainSteps({
      order: Uint32Array.from(order),
      from: 0,
      batchSize: entry.batch,
      outputs: new Float32Array(entry.rows * entry.outputs),
      learningRate: () => learningRate,
      afterStep: ({ loss, rows }) => {
        sum += loss * rows;
        return true;
      },
    });
    losses.push(sum / entry.rows);
  }
  const outputs = await engine.forward(data.x, entry.rows);
  engine.dispose();
  return [losses, outputs];
}

describe('five epochs, against PyTorch', () => {
  for (const entry of reference.trainings) {
    it.each(['cpu', 'wasm'] as const)(`${entry.name}, on %s`, async (backend) => {
      const [losses, outputs] = await epochLosses(entry, backend);
      losses.forEach((loss, i) => expect(Math.abs(loss - entry.epochLosses[i]!)).toBeLessThan(1e-5));
      expect(largestDifference(outputs, Float32Array.from(entry.finalOutputs))).toBeLessThan(1e-4);
    });
  }
});

describe('backends', () => {
  it('cpu and wasm agree on every epoch loss', async () => {
    for (const entry of reference.trainings) {
      const [cpu] = await epochLosses(entry, 'cpu');
      const [wasm] = await epochLosses(entry, 'wasm');
      cpu.forEach((loss, i) => expect(Math.abs(loss - wasm[i]!)).toBeLessThan(1e-5));
    }
  });
});

describe('TfjsEngine', () => {
  const dataset = datasetOf('multiclass');
  const plan = planModel({
    experiment: experimentOf('multiclass', [
      { type: 'dense', units: 8, activation: 'relu' },
      { type: 'dropout', rate: 0.4 },
      { type: 'dense', units: 6, activation: 'silu', useBias: false },
    ]),
    inputWidth: 3,
    outputWidth: 3,
  });

  it.each(['cpu', 'wasm'] as const)('leaves no tensor behind on %s', async (backend) => {
    await useBackend(backend);
    const engine = engineOf(plan, dataset.train, backend, { type: 'adam' });
    const before = tf.memory();
    await oneStep(engine, dataset.train.rows, 3);
    await engine.forward(dataset.test.x, dataset.test.rows);
    engine.setParameters(engine.getParameters());
    engine.dispose();
    const after = tf.memory();
    expect([after.numTensors, after.numDataBuffers, after.numBytes]).toEqual([
      before.numTensors,
      before.numDataBuffers,
      before.numBytes,
    ]);
  });

  it('goes on exactly from a saved state, dropout and Adam slots included', async () => {
    await useBackend('cpu');
    const steps = (engine: TrainingEngine): Promise<number> =>
      engine.trainSteps({
        order: identity(dataset.train.rows),
        from: 0,
        batchSize: 32,
        outputs: new Float32Array(dataset.train.rows * 3),
        learningRate: () => 0.001,
        afterStep: () => true,
      });
    const one = engineOf(plan, dataset.train, 'cpu', { type: 'adam' });
    await steps(one);
    const other = engineOf(plan, dataset.train, 'cpu', { type: 'adam' });
    other.restore(one.save());
    await steps(one);
    await steps(other);
    expect(other.getParameters()).toEqual(one.getParameters());
    expect(other.save()).toEqual(one.save());
  });

  it('drops the share that was asked for in training and nothing when predicting', async () => {
    await useBackend('cpu');
    const experiment = experimentOf('regression', [{ type: 'dropout', rate: 0.3 }]);
    const bare = {
      ...experiment,
      model: { ...experiment.model, output: { ...experiment.model.output, useBias: false } },
    };
    const identityPlan = planModel({ experiment: bare, inputWidth: 1, outputWidth: 1 });
    const rows = 4000;
    const x = new Float32Array(rows).fill(1);
    const engine = engineOf(identityPlan, { rows, x, y: new Float32Array(rows) }, 'cpu');
    engine.setParameters(Float32Array.of(1));
    const outputs = new Float32Array(rows);
    await engine.trainSteps({
      order: identity(rows),
      from: 0,
      batchSize: rows,
      outputs,
      learningRate: () => 1,
      afterStep: () => true,
    });
    const kept = outputs.filter((value) => value !== 0);
    // Standard error of the share: sqrt(0.3 * 0.7 / 4000) = 0.007
    expect(Math.abs(kept.length / rows - 0.7)).toBeLessThan(0.03);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.7)]));
    engine.setParameters(Float32Array.of(1));
    expect(await engine.forward(x, rows)).toEqual(x);
  });

  it('sums a large batch up block by block, dropout, weights and penalty included', async () => {
    await useBackend('cpu');
    const { rows, x, y } = dataset.train;
    const weights = Float32Array.from({ length: rows }, (_, i) => 0.5 + (i % 3));
    const update = trainingSchema.parse({ optimizer: { type: 'sgd', learningRate: 1 } });
    const trainOnce = async (maxFloatsPerTensor: number): Promise<[number, Float32Array]> => {
      const data = { rows, x, y, weights };
      const engine = createTfjsEngine({ plan, update, seed: 1, data, backend: 'cpu', maxFloatsPerTensor });
      return [await oneStep(engine, rows, 3), engine.getParameters()];
    };
    const [loss, parameters] = await trainOnce(2 ** 21);
    // The widest layer has 8 units: blocks of 50, 50 and 20 rows.
    const [blockLoss, blockParameters] = await trainOnce(400);
    expect(blockLoss).toBeCloseTo(loss, 6);
    expect(largestDifference(parameters, blockParameters)).toBeLessThan(1e-6);
  });

  it('ends after the step that said so and gives the next position', async () => {
    await useBackend('cpu');
    const engine = engineOf(plan, dataset.train, 'cpu');
    let steps = 0;
    const next = await engine.trainSteps({
      order: identity(dataset.train.rows),
      from: 10,
      batchSize: 20,
      outputs: new Float32Array(dataset.train.rows * 3),
      learningRate: () => 1,
      afterStep: () => ++steps < 2,
    });
    expect([steps, next]).toEqual([2, 50]);
  });

  it('refuses parameters of another size', () => {
    const engine = engineOf(plan, dataset.train, 'cpu');
    expect(() => engine.setParameters(new Float32Array(3))).toThrow(
      expect.objectContaining({ code: 'internal.parameterCount' }),
    );
  });
});
