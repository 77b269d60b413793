// Owns the contract of a training engine: what computes steps and outputs. The loop above it knows epochs, callbacks and
// events; an engine knows none of that, so that a faster one can take its place.
import type { RandomState } from '../../shared/random';
import type {
  AveragingConfig,
  BackendName,
  ClippingConfig,
  OptimizerConfig,
} from '../../shared/schema/training';
import type { ModelPlan } from '../model/plan';
import type { OptimizerState } from './update/optimizer';

export interface TrainingData {
  readonly rows: number;
  /** [rows, inputWidth], row-major, finite. */
  readonly x: Float32Array;
  /** [rows, outputWidth], row-major: the scaled number, 0/1, or one-hot. */
  readonly y: Float32Array;
  /** [rows]; the mean of weight * loss over a batch's rows is minimised. Absent: all 1. */
  readonly weights?: Float32Array | undefined;
}

export interface StepDone {
  /** Of the batch: weighted mean plus penalties, before the update. */
  readonly loss: number;
  readonly rows: number;
  /**
   * Whether loss, gradients and weights after the update are finite (a relu can hide a NaN from the loss). When not,
   * nothing was changed: the weights are the last finite ones.
   */
  readonly finite: boolean;
  /** Length of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** false while gradients are only accumulated. */
  readonly updated: boolean;
}

export interface StepsRequest {
  /** Row numbers of the training data in the order of this epoch. */
  readonly order: Uint32Array;
  /** First position in `order`; batches of `batchSize` positions follow, the last of an epoch may be shorter. */
  readonly from: number;
  readonly batchSize: number;
  /** [order.length, outputWidth], filled at the positions done: raw outputs seen while training, by position. */
  readonly outputs: Float32Array;
  /** Asked before every batch. */
  readonly learningRate: () => number;
  /** Called after every batch. false ends the call after this step. */
  readonly afterStep: (done: StepDone) => boolean;
}

/** Everything that the next step depends on, besides the data; enough to go on exactly. */
export interface EngineState {
  /** Flat, in the layout of `parameterLayout`. */
  readonly parameters: Float32Array;
  readonly optimizer: OptimizerState;
  /** State of each dropout layer's stream, by layer id. */
  readonly random: Readonly<Record<string, RandomState>>;
}

export interface InferenceEngine {
  readonly backend: BackendName;
  /**
   * Raw outputs before the output activation (logits, or the scaled number), without dropout; of the averaged weights,
   * when they are averaged.
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

/** How a node did on some rows. */
export interface NodeReport {
  readonly id: string;
  readonly kind: ModelPlan['nodes'][number]['kind'];
  /** Its output and all its numbers. */
  readonly finite: boolean;
  /** Of its output over all rows and units. */
  readonly mean: number;
  readonly sd: number;
  readonly largest: number;
  /** Units, and those that gave exactly 0 for every row. */
  readonly units: number;
  readonly deadUnits: number;
  /** Lengths of its weights and of their gradients; 0 for a node without any. */
  readonly weightNorm: number;
  readonly gradientNorm: number;
}

export interface TrainingEngine extends InferenceEngine {
  /** Trains until the end of `order` or until `afterStep` says false. @returns the next position in `order` */
  trainSteps(request: StepsRequest): Promise<number>;
  /** How each node does on these rows as one batch of the training data, without dropout and without a step. */
  inspect(rows: Uint32Array): Promise<readonly NodeReport[]>;
  /** Copies. */
  save(): EngineState;
  restore(state: EngineState): void;
}

export interface UpdateConfig {
  readonly optimizer: OptimizerConfig;
  readonly clipping: ClippingConfig | false;
  readonly averaging: AveragingConfig | false;
  readonly accumulateBatches: number;
}

export interface EngineOptions {
  readonly plan: ModelPlan;
  readonly update: UpdateConfig;
  /** Seeds the first weights and dropout. */
  readonly seed: number;
  readonly data: TrainingData;
}
