// Owns the operations in float64 on plain arrays: slow and simple. What a layer computes here is the measure for every
// backend, and precise enough for finite differences.
import type { FloatArray } from '../../model/parameterSlice';
import { sigmoid, softplus } from '../outputs';
import { LEAKY_RELU_SLOPE, type FusedActivation, type Numeric } from './numeric';

export interface Float64Tensor {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function make(values: Float64Array, shape: readonly number[]): Float64Tensor {
  return { values, shape };
}

function map(t: Float64Tensor, f: (x: number) => number): Float64Tensor {
  return make(t.values.map(f), t.shape);
}

/** Distance of neighbours along each axis; 0 along an axis that repeats. */
function stridesIn(shape: readonly number[], rank: number): number[] {
  const strides = new Array<number>(rank).fill(0);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const length = shape[i] ?? 1;
    strides[rank - shape.length + i] = length === 1 ? 0 : stride;
    stride *= length;
  }
  return strides;
}

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`Shapes [${a.join(', ')}] and [${b.join(', ')}] do not combine.`);
    }
    return left === 1 ? right : left;
  });
}

function combine(
  a: Float64Tensor,
  b: Float64Tensor | number,
  f: (x: number, y: number) => number,
): Float64Tensor {
  if (typeof b === 'number') return map(a, (x) => f(x, b));
  // The usual cases without a look at each index: one shape, or one that repeats as a whole.
  if (isTail(b.shape, a.shape)) {
    const size = b.values.length;
    return make(
      a.values.map((x, i) => f(x, b.values[i % size] ?? 0)),
      a.shape,
    );
  }
  const shape = broadcast(a.shape, b.shape);
  const values = new Float64Array(count(shape));
  const left = stridesIn(a.shape, shape.length);
  const right = stridesIn(b.shape, shape.length);
  forEachIndex(shape, (index, at) => {
    let i = 0;
    let j = 0;
    for (let axis = 0; axis < index.length; axis++) {
      i += (index[axis] ?? 0) * (left[axis] ?? 0);
      j += (index[axis] ?? 0) * (right[axis] ?? 0);
    }
    values[at] = f(a.values[i] ?? 0, b.values[j] ?? 0);
  });
  return make(values, shape);
}

/** Whether a shape is the end of another. */
function isTail(tail: readonly number[], shape: readonly number[]): boolean {
  const skipped = shape.length - tail.length;
  return skipped >= 0 && tail.every((length, i) => length === shape[skipped + i]);
}

function forEachIndex(shape: readonly number[], visit: (index: readonly number[], at: number) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  const total = count(shape);
  for (let at = 0; at < total; at++) {
    visit(index, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
    }
  }
}

function multiply(a: Float64Tensor, b: Float64Tensor): Float64Tensor {
  const rank = a.shape.length;
  const m = a.shape[rank - 2] ?? 0;
  const k = a.shape[rank - 1] ?? 0;
  const n = b.shape[b.shape.length - 1] ?? 0;
  const batches = rank === 3 ? (a.shape[0] ?? 0) : 1;
  const values = new Float64Array(batches * m * n);
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < m; row++) {
      for (let inner = 0; inner < k; inner++) {
        const x = a.values[(batch * m + row) * k + inner] ?? 0;
        const from = (batch * k + inner) * n;
        const to = (batch * m + row) * n;
        for (let column = 0; column < n; column++) {
          values[to + column] = (values[to + column] ?? 0) + x * (b.values[from + column] ?? 0);
        }
      }
    }
  }
  return make(values, rank === 3 ? [batches, m, n] : [m, n]);
}

/** Folds the values along the axes; each cell starts with `start`. */
function fold(
  t: Float64Tensor,
  axes: readonly number[],
  keep: boolean,
  start: number,
  f: (total: number, x: number) => number,
): Float64Tensor {
  const kept = t.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const values = new Float64Array(count(kept)).fill(start);
  const strides = stridesIn(kept, kept.length);
  forEachIndex(t.shape, (index, at) => {
    let to = 0;
    for (let axis = 0; axis < index.length; axis++) to += (index[axis] ?? 0) * (strides[axis] ?? 0);
    values[to] = f(values[to] ?? 0, t.values[at] ?? 0);
  });
  return make(values, keep ? kept : t.shape.filter((_, axis) => !axes.includes(axis)));
}

