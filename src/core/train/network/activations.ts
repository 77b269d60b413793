// Owns the activations and their derivatives, each in as few operations as it takes.
import type { Activation } from '../../../shared/schema/model';
import { LEAKY_RELU_SLOPE, type FusedActivation, type Numeric } from './numeric';

export interface ActivationRule {
  /** Done inside the matrix product. */
  readonly fused?: FusedActivation;
  /** a = f(z). */
  readonly forward: <T>(m: Numeric<T>, z: T) => T;
  /** The gradient with respect to z. Of a fused one `z` is not known: it is given `a`. */
  readonly backward: <T>(m: Numeric<T>, dA: T, a: T, z: T) => T;
}

/** @see Klambauer et al. 2017 */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

export const ACTIVATIONS = {
  linear: {
    fused: 'linear',
    forward: (_m, z) => z,
    backward: (_m, dA) => dA,
  },
  relu: {
    fused: 'relu',
    forward: (m, z) => m.maximum(z, 0),
    backward: (m, dA, a) => m.mul(dA, m.step(a, 0)),
  },
  leakyRelu: {
    fused: 'leakyRelu',
    forward: (m, z) => m.mul(z, m.step(z, LEAKY_RELU_SLOPE)),
    backward: (m, dA, a) => m.mul(dA, m.step(a, LEAKY_RELU_SLOPE)),
  },
  elu: {
    fused: 'elu',
    forward: (m, z) => m.add(m.maximum(z, 0), m.sub(m.exp(m.minimum(z, 0)), 1)),
    // f'(z) = 1 for z > 0, else exp(z) = a + 1
    backward: (m, dA, a) => m.mul(dA, m.add(m.minimum(a, 0), 1)),
  },
  selu: {
    forward: (m, z) =>
      m.mul(m.add(m.maximum(z, 0), m.mul(m.sub(m.exp(m.minimum(z, 0)), 1), SELU_ALPHA)), SELU_SCALE),
    // scale * 1 where z > 0, else scale * alpha * exp(z); step(z, alpha) is 1 or alpha
    backward: (m, dA, _a, z) =>
      m.mul(dA, m.mul(m.mul(m.exp(m.minimum(z, 0)), m.step(z, SELU_ALPHA)), SELU_SCALE)),
  },
  gelu: {
    // Exact, with erf: z * Phi(z)
    forward: (m, z) => m.mul(z, normalCdf(m, z)),
    // Phi(z) + z * phi(z)
    backward: (m, dA, _a, z) => {
      const density = m.mul(m.exp(m.mul(m.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return m.mul(dA, m.add(normalCdf(m, z), m.mul(z, density)));
    },
  },
  silu: {
    forward: (m, z) => m.mul(z, m.sigmoid(z)),
    // s + a * (1 - s) with s = sigmoid(z)
    backward: (m, dA, a, z) => {
      const s = m.sigmoid(z);
      return m.mul(dA, m.add(s, m.sub(a, m.mul(a, s))));
    },
  },
  sigmoid: {
    forward: (m, z) => m.sigmoid(z),
    backward: (m, dA, a) => m.mul(dA, m.sub(a, m.square(a))),
  },
  tanh: {
    forward: (m, z) => m.tanh(z),
    backward: (m, dA, a) => m.sub(dA, m.mul(dA, m.square(a))),
  },
  softplus: {
    forward: (m, z) => m.softplus(z),
    backward: (m, dA, _a, z) => m.mul(dA, m.sigmoid(z)),
  },
  softmax: {
    forward: (m, z) => m.softmax(z),
    // a * (dA - sum(dA * a))
    backward: (m, dA, a) => {
      const axis = m.shapeOf(a).length - 1;
      return m.mul(a, m.sub(dA, m.sum(m.mul(dA, a), [axis], true)));
    },
  },
  exponential: {
    forward: (m, z) => m.exp(z),
    backward: (m, dA, a) => m.mul(dA, a),
  },
} satisfies Record<Activation, ActivationRule>;

function normalCdf<T>(m: Numeric<T>, z: T): T {
  return m.mul(m.add(m.erf(m.mul(z, Math.SQRT1_2)), 1), 0.5);
}
