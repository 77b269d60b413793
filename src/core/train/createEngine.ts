// Owns the choice of an engine for a backend and what it is given of experiment and data.
import type { Experiment } from '../../shared/schema/experiment';
import type { BackendName } from '../../shared/schema/training';
import { planModel } from '../model/plan';
import type { EncodedDataset } from '../recipe/dataset';
import type { TrainingData, TrainingEngine } from './engine';
import { balancedRowWeights } from './scores';
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
  const plan = planModel({ experiment, inputWidth: dataset.features, outputWidth: dataset.outputs });
  return createTfjsEngine({
    plan,
    optimizer: training.optimizer,
    seed: training.seed,
    data: trainingData(experiment, dataset),
    backend,
  });
}

function trainingData({ training, data }: Experiment, dataset: EncodedDataset): TrainingData {
  const { rows, x, y } = dataset.train;
  if (training.classWeights === 'none' || data.target.task === 'regression') return { rows, x, y };
  return { rows, x, y, weights: balancedRowWeights(y, rows, dataset.outputs) };
}