function pick(
  t: Float64Tensor,
  shape: readonly number[],
  sourceOf: (index: readonly number[]) => number,
): Float64Tensor {
  const values = new Float64Array(count(shape));
  forEachIndex(shape, (index, at) => {
    values[at] = t.values[sourceOf(index)] ?? 0;
  });
  return make(values, shape);
}

function fullStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return strides;
}

function transpose(t: Float64Tensor, order?: readonly number[]): Float64Tensor {
  const rank = t.shape.length;
  const axes =
    order ??
    Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2));
  const strides = fullStrides(t.shape);
  return pick(
    t,
    axes.map((axis) => t.shape[axis] ?? 0),
    (index) => index.reduce((sum, at, i) => sum + at * (strides[axes[i] ?? 0] ?? 0), 0),
  );
}

function concat(tensors: readonly Float64Tensor[], axis: number): Float64Tensor {
  const [first] = tensors;
  const shape = [...(first?.shape ?? [])];
  shape[axis] = tensors.reduce((sum, t) => sum + (t.shape[axis] ?? 0), 0);
  const outer = count(shape.slice(0, axis));
  const values = new Float64Array(count(shape));
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (const t of tensors) {
      const size = t.values.length / outer;
      values.set(t.values.subarray(block * size, (block + 1) * size), at);
      at += size;
    }
  }
  return make(values, shape);
}

function softmax(t: Float64Tensor): Float64Tensor {
  const axis = t.shape.length - 1;
  const max = fold(t, [axis], true, -Infinity, Math.max);
  const powers = map(
    combine(t, max, (x, y) => x - y),
    Math.exp,
  );
  return combine(
    powers,
    fold(powers, [axis], true, 0, (sum, x) => sum + x),
    (x, y) => x / y,
  );
}

const ACTIVATIONS: Readonly<Record<FusedActivation, (z: number) => number>> = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  leakyRelu: (z) => (z > 0 ? z : LEAKY_RELU_SLOPE * z),
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
};

/**
 * erf to about 1e-16: its Maclaurin series near 0, a continued fraction of erfc beyond.
 * @see Abramowitz & Stegun 7.1.6, 7.1.14
 */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = a;
  for (let k = 120; k >= 1; k--) fraction = a + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction);
}

export const float64Numeric: Numeric<Float64Tensor> = {
  tensor: (values: FloatArray, shape) => make(Float64Array.from(values), shape),
  read: (t) => t.values,
  shapeOf: (t) => t.shape,
  dense(a, kernel, bias, activation) {
    const product = multiply(a, kernel);
    const z = bias === undefined ? product : combine(product, bias, (x, y) => x + y);
    return activation === 'linear' ? z : map(z, ACTIVATIONS[activation]);
  },
  matMul: multiply,
  transpose,
  reshape(t, shape) {
    const known = shape.reduce((product, n) => (n < 0 ? product : product * n), 1);
    return make(
      t.values,
      shape.map((n) => (n < 0 ? t.values.length / known : n)),
    );
  },
  slice(t, begin, size) {
    const strides = fullStrides(t.shape);
    return pick(t, size, (index) =>
      index.reduce((sum, at, i) => sum + (at + (begin[i] ?? 0)) * (strides[i] ?? 0), 0),
    );
  },
  concat,
  add: (a, b) => combine(a, b, (x, y) => x + y),
  sub: (a, b) => combine(a, b, (x, y) => x - y),
  mul: (a, b) => combine(a, b, (x, y) => x * y),
  div: (a, b) => combine(a, b, (x, y) => x / y),
  neg: (t) => map(t, (x) => -x),
  square: (t) => map(t, (x) => x * x),
  sqrt: (t) => map(t, Math.sqrt),
  exp: (t) => map(t, Math.exp),
  tanh: (t) => map(t, Math.tanh),
  sigmoid: (t) => map(t, sigmoid),
  softplus: (t) => map(t, softplus),
  erf: (t) => map(t, erf),
  softmax,
  maximum: (t, bound) => map(t, (x) => Math.max(x, bound)),
  minimum: (t, bound) => map(t, (x) => Math.min(x, bound)),
  step: (t, otherwise) => map(t, (x) => (x > 0 ? 1 : otherwise)),
  equal: (a, b) => combine(a, b, (x, y) => (x === y ? 1 : 0)),
  sum: (t, axes, keep) => fold(t, axes, keep, 0, (total, x) => total + x),
  max: (t, axis, keep) => fold(t, [axis], keep, -Infinity, Math.max),
};
