// Owns the contract of a training engine: what computes steps and outputs. The loop above it knows epochs, early
// stopping and events; an engine knows none of that, so that a faster one can take its place.
import type { RandomState } from '../../shared/random';
import type { BackendName, OptimizerConfig } from '../../shared/schema/training';
import type { ModelPlan } from '../model/plan';

export interface TrainingData {
  readonly rows: number;
  /** [rows, inputWidth], row-major, finite. */
  readonly x: Float32Array;
  /** [rows, outputWidth], row-major: the scaled number, 0/1, or one-hot. */
  readonly y: Float32Array;
  /** [rows]; the mean of weight * loss over a batch's rows is minimised. Absent: all 1. */
  readonly weights?: Float32Array;
}

export interface StepsRequest {
  /** Row numbers of the training data in the order of this epoch. */
  readonly order: Uint32Array;
  /** First position in `order`; batches of `batchSize` positions follow, the last of an epoch may be shorter. */
  readonly from: number;
  readonly batchSize: number;
  /** [order.length, outputWidth], filled at the positions done: raw outputs seen while training, by position. */
  readonly outputs: Float32Array;
  /**
   * Called after every optimizer step with the batch's loss (weighted mean plus L2 penalty) and whether all
   * parameters are still finite (a relu can hide a NaN from the loss). false ends the call after this step.
   */
  readonly afterStep: (loss: number, rows: number, finite: boolean) => boolean;
}

/** Everything that the next step depends on, besides the data; enough to go on exactly. */
export interface EngineState {
  /** Flat, in the layout of `parameterLayout`. */
  readonly parameters: Float32Array;
  readonly optimizer: OptimizerState;
  /** State of each dropout layer's stream, by layer id. */
  readonly random: Readonly<Record<string, RandomState>>;
}

export interface OptimizerState {
  /** Updates done. */
  readonly step: number;
  /** Each as long as the parameters, e.g. Adam's `m` and `v`. */
  readonly slots: Readonly<Record<string, Float32Array>>;
}

export interface InferenceEngine {
  readonly backend: BackendName;
  /**
   * Raw outputs before the output activation (logits, or the scaled number), without dropout.
   * @param x [rows, inputWidth], row-major
   * @returns [rows, outputWidth]
   */
  forward(x: Float32Array, rows: number): Promise<Float32Array>;
  /** A copy. */
  getParameters(): Float32Array;
  /** Copies. @throws BenchError 'internal.parameterCount' when the length is not the plan's */
  setParameters(parameters: Float32Array): void;
  dispose(): void;
}

export interface TrainingEngine extends InferenceEngine {
  /** Trains until the end of `order` or until `afterStep` says false. @returns the next position in `order` */
  trainSteps(request: StepsRequest): Promise<number>;
  /** Copies. */
  save(): EngineState;
  restore(state: EngineState): void;
}

export interface EngineOptions {
  readonly plan: ModelPlan;
  readonly optimizer: OptimizerConfig;
  /** Seeds the first weights and dropout. */
  readonly seed: number;
  readonly data: TrainingData;
}
