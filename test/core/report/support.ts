// Owns what the tests of the report share: networks by hand, trained ones, and contexts around them.
import { createEngine, planDataset } from '../../../src/core/train/createEngine';
import type { EncodedDataset, EncodedSplit } from '../../../src/core/recipe/dataset';
import { buildReport, type ReportOptions } from '../../../src/core/report/buildReport';
import type { ReportContext } from '../../../src/core/report/reportContext';
import type { Experiment, Task } from '../../../src/shared/schema/experiment';
import type { RunReport } from '../../../src/shared/schema/report';
import type { FittedEncoder, FittedTarget } from '../../../src/shared/schema/recipe';
import { datasetOf, experimentOf, tickingClock, train, useBackend } from '../train/support';

export const breathe = (): Promise<void> => Promise.resolve();

/** Runs work with an engine that has these weights. */
export async function withContext<T>(
  experiment: Experiment,
  dataset: EncodedDataset,
  parameters: Float32Array,
  work: (context: ReportContext) => Promise<T>,
): Promise<T> {
  await useBackend('cpu');
  const engine = createEngine({ experiment, dataset, backend: 'cpu' });
  try {
    engine.setParameters(parameters);
    const plan = planDataset(experiment, dataset);
    return await work({ experiment, dataset, plan, engine, parameters, clock: tickingClock(0.01) });
  } finally {
    engine.dispose();
  }
}

export async function trainedWeights(experiment: Experiment, dataset: EncodedDataset): Promise<Float32Array> {
  return (await train(experiment, dataset)).parameters;
}

export interface Table {
  readonly encoders?: readonly FittedEncoder[];
  readonly featureNames: readonly string[];
  readonly target: FittedTarget;
  readonly outputs?: number;
}

/** Rows of [x..., y...] as encoded. */
export function splitOf(
  rows: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[],
): EncodedSplit {
  return {
    rows: rows.length,
    x: Float32Array.from(rows.flatMap(({ x }) => x)),
    y: Float32Array.from(rows.flatMap(({ y }) => y)),
    sourceRows: Int32Array.from(rows.keys()),
  };
}

export function datasetOfSplits(
  { encoders = [], featureNames, target, outputs = 1 }: Table,
  splits: Readonly<Record<'train' | 'validation' | 'test', EncodedSplit>>,
): EncodedDataset {
  return {
    features: featureNames.length,
    outputs,
    recipe: {
      version: 1,
      fittedOnRows: splits.train.rows,
      steps: [],
      encoders: [...encoders],
      target,
      featureNames: [...featureNames],
    },
    ...splits,
    droppedRows: 0,
    issues: [],
  };
}

export const TARGETS: Record<Task, FittedTarget> = {
  regression: { task: 'regression', column: 'y', mean: 100, sd: 10 },
  binary: { task: 'binary', column: 'y', classes: ['no', 'yes'] },
  multiclass: { task: 'multiclass', column: 'y', classes: ['a', 'b', 'c'] },
};

export const LAYERS = [{ type: 'dense', units: 8, activation: 'relu' }];
export const TRAINING = { epochs: 12, optimizer: { type: 'adam', learningRate: 0.03 }, earlyStopping: false };

export interface Given extends Partial<ReportOptions> {
  readonly evaluation?: Record<string, unknown>;
}

const plain = new Map<Task, Promise<RunReport>>();

/** Of a small network, trained for a moment, with nothing asked for: made once. */
export function plainReport(task: Task): Promise<RunReport> {
  const known = plain.get(task) ?? reportOf(task);
  plain.set(task, known);
  return known;
}

/** Of a small network, trained for a moment. */
export async function reportOf(
  task: Task,
  { dataset = datasetOf(task), evaluation = {}, ...options }: Given = {},
): Promise<RunReport> {
  const experiment = experimentOf(task, LAYERS, TRAINING, evaluation);
  const weights = await trainedWeights(experiment, dataset);
  return withContext(experiment, dataset, weights, (context) =>
    buildReport({ ...context, breathe, tried: { configs: 1, testLooks: 1 }, ...options }),
  );
}
