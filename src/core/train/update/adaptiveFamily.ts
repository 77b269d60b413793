// Owns the optimizers that divide by the size of past gradients without a bias correction: RMSprop, Adagrad, Adadelta.
import type { OptimizerConfig } from '../../../shared/schema/training';
import type { FloatArray } from '../../model/parameterSlice';
import { SlottedOptimizer, type OptimizerOptions, type UpdateRange } from './optimizer';

type ConfigOf<T extends OptimizerConfig['type']> = Extract<OptimizerConfig, { type: T }>;

/**
 * w -= lr * g / sqrt(spread + epsilon), the root with epsilon in it as Keras (PyTorch: sqrt(spread) + epsilon). spread is
 * the moving mean of g^2, or centred the moving variance; the latter is kept as such, since mean(g^2) - mean(g)^2, as
 * Keras takes it, is the same number until rounding makes it negative.
 * @see Tieleman & Hinton 2012; keras.optimizers.RMSprop; Welford 1962 for the variance
 */
export class RmsProp extends SlottedOptimizer {
  protected readonly slots: Readonly<Record<string, FloatArray>>;
  protected override readonly measures = true;
  private readonly spread: FloatArray;
  private readonly mean: FloatArray | undefined;
  private readonly velocity: FloatArray | undefined;

  constructor(
    private readonly config: ConfigOf<'rmsProp'>,
    options: OptimizerOptions,
  ) {
    super(options, config.weightDecay);
    this.spread = this.createSlot();
    this.mean = config.centered ? this.createSlot() : undefined;
    this.velocity = config.momentum > 0 ? this.createSlot() : undefined;
    this.slots = {
      spread: this.spread,
      ...(this.mean === undefined ? {} : { mean: this.mean }),
      ...(this.velocity === undefined ? {} : { velocity: this.velocity }),
    };
  }

  protected override slotReach(slot: number, gradient: number): number {
    const distance = slot + gradient;
    return slot + distance * distance + this.moveReach(slot, gradient);
  }

  protected override moveReach(slot: number, gradient: number): number {
    return slot + (this.rate * gradient) / Math.sqrt(this.config.epsilon);
  }

  protected override update(
    parameters: FloatArray,
    gradients: FloatArray,
    { from, to, keep }: UpdateRange,
  ): number {
    const { rate, spread, mean, velocity } = this;
    const { rho, momentum, epsilon } = this.config;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const g = gradients[i] ?? 0;
      let si: number;
      if (mean === undefined) {
        si = rho * (spread[i] ?? 0) + (1 - rho) * g * g;
      } else {
        const distance = g - (mean[i] ?? 0);
        const mi = (mean[i] ?? 0) + (1 - rho) * distance;
        mean[i] = mi;
        si = rho * ((spread[i] ?? 0) + (1 - rho) * distance * distance);
        sum += Math.abs(mi);
      }
      spread[i] = si;
      let move = (rate * g) / Math.sqrt(si + epsilon);
      if (velocity !== undefined) {
        move += momentum * (velocity[i] ?? 0);
        velocity[i] = move;
        sum += Math.abs(move);
      }
      parameters[i] = (parameters[i] ?? 0) * keep - move;
      sum += si;
    }
    return sum;
  }
}

/**
 * squares += g^2; w -= lr * g / sqrt(squares + epsilon). PyTorch: sqrt(squares) + epsilon.
 * @see Duchi et al. 2011; keras.optimizers.Adagrad
 */
export class Adagrad extends SlottedOptimizer {
  protected readonly slots: { readonly squares: FloatArray };

  constructor(
    private readonly config: ConfigOf<'adagrad'>,
    options: OptimizerOptions,
  ) {
    super(options, config.weightDecay);
    this.slots = { squares: this.createSlot(config.initialAccumulator) };
  }

  protected override slotReach(slot: number, gradient: number): number {
    return slot + gradient * gradient;
  }

  protected override moveReach(_slot: number, gradient: number): number {
    return (this.rate * gradient) / Math.sqrt(this.config.epsilon);
  }

  protected override update(
    parameters: FloatArray,
    gradients: FloatArray,
    { from, to, keep }: UpdateRange,
  ): number {
    const { rate } = this;
    const { epsilon } = this.config;
    const { squares } = this.slots;
    for (let i = from; i < to; i++) {
      const g = gradients[i] ?? 0;
      const si = (squares[i] ?? 0) + g * g;
      squares[i] = si;
      parameters[i] = (parameters[i] ?? 0) * keep - (rate * g) / Math.sqrt(si + epsilon);
    }
    return 0;
  }
}

/**
 * move = sqrt(mean(move^2) + epsilon) / sqrt(mean(g^2) + epsilon) * g; w -= lr * move. As Keras and PyTorch.
 * @see Zeiler 2012, algorithm 1
 */
export class Adadelta extends SlottedOptimizer {
  protected readonly slots: { readonly squares: FloatArray; readonly moves: FloatArray };
  protected override readonly measures = true;

  constructor(
    private readonly config: ConfigOf<'adadelta'>,
    options: OptimizerOptions,
  ) {
    super(options, config.weightDecay);
    this.slots = { squares: this.createSlot(), moves: this.createSlot() };
  }

  protected override slotReach(slot: number, gradient: number): number {
    const { epsilon } = this.config;
    const move = (Math.sqrt(slot + epsilon) / Math.sqrt(epsilon)) * gradient;
    return slot + gradient * gradient + move * move;
  }

  protected override moveReach(slot: number, gradient: number): number {
    const { epsilon } = this.config;
    return this.rate * (Math.sqrt(slot + epsilon) / Math.sqrt(epsilon)) * gradient;
  }

  protected override update(
    parameters: FloatArray,
    gradients: FloatArray,
    { from, to, keep }: UpdateRange,
  ): number {
    const { rate } = this;
    const { rho, epsilon } = this.config;
    const { squares, moves } = this.slots;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const g = gradients[i] ?? 0;
      const si = rho * (squares[i] ?? 0) + (1 - rho) * g * g;
      squares[i] = si;
      const d0 = moves[i] ?? 0;
      const move = (Math.sqrt(d0 + epsilon) / Math.sqrt(si + epsilon)) * g;
      const di = rho * d0 + (1 - rho) * move * move;
      moves[i] = di;
      parameters[i] = (parameters[i] ?? 0) * keep - rate * move;
      sum += si + di;
    }
    return sum;
  }
}
