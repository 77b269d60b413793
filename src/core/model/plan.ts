// Owns the plan of a network: every layer with its widths, before any numbers. Engines build from it, the
// architecture view draws it, the checkpoint names its tensors after it. Knows no tf and no data.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Experiment, Task } from '../../shared/schema/experiment';
import type { Activation, Initializer } from '../../shared/schema/model';
import type { LossName } from '../../shared/schema/training';

export interface DensePlan {
  readonly kind: 'dense';
  /** `layer<index in the config>` or `output`; unique in a plan. */
  readonly id: string;
  readonly inputs: number;
  readonly units: number;
  readonly activation: Activation;
  readonly initializer: Initializer;
  readonly useBias: boolean;
  /** Adds l2 * sum(kernel^2) to the training loss. */
  readonly l2: number;
}
export interface DropoutPlan {
  readonly kind: 'dropout';
  readonly id: string;
  readonly width: number;
  readonly rate: number;
}
export type LayerPlan = DensePlan | DropoutPlan;

/** The last layer is always the dense output layer. */
export interface ModelPlan {
  readonly task: Task;
  readonly loss: LossName;
  readonly inputWidth: number;
  readonly outputWidth: number;
  readonly layers: readonly LayerPlan[];
}

export interface PlanOptions {
  readonly experiment: Experiment;
  /** Encoded feature columns. */
  readonly inputWidth: number;
  /** Encoded target columns: 1 for regression and binary, the number of classes for multiclass. */
  readonly outputWidth: number;
}

const LOSSES_FOR_TASK = {
  regression: ['meanSquaredError', 'meanAbsoluteError'],
  binary: ['binaryCrossEntropy'],
  multiclass: ['categoricalCrossEntropy'],
} as const satisfies Record<Task, readonly [LossName, ...LossName[]]>;

export const OUTPUT_ACTIVATIONS = {
  regression: 'linear',
  binary: 'sigmoid',
  multiclass: 'softmax',
} as const satisfies Record<Task, Activation>;

/**
 * The loss an experiment trains with; `auto` is the first that fits the task.
 * @throws BenchError 'config.lossForTask'
 */
export function resolveLoss(experiment: Experiment): LossName {
  const task = experiment.data.target.task;
  const fitting: readonly LossName[] = LOSSES_FOR_TASK[task];
  const loss = experiment.training.loss;
  if (loss === 'auto') return LOSSES_FOR_TASK[task][0];
  if (!fitting.includes(loss)) {
    throw new BenchError(
      'config.lossForTask',
      l10n.t(
        'training.loss: expected "auto" or {0} for a {1} target, found "{2}". Change the loss or data.target.task.',
        fitting.map((name) => `"${name}"`).join(', '),
        task,
        loss,
      ),
      { details: { loss, task } },
    );
  }
  return loss;
}

/** @throws BenchError 'config.lossForTask' */
export function planModel({ experiment, inputWidth, outputWidth }: PlanOptions): ModelPlan {
  const task = experiment.data.target.task;
  const loss = resolveLoss(experiment);
  const layers: LayerPlan[] = [];
  let width = inputWidth;
  experiment.model.layers.forEach((layer, index) => {
    const id = `layer${index}`;
    if (layer.type === 'dropout') {
      layers.push({ kind: 'dropout', id, width, rate: layer.rate });
      return;
    }
    const { units, activation, initializer, useBias, l2 } = layer;
    layers.push({ kind: 'dense', id, inputs: width, units, activation, initializer, useBias, l2 });
    width = units;
  });
  layers.push({
    kind: 'dense',
    id: 'output',
    inputs: width,
    units: outputWidth,
    activation: OUTPUT_ACTIVATIONS[task],
    initializer: 'glorotUniform',
    useBias: true,
    l2: 0,
  });
  return { task, loss, inputWidth, outputWidth, layers };
}

/** A named tensor in the flat parameter vector: `<layer>/kernel` [inputs, units] or `<layer>/bias` [units]. */
export interface ParameterSlice {
  readonly name: string;
  readonly shape: readonly number[];
  /** First element in the flat vector, and how many. */
  readonly offset: number;
  readonly size: number;
}

/** Where each tensor lies in the flat float32 parameter vector; layer by layer, kernel then bias. */
export function parameterLayout(plan: ModelPlan): ParameterSlice[] {
  const slices: ParameterSlice[] = [];
  let offset = 0;
  const add = (name: string, shape: readonly number[]): void => {
    const size = shape.reduce((product, n) => product * n, 1);
    slices.push({ name, shape, offset, size });
    offset += size;
  };
  for (const layer of plan.layers) {
    if (layer.kind !== 'dense') continue;
    add(`${layer.id}/kernel`, [layer.inputs, layer.units]);
    if (layer.useBias) add(`${layer.id}/bias`, [layer.units]);
  }
  return slices;
}

export function countParameters(plan: ModelPlan): number {
  return parameterLayout(plan).reduce((sum, slice) => sum + slice.size, 0);
}
