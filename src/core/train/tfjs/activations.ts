// Owns the activations of the tfjs engine and their derivatives, each in as few ops as it takes.
import * as tf from '@tensorflow/tfjs-core';
import type { HiddenActivation } from '../../../shared/schema/model';

export interface TfActivation {
  /** Done inside the matrix product, when the backends' fused kernel knows it. */
  readonly fused?: tf.fused.Activation;
  /** a = f(z); absent when fused or linear. */
  readonly forward?: (z: tf.Tensor2D) => tf.Tensor2D;
  /** The gradient with respect to z; absent for linear. `z` is the input of `forward`, or `a` when fused. */
  readonly backward?: (dA: tf.Tensor2D, a: tf.Tensor2D, z: tf.Tensor2D) => tf.Tensor2D;
}

/** As keras.activations.leaky_relu. */
export const LEAKY_RELU_SLOPE = 0.2;
/** @see Klambauer et al. 2017 */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

export const TF_ACTIVATIONS = {
  linear: {},
  relu: {
    fused: 'relu',
    backward: (dA, a) => tf.mul(dA, tf.step(a)),
  },
  leakyRelu: {
    fused: 'leakyrelu',
    backward: (dA, a) => tf.mul(dA, tf.step(a, LEAKY_RELU_SLOPE)),
  },
  elu: {
    fused: 'elu',
    // f'(z) = 1 for z > 0, else exp(z) = a + 1
    backward: (dA, a) => tf.mul(dA, tf.add(tf.minimum(a, 0), 1)),
  },
  selu: {
    forward: (z) => tf.selu(z),
    // f'(z) = scale for z > 0, else scale * alpha * exp(z) = a + scale * alpha
    backward: (dA, a, z) =>
      tf.mul(
        dA,
        tf.where(tf.greater(z, 0), tf.fill(a.shape, SELU_SCALE), tf.add(a, SELU_SCALE * SELU_ALPHA)),
      ),
  },
  gelu: {
    // Exact, with erf: z * Phi(z)
    forward: (z) => tf.mul(z, normalCdf(z)),
    // Phi(z) + z * phi(z)
    backward: (dA, _a, z) =>
      tf.mul(
        dA,
        tf.add(
          normalCdf(z),
          tf.mul(z, tf.mul(tf.exp(tf.mul(tf.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI))),
        ),
      ),
  },
  silu: {
    forward: (z) => tf.mul(z, tf.sigmoid(z)),
    // s + a * (1 - s) with s = sigmoid(z)
    backward: (dA, a, z) => {
      const s = tf.sigmoid(z);
      return tf.mul(dA, tf.add(s, tf.mul(a, tf.sub(1, s))));
    },
  },
  sigmoid: {
    forward: (z) => tf.sigmoid(z),
    backward: (dA, a) => tf.mul(dA, tf.mul(a, tf.sub(1, a))),
  },
  tanh: {
    forward: (z) => tf.tanh(z),
    backward: (dA, a) => tf.mul(dA, tf.sub(1, tf.square(a))),
  },
  softplus: {
    forward: (z) => tf.softplus(z),
    backward: (dA, _a, z) => tf.mul(dA, tf.sigmoid(z)),
  },
} satisfies Record<HiddenActivation, TfActivation>;

function normalCdf(z: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.add(tf.erf(tf.mul(z, Math.SQRT1_2)), 1), 0.5);
}
