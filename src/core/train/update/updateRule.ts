// Owns the whole way from the gradients of a batch to new weights: accumulation, clipping, optimizer, max-norm, moving
// average; and that it goes on exactly from a saved state, in the midst of an accumulation too. Knows no layers, no loss
// and no schedule.
import type { AveragingConfig, ClippingConfig, OptimizerConfig } from '../../../shared/schema/training';
import type { FloatArray, ParameterSlice } from '../../model/parameterSlice';
import { clipGradients, trainableRanges } from './clipping';
import { norm, type Range } from './norms';
import { restoreSlot, type Optimizer, type OptimizerOptions, type OptimizerState } from './optimizer';
import { createOptimizer } from './optimizers';
import { MaxNorm } from './penalties';

export interface UpdateRuleOptions extends OptimizerOptions {
  readonly optimizer: OptimizerConfig;
  readonly clipping: ClippingConfig | false;
  readonly averaging: AveragingConfig | false;
  readonly accumulateBatches: number;
}

export interface UpdateResult {
  /** false: the gradients were only added up, or something was not finite. */
  readonly updated: boolean;
  /** false: a gradient, a moving statistic or what the update would have made was not finite; nothing is changed. */
  readonly finite: boolean;
  /**
   * Length of all trainable gradients before clipping, float64: of the mean that the update took, or of this batch when
   * there was none.
   */
  readonly gradientNorm: number;
}

// Of what a sum of gradients may reach, so that none overflows.
const SUM_LIMIT_FLOAT32 = 1e38;
const SUM_LIMIT_FLOAT64 = 1e307;

export class UpdateRule {
  private readonly optimizer: Optimizer;
  private readonly maxNorm: MaxNorm;
  private readonly trainable: readonly Range[];
  private readonly untrainable: readonly Range[];
  private readonly moving: FloatArray | undefined;
  private readonly accumulated: FloatArray | undefined;
  private accumulatedBatches = 0;
  /** At least the length of what is accumulated. */
  private accumulatedNorm = 0;

  constructor(private readonly options: UpdateRuleOptions) {
    const { slices } = options;
    this.optimizer = createOptimizer(options.optimizer, options);
    this.maxNorm = new MaxNorm(slices);
    this.trainable = trainableRanges(slices);
    this.untrainable = untrainableRanges(slices);
    this.moving = options.averaging === false ? undefined : this.createArray(options.length);
    this.accumulated = options.accumulateBatches > 1 ? this.createArray(options.length) : undefined;
  }

  /** Updates done. */
  get step(): number {
    return this.optimizer.step;
  }

  /**
   * The moving average of the weights, live; undefined without averaging and before the first update. An untrainable slice
   * has there what it was at the last `apply`.
   */
  get average(): FloatArray | undefined {
    return this.optimizer.step === 0 ? undefined : this.moving;
  }

  /**
   * Called once a batch.
   * @param gradients the mean over the batch with the penalties in it; overwritten with what the update took
   * @param learningRate of this update
   */
  apply(parameters: FloatArray, gradients: FloatArray, learningRate: number): UpdateResult {
    if (!this.untrainable.every((range) => isFiniteIn(parameters, range))) {
      return { updated: false, finite: false, gradientNorm: norm(gradients, this.trainable) };
    }
    if (this.accumulatedBatches + 1 < this.options.accumulateBatches) {
      const { finite, length } = this.accumulate(gradients);
      if (finite) this.follow(parameters);
      return { updated: false, finite, gradientNorm: length };
    }
    this.takeMean(gradients);
    const clipped = clipGradients(gradients, this.trainable, this.options.clipping);
    if (!this.optimizer.apply(parameters, gradients, learningRate, clipped.bound)) {
      return { updated: false, finite: false, gradientNorm: clipped.norm };
    }
    this.accumulated?.fill(0);
    this.accumulatedBatches = 0;
    this.accumulatedNorm = 0;
    this.maxNorm.apply(parameters);
    this.takeAverage(parameters);
    this.follow(parameters);
    return { updated: true, finite: true, gradientNorm: clipped.norm };
  }

