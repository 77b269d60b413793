// Owns the choice of an engine for a backend and what it is given of experiment and data.
import type { Experiment } from '../../shared/schema/experiment';
import type { BackendName } from '../../shared/schema/training';
import { inputSlices } from '../model/inputSlice';
import { planModel, type ModelPlan } from '../model/plan';
import type { EncodedDataset } from '../recipe/dataset';
import type { TrainingData, TrainingEngine } from './engine';
import { rowWeights } from './rowWeights';
import { createTfjsEngine } from './tfjs/tfjsEngine';

export interface CreateEngineOptions {
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  /** The one that `chooseBackend` chose. */
  readonly backend: BackendName;
}

/** @throws BenchError 'config.lossForTask' */
export function createEngine({ experiment, dataset, backend }: CreateEngineOptions): TrainingEngine {
  const { training } = experiment;
  const plan = planDataset(experiment, dataset);
  return createTfjsEngine({
    plan,
    update: training,
    seed: training.seed,
    data: trainingData(experiment, dataset),
    backend,
  });
}

/** The network for encoded data. @throws BenchError of the area config */
export function planDataset(
  experiment: Experiment,
  { features, outputs, recipe }: EncodedDataset,
): ModelPlan {
  return planModel({ experiment, inputWidth: features, inputs: inputSlices(recipe), outputWidth: outputs });
}

/** The train rows with what each weighs in the loss. */
export function trainingData({ training }: Experiment, dataset: EncodedDataset): TrainingData {
  const { rows, x, y } = dataset.train;
  const weights = rowWeights(training.classWeights, dataset);
  return weights === undefined ? { rows, x, y } : { rows, x, y, weights };
}
