import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InputSlice } from '../../../src/core/model/inputSlice';
import type { FloatArray } from '../../../src/core/model/parameterSlice';
import { countParameters, parameterLayout, planModel, type ModelPlan } from '../../../src/core/model/plan';
import { lossOf } from '../../../src/core/train/losses';
import { float64Numeric } from '../../../src/core/train/network/float64Numeric';
import { Network } from '../../../src/core/train/network/network';
import { createTfjsEngine } from '../../../src/core/train/tfjs/tfjsEngine';
import { learningRateAt } from '../../../src/core/train/update/schedules';
import { UpdateRule } from '../../../src/core/train/update/updateRule';
import { randomStream } from '../../../src/shared/random';
import { experimentSchema, type Task } from '../../../src/shared/schema/experiment';
import type { TrainingConfig } from '../../../src/shared/schema/training';
import { dyadicParameters, shareOfLargest } from './dyadic';
import { useBackend } from './support';

interface TrainingCase {
  readonly name: string;
  readonly task: Task;
  readonly loss: Record<string, unknown>;
  readonly inputs: readonly InputSlice[];
  readonly model: Record<string, unknown>;
  /** Of the initial weights. */
  readonly seed: number;
  readonly rows: number;
  readonly batchSize: number;
  readonly training: Record<string, unknown>;
  readonly x: number[];
  readonly y: number[];
  readonly weights?: number[];
  /** Rows of each epoch. */
  readonly orders: number[][];
  readonly epochLosses: number[];
  /** Raw, when predicting. */
  readonly finalOutputs: number[];
}

/** Written by bench/reference/trainings.py: PyTorch 2.9.1 in float64. */
const { trainings } = JSON.parse(
  readFileSync(path.resolve('test/fixtures/training/trainings.json'), 'utf8'),
) as { readonly trainings: TrainingCase[] };

interface Setup {
  readonly plan: ModelPlan;
  readonly config: TrainingConfig;
  readonly start: Float64Array;
  readonly learningRate: (step: number) => number;
}

function setUp({ task, loss, inputs, model, seed, rows, batchSize, training, x }: TrainingCase): Setup {
  const experiment = experimentSchema.parse({
    name: 'test',
    data: { path: 'a.csv', target: { column: 'y', task } },
    features: [{ column: 'x', type: 'number' }],
    split: { method: 'random' },
    model,
    training: { ...training, loss, batchSize },
  });
  const outputWidth = task === 'multiclass' ? 3 : 1;
  const plan = planModel({ experiment, inputs, inputWidth: x.length / rows, outputWidth });
  const config = experiment.training;
  const { optimizer, schedule, warmupEpochs, epochs } = config;
  const time = { stepsPerEpoch: Math.ceil(rows / batchSize), epochs };
  return {
    plan,
    config,
    start: dyadicParameters(parameterLayout(plan), seed),
    learningRate: (step) =>
      learningRateAt({ learningRate: optimizer.learningRate, schedule, warmupEpochs }, { ...time, step }),
  };
}

interface Trained {
  readonly losses: readonly number[];
  readonly outputs: ArrayLike<number>;
}

/** The engine of a training, on whichever backend. */
async function trainOn(entry: TrainingCase, backend: 'cpu' | 'wasm'): Promise<Trained> {
  await useBackend(backend);
  const { plan, config, start, learningRate } = setUp(entry);
  const { rows, batchSize } = entry;
  const x = Float32Array.from(entry.x);
  const weights = entry.weights === undefined ? undefined : Float32Array.from(entry.weights);
  const data = { rows, x, y: Float32Array.from(entry.y), weights };
  const engine = createTfjsEngine({ plan, update: config, seed: 1, data, backend });
  engine.setParameters(Float32Array.from(start));
  const losses: number[] = [];
  let step = 0;
  for (const order of entry.orders) {
    let total = 0;
    await engine.trainSteps({
      order: Uint32Array.from(order),
      from: 0,
      batchSize,
      outputs: new Float32Array(rows * plan.outputWidth),
      learningRate: () => learningRate(step++),
      afterStep: (done) => {
        total += done.loss * done.rows;
        return true;
      },
    });
    losses.push(total / rows);
  }
  const outputs = await engine.forward(x, rows);
  engine.dispose();
  return { losses, outputs };
}

/** The same layers, losses and updates in float64: what is left are no roundings. */
function trainInFloat64(entry: TrainingCase): Trained {
  const { plan, config, start: parameters, learningRate } = setUp(entry);
  const { rows, batchSize } = entry;
  const slices = parameterLayout(plan);
  const length = countParameters(plan);
  const rule = new UpdateRule({ ...config, slices, length, float64: true });
  const streams = new Map(plan.nodes.map(({ id }) => [id, randomStream(1, id)]));
  const network = new Network({ plan, numeric: float64Numeric, parameters, streams });
  const losses: number[] = [];
  let step = 0;
  for (const order of entry.orders) {
    let total = 0;
    for (let from = 0; from < rows; from += batchSize) {
      const batch = order.slice(from, from + batchSize);
      const pass = network.run({ x: rowsOf(entry.x, batch, rows), rows: batch.length, training: true });
      const slope = new Float64Array(batch.length * plan.outputWidth);
      const loss = lossOf(
        {
          ...plan,
          outputs: pass.raw.values,
          y: rowsOf(entry.y, batch, rows),
          rows: batch.length,
          width: plan.outputWidth,
          weights: entry.weights === undefined ? undefined : rowsOf(entry.weights, batch, rows),
        },
        slope,
      );
      const gradients = new Float64Array(length);
      pass.backward(float64Numeric.tensor(slope, [batch.length, plan.outputWidth]), gradients);
      rule.apply(parameters, gradients, learningRate(step++));
      total += loss * batch.length;
    }
    losses.push(total / rows);
  }
  const x = Float64Array.from(entry.x);
  return { losses, outputs: network.run({ x, rows, training: false }).raw.values };
}

/** @param values [total rows, any width] */
function rowsOf(values: readonly number[], rows: readonly number[], total: number): FloatArray {
  const width = values.length / total;
  return Float64Array.from(rows.flatMap((row) => values.slice(row * width, (row + 1) * width)));
}

function largestDifference(found: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((value, i) => Math.abs((found[i] ?? NaN) - value)));
}

describe.each(trainings.map((entry) => [entry.name, entry] as const))(
  'five epochs as PyTorch 2.9.1: %s',
  (_, entry) => {
    it.each(['cpu', 'wasm'] as const)('every epoch loss within 1e-4 on %s', async (backend) => {
      const { losses } = await trainOn(entry, backend);
      expect(losses).toHaveLength(entry.epochLosses.length);
      expect(largestDifference(losses, entry.epochLosses)).toBeLessThan(1e-4);
    });

    it('every epoch loss and the final outputs within 1e-9 in float64', () => {
      const { losses, outputs } = trainInFloat64(entry);
      expect(largestDifference(losses, entry.epochLosses)).toBeLessThan(1e-9);
      expect(shareOfLargest(outputs, entry.finalOutputs)).toBeLessThan(1e-9);
    });
  },
);
