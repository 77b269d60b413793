// Owns what a checkpoint holds of a training that is going on, and how it is put back.
import * as z from 'zod';
import { BenchError } from '../../shared/errors';
import type { RandomState } from '../../shared/random';
import type { Experiment } from '../../shared/schema/experiment';
import type { FloatArray } from '../model/parameterSlice';
import { parameterLayout, type ModelPlan } from '../model/plan';
import type { Checkpoint } from '../runs/checkpointFiles';
import { budgetStateSchema } from './callbacks/budget';
import { earlyStoppingStateSchema } from './callbacks/earlyStopping';
import { plateauStateSchema } from './callbacks/plateau';
import { spikesStateSchema } from './callbacks/spikes';
import type { EngineState, TrainingEngine } from './engine';
import { lossTraceSchema } from './lossTrace';

export const callbackStatesSchema = z.object({
  earlyStopping: earlyStoppingStateSchema,
  budget: budgetStateSchema,
  plateau: plateauStateSchema.optional(),
  spikes: spikesStateSchema.optional(),
  losses: lossTraceSchema.optional(),
});
export type CallbackStates = z.infer<typeof callbackStatesSchema>;

export interface TrainingPosition {
  readonly kind: Checkpoint['kind'];
  readonly experiment: Experiment;
  readonly plan: ModelPlan;
  readonly engine: TrainingEngine;
  /** Whole epochs done. */
  readonly epoch: number;
  /** Batches done, over all epochs. */
  readonly step: number;
  /** Positions done in the pass that is going on, and the sum of loss * rows over them. */
  readonly position: number;
  readonly lossSum: number;
  /** [position, outputWidth]: raw outputs seen in that pass. */
  readonly seen: Float32Array;
  readonly shuffle: RandomState;
  readonly callbacks: CallbackStates;
}

/** Copies. */
export function takeCheckpoint(from: TrainingPosition): Checkpoint {
  const state = from.engine.save();
  const { training } = from.experiment;
  return {
    kind: from.kind,
    epoch: from.epoch,
    step: from.step,
    position: from.position,
    lossSum: from.lossSum,
    seed: training.seed,
    shuffle: from.shuffle,
    random: { ...state.random },
    callbacks: from.callbacks,
    optimizer: { type: training.optimizer.type, step: state.optimizer.step },
    parameters: parameterLayout(from.plan).map(({ name, shape, offset, size }) => ({
      name,
      shape,
      values: state.parameters.subarray(offset, offset + size),
    })),
    slots: Object.fromEntries(
      Object.entries(state.optimizer.slots).map(([name, values]) => [name, requireFloat32(values)]),
    ),
    seen: from.seen.slice(),
  };
}

function requireFloat32(values: FloatArray): Float32Array {
  if (values instanceof Float32Array) return values;
  throw new BenchError('internal.checkpoint', 'Expected float32 optimizer slots.');
}

/** What the callbacks go on from. */
export function callbackStatesOf(checkpoint: Checkpoint): CallbackStates {
  return callbackStatesSchema.parse(checkpoint.callbacks);
}

/** Forgets how long nothing improved: a run that had stopped early is given its patience again. */
export function withNewPatience(checkpoint: Checkpoint): Checkpoint {
  const callbacks = callbackStatesOf(checkpoint);
  return {
    ...checkpoint,
    callbacks: { ...callbacks, earlyStopping: { ...callbacks.earlyStopping, wait: 0 } },
  };
}

/** What an engine goes on from. */
export function engineStateOf(checkpoint: Checkpoint): EngineState {
  return {
    parameters: flatten(checkpoint),
    optimizer: { step: checkpoint.optimizer.step, slots: checkpoint.slots },
    random: checkpoint.random,
  };
}

/** A checkpoint's tensors as the flat vector they were cut from. */
export function flatten(checkpoint: Checkpoint): Float32Array {
  const size = checkpoint.parameters.reduce((sum, tensor) => sum + tensor.values.length, 0);
  const flat = new Float32Array(size);
  let offset = 0;
  for (const { values } of checkpoint.parameters) {
    flat.set(values, offset);
    offset += values.length;
  }
  return flat;
}

/** The weights that are validated and scored: the moving average where there is one. */
export function scoredParameters(checkpoint: Checkpoint): Float32Array {
  const { average } = checkpoint.slots;
  return average === undefined || checkpoint.optimizer.step === 0 ? flatten(checkpoint) : average;
}
