// Owns predictions from a trained run: a checkpoint and the fitted target in, classes or numbers out.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Experiment } from '../../shared/schema/experiment';
import type { FittedRecipe, FittedTarget } from '../../shared/schema/recipe';
import { trainingSchema, type BackendName } from '../../shared/schema/training';
import { inputSlices } from '../model/inputSlice';
import { countParameters, parameterLayout, planModel } from '../model/plan';
import type { Checkpoint } from '../runs/checkpointFiles';
import { forwardAll } from './forwardAll';
import { predictedClasses, predictedNumbers, probabilitiesOf, type OutputRule } from './outputs';
import { toTargetUnit } from './scores';
import { createTfjsEngine } from './tfjs/tfjsEngine';
import { scoredParameters } from './checkpointState';

export type Predictions =
  /** [rows], in the target's own unit. */
  | { readonly task: 'regression'; readonly values: Float64Array }
  | {
      readonly task: 'binary' | 'multiclass';
      readonly classes: readonly string[];
      /** [rows] indices into `classes`. */
      readonly predicted: Uint32Array;
      /** [rows, classes], row-major; each row sums to 1. */
      readonly probabilities: Float64Array;
    };

export interface Predictor {
  /** @param x [rows, features], encoded by the run's recipe, row-major */
  predict(x: Float32Array, rows: number): Promise<Predictions>;
  dispose(): void;
}

export interface PredictorOptions {
  readonly experiment: Experiment;
  readonly recipe: FittedRecipe;
  /** Of `readCheckpoint`. */
  readonly checkpoint: Checkpoint;
  /** The one that `chooseBackend` chose. */
  readonly backend: BackendName;
}

/**
 * Which checkpoint holds the weights that were scored. A run without validation rows, or stopped in its first
 * epoch, has only the last.
 */
export function scoredCheckpointKind(experiment: Experiment): Checkpoint['kind'] {
  const { earlyStopping } = experiment.training;
  return earlyStopping !== false && earlyStopping.restoreBest ? 'best' : 'last';
}

/** @throws BenchError 'predict.checkpointMismatch' when the checkpoint is of another network */
export function loadPredictor({ experiment, recipe, checkpoint, backend }: PredictorOptions): Predictor {
  const { target } = recipe;
  const inputWidth = recipe.featureNames.length;
  const outputWidth = outputWidthOf(target);
  const plan = planModel({ experiment, inputWidth, inputs: inputSlices(recipe), outputWidth });
  const expected = parameterLayout(plan).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  const found = checkpoint.parameters.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  if (expected.join() !== found.join()) {
    throw new BenchError(
      'predict.checkpointMismatch',
      l10n.t(
        'Expected a checkpoint of this network ({0}), found one of another ({1}). Train the run again.',
        expected.join('; '),
        found.join('; '),
      ),
    );
  }
  const engine = createTfjsEngine({
    plan,
    update: trainingSchema.parse({ optimizer: { type: 'sgd' } }),
    seed: 0,
    data: { rows: 0, x: new Float32Array(0), y: new Float32Array(0) },
    backend,
  });
  engine.setParameters(scoredParameters(checkpoint));
  const parameters = countParameters(plan);
  return {
    async predict(x, rows) {
      const breathe = (): Promise<void> => Promise.resolve();
      const outputs = await forwardAll({ engine, x, rows, inputWidth, outputWidth, parameters, breathe });
      return predictionsOf({ target, rule: plan, outputs, rows, width: outputWidth });
    },
    dispose: () => engine.dispose(),
  };
}

export function outputWidthOf(target: FittedTarget): number {
  return target.task === 'multiclass' ? target.classes.length : 1;
}

function predictionsOf(input: {
  readonly target: FittedTarget;
  readonly rule: OutputRule;
  readonly outputs: Float32Array;
  readonly rows: number;
  readonly width: number;
}): Predictions {
  const { target, rule, outputs, rows, width } = input;
  if (target.task === 'regression') {
    return { task: 'regression', values: toTargetUnit(target, predictedNumbers(outputs, rows, rule), rows) };
  }
  return {
    task: target.task,
    classes: target.classes,
    predicted: predictedClasses(outputs, rows, width, rule),
    probabilities: probabilitiesOf(outputs, rows, width, rule),
  };
}
