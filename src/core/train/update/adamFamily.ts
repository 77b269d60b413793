// Owns Adam, AdamW (Adam whose weight decay is on by default) and Nadam, as Keras computes them.
import type { OptimizerConfig } from '../../../shared/schema/training';
import type { FloatArray } from '../../model/parameterSlice';
import { SlottedOptimizer, type OptimizerOptions, type UpdateRange } from './optimizer';

type ConfigOf<T extends OptimizerConfig['type']> = Extract<OptimizerConfig, { type: T }>;

/**
 * @see Kingma & Ba 2015, end of section 2 (the efficient form, epsilon outside the bias correction, as Keras; PyTorch
 * has it inside, so that its epsilon is sqrt(1 - beta2^t) times this one):
 * w -= lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)
 */
export class Adam extends SlottedOptimizer {
  protected readonly slots: { readonly m: FloatArray; readonly v: FloatArray };

  constructor(
    private readonly config: ConfigOf<'adam' | 'adamW'>,
    options: OptimizerOptions,
  ) {
    super(options, config.weightDecay);
    this.slots = { m: this.createSlot(), v: this.createSlot() };
  }

  protected override prepare(learningRate: number): void {
    const { beta1, beta2 } = this.config;
    this.rate = (learningRate * Math.sqrt(1 - beta2 ** this.step)) / (1 - beta1 ** this.step);
  }

  protected override slotReach(slot: number, gradient: number): number {
    return Math.max(slot, gradient, gradient * gradient);
  }

  protected override moveReach(slot: number): number {
    return (this.rate * slot) / this.config.epsilon;
  }

  protected override update(
    parameters: FloatArray,
    gradients: FloatArray,
    { from, to, keep }: UpdateRange,
  ): number {
    const { rate } = this;
    const { beta1, beta2, epsilon } = this.config;
    const { m, v } = this.slots;
    const add1 = 1 - beta1;
    const add2 = 1 - beta2;
    for (let i = from; i < to; i++) {
      const g = gradients[i] ?? 0;
      const m0 = m[i] ?? 0;
      const v0 = v[i] ?? 0;
      const mi = m0 + (g - m0) * add1;
      const vi = v0 + (g * g - v0) * add2;
      m[i] = mi;
      v[i] = vi;
      parameters[i] = (parameters[i] ?? 0) * keep - (rate * mi) / (Math.sqrt(vi) + epsilon);
    }
    return 0;
  }
}

/**
 * Adam whose first moment looks one step ahead, with the momentum schedule u_t = beta1 * (1 - 0.5 * 0.96^t).
 * @see Dozat 2016; keras.optimizers.Nadam (epsilon beside the corrected root, as in PyTorch)
 */
export class Nadam extends SlottedOptimizer {
  protected readonly slots: { readonly m: FloatArray; readonly v: FloatArray };
  /** u_1 * u_2 * ... * u_productStep: recomputed in the same order after a restore, so the same bits. */
  private product = 1;
  private productStep = 0;
  private meanShare = 0;
  private gradientShare = 0;
  private correction = 1;

  constructor(
    private readonly config: ConfigOf<'nadam'>,
    options: OptimizerOptions,
  ) {
    super(options, config.weightDecay);
    this.slots = { m: this.createSlot(), v: this.createSlot() };
  }

  protected override prepare(learningRate: number): void {
    const t = this.step;
    if (this.productStep !== t - 1) {
      this.product = 1;
      for (let s = 1; s < t && this.product > 0; s++) this.product *= this.momentumAt(s);
    }
    this.product *= this.momentumAt(t);
    this.productStep = t;
    const next = this.momentumAt(t + 1);
    this.rate = learningRate;
    this.meanShare = next / (1 - this.product * next);
    this.gradientShare = (1 - this.momentumAt(t)) / (1 - this.product);
    this.correction = 1 / (1 - this.config.beta2 ** t);
  }

  private momentumAt(t: number): number {
    return this.config.beta1 * (1 - 0.5 * 0.96 ** t);
  }

  protected override slotReach(slot: number, gradient: number): number {
    return Math.max(slot, gradient, gradient * gradient);
  }

  protected override moveReach(slot: number, gradient: number): number {
    return (this.rate * (this.meanShare * slot + this.gradientShare * gradient)) / this.config.epsilon;
  }

  protected override update(
    parameters: FloatArray,
    gradients: FloatArray,
    { from, to, keep }: UpdateRange,
  ): number {
    const { rate, meanShare, gradientShare, correction } = this;
    const { beta1, beta2, epsilon } = this.config;
    const { m, v } = this.slots;
    for (let i = from; i < to; i++) {
      const g = gradients[i] ?? 0;
      const m0 = m[i] ?? 0;
      const v0 = v[i] ?? 0;
      const mi = m0 + (g - m0) * (1 - beta1);
      const vi = v0 + (g * g - v0) * (1 - beta2);
      m[i] = mi;
      v[i] = vi;
      const look = meanShare * mi + gradientShare * g;
      parameters[i] = (parameters[i] ?? 0) * keep - (rate * look) / (Math.sqrt(vi * correction) + epsilon);
    }
    return 0;
  }
}
