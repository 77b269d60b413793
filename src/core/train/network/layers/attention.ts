// Owns multi-head self-attention: every step of a sequence gathers from all that are not padding.
import type { AttentionNode } from '../../../model/nodes';
import { only, type Layer } from '../layer';
import { columnSums } from './dense';

/** Far below any score, and finite: a row that is all padding attends evenly and is left out by the pool behind. */
const NEVER = 1e9;

/** softmax(q k' / sqrt(d)) v for each head. @see Vaswani et al. 2017, section 3.2; torch.nn.MultiheadAttention */
export const attention: Layer<AttentionNode> = ({ heads, shape }, inputs, context) => {
  const { m, rows } = context;
  const input = only(inputs);
  const [steps, width = 0] = shape;
  const depth = width / heads;
  const scale = 1 / Math.sqrt(depth);
  const flat = m.reshape(input, [rows * steps, width]);
  const kernel = context.parameter('kernel');
  const outputKernel = context.parameter('outputKernel');
  const projected = m.dense(flat, kernel, context.parameter('bias'), 'linear');

  /** [rows * steps, width] -> [rows * heads, steps, depth] and back. */
  const toHeads = (t: typeof input): typeof input =>
    m.reshape(m.transpose(m.reshape(t, [rows, steps, heads, depth]), [0, 2, 1, 3]), [
      rows * heads,
      steps,
      depth,
    ]);
  const fromHeads = (t: typeof input): typeof input =>
    m.reshape(m.transpose(m.reshape(t, [rows, heads, steps, depth]), [0, 2, 1, 3]), [rows * steps, width]);
  const part = (index: number): typeof input =>
    toHeads(m.slice(projected, [0, index * width], [rows * steps, width]));

  const [query, key, value] = [part(0), part(1), part(2)];
  const scores = m.mul(m.matMul(query, m.transpose(key)), scale);
  const mask = context.mask();
  const masked =
    mask === undefined
      ? scores
      : m.reshape(
          m.add(
            m.reshape(scores, [rows, heads, steps, steps]),
            m.mul(m.sub(m.reshape(mask, [rows, 1, 1, steps]), 1), NEVER),
          ),
          [rows * heads, steps, steps],
        );
  const weights = m.softmax(masked);
  const gathered = fromHeads(m.matMul(weights, value));
  const output = m.dense(gathered, outputKernel, context.parameter('outputBias'), 'linear');
  return {
    output: m.reshape(output, [rows, steps, width]),
    backward: (dOutput) => {
      const dOut = m.reshape(dOutput, [rows * steps, width]);
      context.addGradient('outputKernel', m.matMul(m.transpose(gathered), dOut));
      context.addGradient('outputBias', columnSums(context, dOut));
      const dGathered = toHeads(m.matMul(dOut, m.transpose(outputKernel)));
      const dValue = m.matMul(m.transpose(weights), dGathered);
      const dWeights = m.matMul(dGathered, m.transpose(value));
      const dScores = m.mul(
        m.mul(weights, m.sub(dWeights, m.sum(m.mul(dWeights, weights), [2], true))),
        scale,
      );
      const dQuery = m.matMul(dScores, key);
      const dKey = m.matMul(m.transpose(dScores), query);
      const dProjected = m.concat([dQuery, dKey, dValue].map(fromHeads), 1);
      context.addGradient('kernel', m.matMul(m.transpose(flat), dProjected));
      context.addGradient('bias', columnSums(context, dProjected));
      return [m.reshape(m.matMul(dProjected, m.transpose(kernel)), [rows, steps, width])];
    },
  };
};