  private accumulate(gradients: FloatArray): { readonly finite: boolean; readonly length: number } {
    const { accumulated } = this;
    const length = norm(gradients, this.trainable);
    const sum = this.accumulatedNorm + length;
    const limit = this.options.float64 === true ? SUM_LIMIT_FLOAT64 : SUM_LIMIT_FLOAT32;
    if (accumulated === undefined || !(sum < limit)) return { finite: false, length };
    for (const { from, to } of this.trainable) {
      for (let i = from; i < to; i++) accumulated[i] = (accumulated[i] ?? 0) + (gradients[i] ?? 0);
    }
    this.accumulatedBatches++;
    this.accumulatedNorm = sum;
    return { finite: true, length };
  }

  /** Of the accumulated batches and this one: each counts alike, as keras' gradient_accumulation_steps. */
  private takeMean(gradients: FloatArray): void {
    const { accumulated } = this;
    if (accumulated === undefined) return;
    const batches = this.options.accumulateBatches;
    for (const { from, to } of this.trainable) {
      for (let i = from; i < to; i++) gradients[i] = ((accumulated[i] ?? 0) + (gradients[i] ?? 0)) / batches;
    }
  }

  /**
   * The first update's weights start it, as keras' use_ema: no bias to correct. Keras takes the weights before max-norm,
   * and with accumulation takes them again after every batch; here they are those that training goes on with, once an
   * update.
   */
  private takeAverage(parameters: FloatArray): void {
    const { averaging } = this.options;
    const { moving } = this;
    if (averaging === false || moving === undefined) return;
    const momentum = this.optimizer.step === 1 ? 0 : averaging.momentum;
    for (const { from, to } of this.trainable) {
      for (let i = from; i < to; i++) {
        moving[i] = momentum * (moving[i] ?? 0) + (1 - momentum) * (parameters[i] ?? 0);
      }
    }
  }

  /** Statistics are averages already. */
  private follow(parameters: FloatArray): void {
    const { moving } = this;
    if (moving === undefined) return;
    for (const { from, to } of this.untrainable) {
      for (let i = from; i < to; i++) moving[i] = parameters[i] ?? 0;
    }
  }

  /** The average goes on from these weights: they were put in place of the trained ones. Copies. */
  setAverage(parameters: FloatArray): void {
    this.moving?.set(parameters);
  }

  /** Copies: the optimizer's slots, and `average`, `accumulated`, `accumulatedBatches` where they are in use. */
  save(): OptimizerState {
    const { step, slots } = this.optimizer.save();
    const { moving, accumulated } = this;
    return {
      step,
      slots: {
        ...slots,
        ...(moving === undefined ? {} : { average: moving.slice() }),
        ...(accumulated === undefined
          ? {}
          : {
              accumulated: accumulated.slice(),
              accumulatedBatches: this.createArray(1).fill(this.accumulatedBatches),
            }),
      },
    };
  }

  /** Copies. @throws BenchError 'internal.optimizerState' when a slot is missing or has another size */
  restore(state: OptimizerState): void {
    this.optimizer.restore(state);
    if (this.moving !== undefined) restoreSlot(state, 'average', this.moving);
    if (this.accumulated === undefined) return;
    restoreSlot(state, 'accumulated', this.accumulated);
    const batches = this.createArray(1);
    restoreSlot(state, 'accumulatedBatches', batches);
    this.accumulatedBatches = batches[0] ?? 0;
    this.accumulatedNorm = norm(this.accumulated, this.trainable);
  }

  private createArray(length: number): FloatArray {
    return this.options.float64 === true ? new Float64Array(length) : new Float32Array(length);
  }
}

function untrainableRanges(slices: readonly ParameterSlice[]): Range[] {
  return slices
    .filter(({ trainable, size }) => !trainable && size > 0)
    .map(({ offset, size }) => ({ from: offset, to: offset + size }));
}

function isFiniteIn(values: FloatArray, { from, to }: Range): boolean {
  for (let i = from; i < to; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
