// Owns the operations on tfjs: whichever backend is active, in float32. Everything that is made must live in a tf.tidy of
// the caller.
import * as tf from '@tensorflow/tfjs-core';
import type { FloatArray } from '../../model/parameterSlice';
import { LEAKY_RELU_SLOPE, type FusedActivation, type Numeric } from '../network/numeric';

const FUSED = {
  linear: 'linear',
  relu: 'relu',
  leakyRelu: 'leakyrelu',
  elu: 'elu',
} as const satisfies Record<FusedActivation, tf.fused.Activation>;

function toFloat32(values: FloatArray): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

function lastTwoSwapped(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2));
}

export const tfjsNumeric: Numeric<tf.Tensor> = {
  tensor: (values, shape) => tf.tensor(toFloat32(values), [...shape], 'float32'),
  // CPU-GPU sync point.
  read: (t) => t.dataSync<'float32'>(),
  shapeOf: (t) => t.shape,
  dense: (a, kernel, bias, activation) =>
    tf.fused.matMul({
      a,
      b: kernel,
      ...(bias === undefined ? {} : { bias }),
      activation: FUSED[activation],
      leakyreluAlpha: LEAKY_RELU_SLOPE,
    }),
  // Never with a transpose flag: the wasm backend's product is then a naive loop, ten times slower.
  matMul: (a, b) => tf.matMul(a, b),
  transpose: (t, order) => tf.transpose(t, [...(order ?? lastTwoSwapped(t.rank))]),
  reshape: (t, shape) => tf.reshape(t, [...shape]),
  slice: (t, begin, size) => tf.slice(t, [...begin], [...size]),
  concat: (tensors, axis) => tf.concat([...tensors], axis),
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  neg: (t) => tf.neg(t),
  square: (t) => tf.square(t),
  sqrt: (t) => tf.sqrt(t),
  exp: (t) => tf.exp(t),
  tanh: (t) => tf.tanh(t),
  sigmoid: (t) => tf.sigmoid(t),
  softplus: (t) => tf.softplus(t),
  erf: (t) => tf.erf(t),
  softmax: (t) => tf.softmax(t),
  maximum: (t, bound) => tf.maximum(t, bound),
  minimum: (t, bound) => tf.minimum(t, bound),
  step: (t, otherwise) => tf.step(t, otherwise),
  equal: (a, b) => tf.cast(tf.equal(a, b), 'float32'),
  sum: (t, axes, keep) => tf.sum(t, [...axes], keep),
  max: (t, axis, keep) => tf.max(t, axis, keep),
};
