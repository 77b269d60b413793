// Owns the layers along a sequence that have no state: convolution, pooling, positions, flattening.
import type { Conv1dNode, FlattenNode, PoolNode, PositionsNode } from '../../../model/nodes';
import { ACTIVATIONS, type ActivationRule } from '../activations';
import { only, type Layer, type LayerContext, type LayerResult } from '../layer';
import { columnSums } from './dense';

/** The windows side by side make it one matrix product: no backend needs a kernel for its gradient. */
export const conv1d: Layer<Conv1dNode> = (node, inputs, context) => {
  const { m, rows } = context;
  const input = only(inputs);
  const [, steps = 0, width = 0] = m.shapeOf(input);
  const { kernelSize, dilation, padBefore, padAfter } = node;
  const [out, filters = 0] = node.shape;
  const zeros = (count: number): (typeof input)[] =>
    count === 0 ? [] : [m.tensor(new Float32Array(rows * count * width), [rows, count, width])];
  const padded =
    padBefore + padAfter === 0 ? input : m.concat([...zeros(padBefore), input, ...zeros(padAfter)], 1);
  const taps = Array.from({ length: kernelSize }, (_, k) =>
    m.slice(padded, [0, k * dilation, 0], [rows, out, width]),
  );
  const windows = m.reshape(m.concat(taps, 2), [rows * out, kernelSize * width]);
  const kernel = m.reshape(context.parameter('kernel'), [kernelSize * width, filters]);
  const rule: ActivationRule = ACTIVATIONS[node.activation];
  const z = m.dense(windows, kernel, context.parameter('bias'), rule.fused ?? 'linear');
  const a = rule.fused === undefined ? rule.forward(m, z) : z;
  return {
    output: m.reshape(a, [rows, out, filters]),
    backward: (dOutput) => {
      const dZ = rule.backward(m, m.reshape(dOutput, [rows * out, filters]), a, z);
      context.addGradient('kernel', m.matMul(m.transpose(windows), dZ));
      context.addGradient('bias', columnSums(context, dZ));
      if (!context.needsInputGradients) return [];
      const dWindows = m.reshape(m.matMul(dZ, m.transpose(kernel)), [rows, out, kernelSize * width]);
      const length = steps + padBefore + padAfter;
      const spread = taps.map((_, k) => {
        const part = m.slice(dWindows, [0, 0, k * width], [rows, out, width]);
        const before = k * dilation;
        return m.concat([...zeros(before), part, ...zeros(length - out - before)], 1);
      });
      const [first, ...rest] = spread;
      if (first === undefined) return [];
      const dPadded = rest.reduce((sum, t) => m.add(sum, t), first);
      return [m.slice(dPadded, [0, padBefore, 0], [rows, steps, width])];
    },
  };
};

/** Far below any activation, and finite, so that nothing becomes NaN. */
const NEVER = 1e9;

export const pool: Layer<PoolNode> = ({ method }, inputs, context) => {
  const input = only(inputs);
  const [, steps = 0] = context.m.shapeOf(input);
  const mask = context.mask();
  switch (method) {
    case 'mean':
      return weighted(context, input, meanWeights(context, mask, steps));
    case 'first':
      return weighted(context, input, oneStep(context, steps, 0));
    case 'last':
      return weighted(
        context,
        input,
        mask === undefined ? oneStep(context, steps, steps - 1) : lastReal(context, mask, steps),
      );
    case 'max':
      return largest(context, input, mask);
  }
};

/** The sum of the steps times their weights [rows, steps]. */
function weighted<T>({ m, rows }: LayerContext<T>, input: T, weights: T): LayerResult<T> {
  const [, steps = 0, width = 0] = m.shapeOf(input);
  const across = m.reshape(weights, [-1, 1, steps]);
  const repeated =
    m.shapeOf(across)[0] === rows
      ? across
      : m.mul(m.tensor(new Float32Array(rows).fill(1), [rows, 1, 1]), across);
  return {
    output: m.reshape(m.matMul(repeated, input), [rows, width]),
    backward: (dOutput) => [m.matMul(m.transpose(repeated), m.reshape(dOutput, [rows, 1, width]))],
  };
}

function oneStep<T>({ m }: LayerContext<T>, steps: number, at: number): T {
  return m.tensor(
    Float32Array.from({ length: steps }, (_, i) => (i === at ? 1 : 0)),
    [1, steps],
  );
}

/** 1 / real steps at each; all zeros where there is none. */
function meanWeights<T>({ m }: LayerContext<T>, mask: T | undefined, steps: number): T {
  if (mask === undefined) return m.tensor(new Float32Array(steps).fill(1 / steps), [1, steps]);
  return m.div(mask, m.maximum(m.sum(mask, [1], true), 1));
}

/** Padding stands behind: the last real step is the one before the first padded one. */
function lastReal<T>({ m, rows }: LayerContext<T>, mask: T, steps: number): T {
  const end = m.tensor(new Float32Array(rows), [rows, 1]);
  const next = steps === 1 ? end : m.concat([m.slice(mask, [0, 1], [rows, steps - 1]), end], 1);
  return m.sub(mask, next);
}

function largest<T>({ m, rows }: LayerContext<T>, input: T, mask: T | undefined): LayerResult<T> {
  const [, steps = 0, width = 0] = m.shapeOf(input);
  const real = mask === undefined ? undefined : m.reshape(mask, [rows, steps, 1]);
  const seen = real === undefined ? input : m.add(input, m.mul(m.sub(real, 1), NEVER));
  const top = m.max(seen, 1, true);
  // A row without any real step gives zeros, as the mean does.
  const any = real === undefined ? undefined : m.max(real, 1, true);
  const kept = any === undefined ? top : m.mul(top, any);
  return {
    output: m.reshape(kept, [rows, width]),
    backward: (dOutput) => {
      // Equal ones share, as torch.amax.
      const at = m.equal(seen, top);
      const share = m.div(at, m.sum(at, [1], true));
      const slope = m.mul(share, m.reshape(dOutput, [rows, 1, width]));
      return [any === undefined ? slope : m.mul(slope, any)];
    },
  };
}

export const flatten: Layer<FlattenNode> = ({ shape }, inputs, { m, rows }) => {
  const input = only(inputs);
  return {
    output: m.reshape(input, [rows, shape[0]]),
    backward: (dOutput) => [m.reshape(dOutput, m.shapeOf(input))],
  };
};

/** @see Vaswani et al. 2017, section 3.5, for the sinusoids */
export const positions: Layer<PositionsNode> = ({ learned, shape }, inputs, context) => {
  const { m, rows } = context;
  const input = only(inputs);
  const [steps, width = 0] = shape;
  const table = learned ? context.parameter('table') : m.tensor(sinusoids(steps, width), [steps, width]);
  return {
    output: m.add(input, m.reshape(table, [1, steps, width])),
    backward: (dOutput) => {
      if (learned) {
        context.addGradient('table', columnSums(context, m.reshape(dOutput, [rows, steps * width])));
      }
      return [dOutput];
    },
  };
};

function sinusoids(steps: number, width: number): Float64Array {
  const values = new Float64Array(steps * width);
  for (let position = 0; position < steps; position++) {
    for (let j = 0; j < width; j++) {
      const angle = position / 10_000 ** ((2 * Math.floor(j / 2)) / width);
      values[position * width + j] = j % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return values;
}
