// Owns what the training tests share: small data sets by hand, experiments, backends, and the stored references.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedDataset, EncodedSplit } from '../../../src/core/recipe/dataset';
import type { Checkpoint } from '../../../src/core/runs/checkpointFiles';
import { createEngine } from '../../../src/core/train/createEngine';
import { diagnose } from '../../../src/core/diagnosis/diagnose';
import { runTraining, type TrainingOptions, type TrainingResult } from '../../../src/core/train/trainLoop';
import type { Clock } from '../../../src/shared/clock';
import { randomStream } from '../../../src/shared/random';
import { experimentSchema, type Experiment, type Task } from '../../../src/shared/schema/experiment';
import type { FittedTarget } from '../../../src/shared/schema/recipe';
import type { TrainEvent } from '../../../src/shared/schema/run';

export const WASM_DIR = path.resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist');

export async function useBackend(name: 'cpu' | 'wasm'): Promise<void> {
  tf.enableProdMode();
  setWasmPaths(`${WASM_DIR}/`);
  await tf.setBackend(name);
}

export function experimentOf(
  task: Task,
  layers: unknown[],
  training: Record<string, unknown> = {},
  evaluation: Record<string, unknown> = {},
): Experiment {
  return experimentSchema.parse({
    name: 'test',
    data: { path: 'a.csv', target: { column: 'y', task } },
    features: [{ column: 'x', type: 'number' }],
    split: { method: 'random' },
    model: { layers },
    training,
    evaluation,
  });
}

const TARGETS: Record<Task, FittedTarget> = {
  regression: { task: 'regression', column: 'y', mean: 100, sd: 10 },
  binary: { task: 'binary', column: 'y', classes: ['no', 'yes'] },
  multiclass: { task: 'multiclass', column: 'y', classes: ['a', 'b', 'c'] },
};

/** Learnable, with noise: the target depends on the first two of three features. */
export function datasetOf(task: Task, rows = { train: 120, validation: 40, test: 40 }): EncodedDataset {
  const stream = randomStream(5, `data/${task}`);
  const outputs = task === 'multiclass' ? 3 : 1;
  const split = (count: number): EncodedSplit => {
    const x = new Float32Array(count * 3);
    const y = new Float32Array(count * outputs);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < 3; j++) x[i * 3 + j] = stream.nextNormal();
      const signal = (x[i * 3] ?? 0) - 0.5 * (x[i * 3 + 1] ?? 0) + 0.4 * stream.nextNormal();
      if (task === 'regression') y[i] = signal;
      else if (task === 'binary') y[i] = signal > 0 ? 1 : 0;
      else y[i * 3 + (signal < -0.5 ? 0 : signal < 0.5 ? 1 : 2)] = 1;
    }
    return { rows: count, x, y, sourceRows: Int32Array.from({ length: count }, (_, i) => i) };
  };
  return {
    features: 3,
    outputs,
    recipe: {
      version: 1,
      fittedOnRows: rows.train,
      steps: [],
      encoders: [],
      target: TARGETS[task],
      featureNames: ['x0', 'x1', 'x2'],
    },
    train: split(rows.train),
    validation: split(rows.validation),
    test: split(rows.test),
    droppedRows: 0,
    issues: [],
  };
}

/** Goes on by itself a little at every look, so that reports and breaths happen, always the same. */
export function tickingClock(msPerLook = 0.5): Clock {
  let now = 1_000_000;
  return { now: () => (now += msPerLook) };
}

export interface Trained {
  readonly result: TrainingResult;
  readonly events: TrainEvent[];
  readonly checkpoints: Checkpoint[];
  readonly parameters: Float32Array;
}

export async function train(
  experiment: Experiment,
  dataset: EncodedDataset,
  options: {
    backend?: 'cpu' | 'wasm';
    clock?: Clock;
    stopRequested?: () => boolean;
    events?: TrainEvent[];
    checkpoints?: Checkpoint[];
    pauseRequested?: () => boolean;
    resume?: TrainingOptions['resume'];
  } = {},
): Promise<Trained> {
  const { backend = 'cpu', clock = tickingClock(), stopRequested = () => false } = options;
  const { events = [], checkpoints = [] } = options;
  await useBackend(backend);
  const engine = createEngine({ experiment, dataset, backend });
  try {
    const result = await runTraining({
      experiment,
      dataset,
      engine,
      clock,
      emit: (event) => void events.push(event),
      signal: { stopRequested, pauseRequested: options.pauseRequested ?? (() => false) },
      resume: options.resume,
      diagnose,
      checkpoints: {
        save: (checkpoint) => {
          checkpoints.push(checkpoint);
          return Promise.resolve();
        },
      },
    });
    return { result, events, checkpoints, parameters: engine.getParameters() };
  } finally {
    engine.dispose();
  }
}

export interface TrainingReference {
  readonly name: string;
  readonly task: Task;
  readonly loss: string;
  readonly hidden: [number, string][];
  readonly optimizer: Record<string, unknown> & { type: 'adam' | 'sgd' };
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly batch: number;
  readonly l2: number;
  readonly x: number[];
  readonly y: number[];
  readonly weights?: number[];
  readonly initial: number[];
  readonly orders: number[][];
  readonly epochLosses: number[];
  readonly finalOutputs: number[];
}

/** Written by bench/reference/training.py, which tells the versions of what computed it. */
export interface Reference {
  readonly trainings: TrainingReference[];
  readonly optimizers: {
    readonly config: Record<string, unknown>;
    readonly initial: number[];
    readonly gradients: number[][];
    readonly steps: number[][];
  }[];
  readonly earlyStopping: {
    readonly losses: number[];
    readonly patience: number;
    readonly minDelta: number;
    readonly epochs: number;
    readonly stopped: boolean;
    readonly waits: number[];
    readonly restoredEpoch: number;
  }[];
  readonly metrics: {
    readonly classification: {
      readonly actual: number[];
      readonly predicted: number[];
      readonly classes: number;
      readonly accuracy: number;
      readonly balancedAccuracy: number;
      readonly macroF1: number;
    }[];
    readonly rocAuc: { readonly positive: number[]; readonly score: number[]; readonly value: number };
    readonly rocAucOneVsRest: {
      readonly actual: number[];
      readonly probabilities: number[];
      readonly classes: number;
      readonly value: number;
      readonly logLoss: number;
    };
    readonly regression: {
      readonly actual: number[];
      readonly predicted: number[];
      readonly rmse: number;
      readonly mae: number;
      readonly r2: number;
    };
  };
}

export const reference = JSON.parse(
  readFileSync(path.resolve('test/fixtures/training/reference.json'), 'utf8'),
) as Reference;
