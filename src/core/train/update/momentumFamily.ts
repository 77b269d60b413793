// Owns gradient descent, with momentum and Nesterov, and Lion, which moves by the sign of a momentum.
import type { OptimizerConfig } from '../../../shared/schema/training';
import type { FloatArray } from '../../model/parameterSlice';
import { SlottedOptimizer, type OptimizerOptions, type UpdateRange } from './optimizer';

type ConfigOf<T extends OptimizerConfig['type']> = Extract<OptimizerConfig, { type: T }>;

/**
 * velocity = momentum * velocity - lr * g; w += velocity, or with Nesterov w += momentum * velocity - lr * g.
 * PyTorch leaves lr out of the velocity: the same while lr stays, another rule where a schedule changes it.
 * @see keras.optimizers.SGD; Sutskever et al. 2013
 */
export class Sgd extends SlottedOptimizer {
  protected readonly slots: Readonly<Record<string, FloatArray>>;
  private readonly velocity: FloatArray | undefined;

  constructor(
    private readonly config: ConfigOf<'sgd'>,
    options: OptimizerOptions,
  ) {
    super(options, config.weightDecay);
    this.velocity = config.momentum > 0 ? this.createSlot() : undefined;
    this.slots = this.velocity === undefined ? {} : { velocity: this.velocity };
  }

  protected override slotReach(slot: number, gradient: number): number {
    return this.velocity === undefined ? 0 : this.config.momentum * slot + this.rate * gradient;
  }

  protected override moveReach(slot: number, gradient: number): number {
    return slot + this.rate * gradient;
  }

  protected override update(parameters: FloatArray, gradients: FloatArray, range: UpdateRange): number {
    return this.velocity === undefined
      ? this.descend(parameters, gradients, range)
      : this.roll(this.velocity, parameters, gradients, range);
  }

  private descend(parameters: FloatArray, gradients: FloatArray, { from, to, keep }: UpdateRange): number {
    const { rate } = this;
    for (let i = from; i < to; i++) {
      parameters[i] = (parameters[i] ?? 0) * keep - rate * (gradients[i] ?? 0);
    }
    return 0;
  }

  private roll(
    velocity: FloatArray,
    parameters: FloatArray,
    gradients: FloatArray,
    { from, to, keep }: UpdateRange,
  ): number {
    const { rate } = this;
    const { momentum, nesterov } = this.config;
    for (let i = from; i < to; i++) {
      const pull = rate * (gradients[i] ?? 0);
      const moved = momentum * (velocity[i] ?? 0) - pull;
      velocity[i] = moved;
      parameters[i] = (parameters[i] ?? 0) * keep + (nesterov ? momentum * moved - pull : moved);
    }
    return 0;
  }
}

/**
 * w -= lr * sign(beta1 * m + (1 - beta1) * g); m = beta2 * m + (1 - beta2) * g
 * @see Chen et al. 2023, algorithm 2; keras.optimizers.Lion
 */
export class Lion extends SlottedOptimizer {
  protected readonly slots: { readonly m: FloatArray };

  constructor(
    private readonly config: ConfigOf<'lion'>,
    options: OptimizerOptions,
  ) {
    super(options, config.weightDecay);
    this.slots = { m: this.createSlot() };
  }

  protected override slotReach(slot: number, gradient: number): number {
    return Math.max(slot, gradient);
  }

  protected override moveReach(): number {
    return this.rate;
  }

  protected override update(
    parameters: FloatArray,
    gradients: FloatArray,
    { from, to, keep }: UpdateRange,
  ): number {
    const { rate } = this;
    const { beta1, beta2 } = this.config;
    const { m } = this.slots;
    for (let i = from; i < to; i++) {
      const g = gradients[i] ?? 0;
      const m0 = m[i] ?? 0;
      const w = (parameters[i] ?? 0) * keep - rate * Math.sign(m0 * beta1 + g * (1 - beta1));
      const mi = m0 * beta2 + g * (1 - beta2);
      m[i] = mi;
      parameters[i] = w;
    }
    return 0;
  }
}
