// Owns the optimizers: exact update rules over one flat float32 parameter vector, in plain JavaScript, so that
// every engine and backend shares them bit for bit and their slots can be saved. Computed in float64, kept in
// float32. Cost: about 4 ns a parameter and step, little beside the matrix products.
import { BenchError } from '../../shared/errors';
import type { OptimizerConfig } from '../../shared/schema/training';
import type { OptimizerState } from './engine';

export interface Optimizer {
  /**
   * Updates in place.
   * @param gradients as long as `parameters`
   * @returns false when a parameter is no longer finite
   */
  apply(parameters: Float32Array, gradients: Float32Array): boolean;
  /** Copies. */
  save(): OptimizerState;
  restore(state: OptimizerState): void;
}

export function createOptimizer(config: OptimizerConfig, size: number): Optimizer {
  switch (config.type) {
    case 'adam':
      return new Adam(config, size);
    case 'sgd':
      return new Sgd(config, size);
  }
}

abstract class SlottedOptimizer implements Optimizer {
  protected step = 0;
  protected abstract readonly slots: Readonly<Record<string, Float32Array>>;

  abstract apply(parameters: Float32Array, gradients: Float32Array): boolean;

  save(): OptimizerState {
    const slots = Object.entries(this.slots).map(([name, values]) => [name, values.slice()] as const);
    return { step: this.step, slots: Object.fromEntries(slots) };
  }

  restore(state: OptimizerState): void {
    for (const [name, values] of Object.entries(this.slots)) {
      const saved = state.slots[name];
      if (saved?.length !== values.length) {
        throw new BenchError(
          'internal.optimizerState',
          `Optimizer slot "${name}": expected ${values.length} values, found ${saved?.length ?? 'none'}.`,
        );
      }
      values.set(saved);
    }
    this.step = state.step;
  }
}

// Below these a moment no longer moves a float32 weight; as denormals they would only cost time.
const TINY_M = 1e-30;
const TINY_V = 1e-37;

/**
 * @see Kingma & Ba 2015, end of section 2 (the efficient form, epsilon outside the bias correction, as Keras):
 * w -= lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)
 */
class Adam extends SlottedOptimizer {
  protected readonly slots: { readonly m: Float32Array; readonly v: Float32Array };

  constructor(
    private readonly config: Extract<OptimizerConfig, { type: 'adam' }>,
    size: number,
  ) {
    super();
    this.slots = { m: new Float32Array(size), v: new Float32Array(size) };
  }

  apply(parameters: Float32Array, gradients: Float32Array): boolean {
    const { learningRate, beta1, beta2, epsilon } = this.config;
    const { m, v } = this.slots;
    const t = ++this.step;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
    // Any NaN or infinity makes the sum non-finite; cheaper than a test each.
    let sum = 0;
    for (let i = 0; i < parameters.length; i++) {
      const g = gradients[i] ?? 0;
      const m0 = m[i] ?? 0;
      const v0 = v[i] ?? 0;
      let mi = m0 + (g - m0) * (1 - beta1);
      let vi = v0 + (g * g - v0) * (1 - beta2);
      if (mi < TINY_M && mi > -TINY_M) mi = 0;
      if (vi < TINY_V) vi = 0;
      m[i] = mi;
      v[i] = vi;
      const w = (parameters[i] ?? 0) - (rate * mi) / (Math.sqrt(vi) + epsilon);
      parameters[i] = w;
      sum += w;
    }
    return Number.isFinite(Math.fround(sum));
  }
}

/**
 * velocity = momentum * velocity - lr * g; w += velocity, or with Nesterov w += momentum * velocity - lr * g.
 * @see keras.optimizers.SGD; Sutskever et al. 2013
 */
class Sgd extends SlottedOptimizer {
  protected readonly slots: Readonly<Record<string, Float32Array>>;
  private readonly velocity: Float32Array | undefined;

  constructor(
    private readonly config: Extract<OptimizerConfig, { type: 'sgd' }>,
    size: number,
  ) {
    super();
    this.velocity = config.momentum > 0 ? new Float32Array(size) : undefined;
    this.slots = this.velocity === undefined ? {} : { velocity: this.velocity };
  }

  apply(parameters: Float32Array, gradients: Float32Array): boolean {
    const { learningRate, momentum, nesterov } = this.config;
    const velocity = this.velocity;
    this.step++;
    let sum = 0;
    if (velocity === undefined) {
      for (let i = 0; i < parameters.length; i++) {
        const w = (parameters[i] ?? 0) - learningRate * (gradients[i] ?? 0);
        parameters[i] = w;
        sum += w;
      }
      return Number.isFinite(Math.fround(sum));
    }
    for (let i = 0; i < parameters.length; i++) {
      const pull = learningRate * (gradients[i] ?? 0);
      const moved = momentum * (velocity[i] ?? 0) - pull;
      velocity[i] = moved;
      const w = (parameters[i] ?? 0) + (nesterov ? momentum * moved - pull : moved);
      parameters[i] = w;
      sum += w;
    }
    return Number.isFinite(Math.fround(sum));
  }
}
