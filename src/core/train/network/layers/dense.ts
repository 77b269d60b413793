// Owns the layers that look at each row (or each step of a sequence) alone: dense, activation, dropout.
import type { ActivationNode, DenseNode, DropoutNode } from '../../../model/nodes';
import { ACTIVATIONS, type ActivationRule } from '../activations';
import { only, type Layer, type LayerContext } from '../layer';

const FLOAT_RANGE = 2 ** 32;

export const dense: Layer<DenseNode> = (node, inputs, context) => {
  const { m } = context;
  const input = only(inputs);
  const shape = m.shapeOf(input);
  const flat = shape.length === 2 ? input : m.reshape(input, [-1, node.inputWidth]);
  const kernel = context.parameter('kernel');
  const bias = node.useBias ? context.parameter('bias') : undefined;
  const rule: ActivationRule = ACTIVATIONS[node.activation];
  const z = m.dense(flat, kernel, bias, rule.fused ?? 'linear');
  const a = rule.fused === undefined ? rule.forward(m, z) : z;
  const outputShape = [...shape.slice(0, -1), node.units];
  return {
    output: shape.length === 2 ? a : m.reshape(a, outputShape),
    backward: (dOutput) => {
      const dA = shape.length === 2 ? dOutput : m.reshape(dOutput, [-1, node.units]);
      const dZ = rule.backward(m, dA, a, z);
      context.addGradient('kernel', m.matMul(m.transpose(flat), dZ));
      if (node.useBias) context.addGradient('bias', columnSums(context, dZ));
      if (!context.needsInputGradients) return [];
      const dInput = m.matMul(dZ, m.transpose(kernel));
      return [shape.length === 2 ? dInput : m.reshape(dInput, shape)];
    },
  };
};

/** @param t [n, width]. As a product: a sum over the first axis would transpose it once more. */
export function columnSums<T>({ m }: LayerContext<T>, t: T): T {
  const [n = 0] = m.shapeOf(t);
  return m.matMul(m.tensor(new Float32Array(n).fill(1), [1, n]), t);
}

export const activation: Layer<ActivationNode> = (node, inputs, { m }) => {
  const z = only(inputs);
  const rule: ActivationRule = ACTIVATIONS[node.activation];
  const a = rule.forward(m, z);
  return { output: a, backward: (dA) => [rule.backward(m, dA, a, z)] };
};

/** Inverted dropout: 0 with probability `rate`, else 1 / (1 - rate), so that the expected input stays. */
export const dropout: Layer<DropoutNode> = ({ rate }, inputs, context) => {
  const { m } = context;
  const input = only(inputs);
  if (!context.drops || rate === 0) return { output: input, backward: (dOutput) => [dOutput] };
  const shape = m.shapeOf(input);
  const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
  const threshold = rate * FLOAT_RANGE;
  const scale = 1 / (1 - rate);
  const stream = context.random();
  for (let i = 0; i < values.length; i++) values[i] = stream.nextUint32() < threshold ? 0 : scale;
  const kept = m.tensor(values, shape);
  return { output: m.mul(input, kept), backward: (dOutput) => [m.mul(dOutput, kept)] };
};
