// Owns which losses and output activations go with which task, and what `auto` means.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Experiment, Task } from '../../shared/schema/experiment';
import type { Activation } from '../../shared/schema/model';
import { lossSchema, type LossConfig, type LossName } from '../../shared/schema/training';

/** The first is `auto`. */
const LOSSES_FOR_TASK = {
  regression: ['meanSquaredError', 'meanAbsoluteError', 'huber', 'logCosh', 'poisson', 'quantile'],
  binary: ['binaryCrossEntropy', 'focal', 'hinge', 'meanSquaredError'],
  multiclass: [
    'categoricalCrossEntropy',
    'sparseCategoricalCrossEntropy',
    'focal',
    'hinge',
    'meanSquaredError',
  ],
} as const satisfies Record<Task, readonly [LossName, ...LossName[]]>;

/**
 * The loss an experiment trains with; `auto` is the first that fits the task.
 * @throws BenchError 'config.lossForTask'
 */
export function resolveLoss(experiment: Experiment): LossConfig {
  const task = experiment.data.target.task;
  const fitting: readonly LossName[] = LOSSES_FOR_TASK[task];
  const { loss } = experiment.training;
  const config =
    typeof loss === 'object' ? loss : lossSchema.parse({ type: loss === 'auto' ? fitting[0] : loss });
  if (!fitting.includes(config.type)) {
    throw new BenchError(
      'config.lossForTask',
      l10n.t(
        'training.loss: expected "auto" or {0} for a {1} target, found "{2}". Change the loss or data.target.task.',
        fitting.map((name) => `"${name}"`).join(', '),
        task,
        config.type,
      ),
      { details: { loss: config.type, task } },
    );
  }
  return config;
}

/** The activations whose slope the loss has in it, and those it may be taken behind. The first is `auto`. */
function activationsFor(loss: LossName, task: Task): readonly [Activation, ...Activation[]] {
  switch (loss) {
    case 'binaryCrossEntropy':
      return ['sigmoid'];
    case 'categoricalCrossEntropy':
    case 'sparseCategoricalCrossEntropy':
      return ['softmax'];
    case 'focal':
      return [task === 'multiclass' ? 'softmax' : 'sigmoid'];
    case 'poisson':
      return ['exponential'];
    case 'hinge':
      return ['linear', 'tanh'];
    case 'meanSquaredError':
      if (task === 'binary') return ['sigmoid', 'linear'];
      if (task === 'multiclass') return ['softmax', 'sigmoid', 'linear'];
      return REGRESSION_ACTIVATIONS;
    case 'meanAbsoluteError':
    case 'huber':
    case 'logCosh':
    case 'quantile':
      return REGRESSION_ACTIVATIONS;
  }
}

const REGRESSION_ACTIVATIONS = ['linear', 'sigmoid', 'tanh', 'softplus', 'relu', 'exponential'] as const;

/** @throws BenchError 'config.outputActivation' */
export function resolveOutputActivation(experiment: Experiment, loss: LossConfig): Activation {
  const { task } = experiment.data.target;
  const { activation } = experiment.model.output;
  const fitting = activationsFor(loss.type, task);
  if (activation === 'auto') return fitting[0];
  if (fitting.includes(activation)) return activation;
  throw new BenchError(
    'config.outputActivation',
    l10n.t(
      'model.output.activation: expected "auto" or {0} with the loss {1} and a {2} target, found "{3}".',
      fitting.map((name) => `"${name}"`).join(', '),
      loss.type,
      task,
      activation,
    ),
    { details: { activation, loss: loss.type, task } },
  );
}
