// Owns what layers are written in: a few operations on tensors of any shape. Two stand behind it: tfjs in float32, fast on
// whichever backend is active, and plain float64, exact enough to be checked by finite differences. A layer is written
// once and holds on both.
import type { FloatArray } from '../../model/parameterSlice';

/** Activations that a matrix product can do in the same breath. */
export type FusedActivation = 'linear' | 'relu' | 'leakyRelu' | 'elu';

/** As keras.activations.leaky_relu. */
export const LEAKY_RELU_SLOPE = 0.2;

/**
 * T is a tensor of any rank, immutable. Two tensors combine as in numpy: shapes are aligned at the end, a length of 1
 * repeats.
 */
export interface Numeric<T> {
  /** @param values row-major, not kept */
  tensor(values: FloatArray, shape: readonly number[]): T;
  /** Row-major; may be the tensor's own memory: read it, never write or keep it. On a GPU it waits. */
  read(t: T): FloatArray;
  shapeOf(t: T): readonly number[];

  /** [m, k] x [k, n] + bias [n], then the activation. */
  dense(a: T, kernel: T, bias: T | undefined, activation: FusedActivation): T;
  /** [m, k] x [k, n], or [b, m, k] x [b, k, n]. */
  matMul(a: T, b: T): T;
  /** @param order of the axes; absent: the last two change places */
  transpose(t: T, order?: readonly number[]): T;
  /** @param shape one length may be -1: what is left */
  reshape(t: T, shape: readonly number[]): T;
  slice(t: T, begin: readonly number[], size: readonly number[]): T;
  concat(tensors: readonly T[], axis: number): T;

  add(a: T, b: T | number): T;
  sub(a: T, b: T | number): T;
  mul(a: T, b: T | number): T;
  div(a: T, b: T | number): T;
  neg(t: T): T;
  square(t: T): T;
  sqrt(t: T): T;
  exp(t: T): T;
  tanh(t: T): T;
  sigmoid(t: T): T;
  softplus(t: T): T;
  erf(t: T): T;
  /** Over the last axis. */
  softmax(t: T): T;
  maximum(t: T, bound: number): T;
  minimum(t: T, bound: number): T;
  /** 1 where t > 0, else `otherwise`. */
  step(t: T, otherwise: number): T;
  /** 1 where equal, else 0. */
  equal(a: T, b: T): T;
  /** Axes counted from 0; kept as length 1 when `keep`. */
  sum(t: T, axes: readonly number[], keep: boolean): T;
  max(t: T, axis: number, keep: boolean): T;
}
