// Owns the layers at the entry: columns of the encoded batch, looked-up vectors, columns as tokens.
import type {
  ColumnsNode,
  EmbeddingNode,
  NumberTokensNode,
  StepNode,
  SummaryTokenNode,
} from '../../../model/nodes';
import { only, type Layer } from '../layer';
import { columnSums } from './dense';

export const columns: Layer<ColumnsNode> = ({ ranges, shape }, _inputs, context) => ({
  output: context.m.tensor(context.columns(ranges), [context.rows, shape[0]]),
  backward: () => [],
});

/**
 * Rows of the table by their ids. Done on plain arrays: no backend has to gather, and its gradient touches only the rows
 * that were seen. Padding (id 0 of a text) is a vector of zeros and learns nothing.
 */
export const embedding: Layer<EmbeddingNode> = (node, _inputs, context) => {
  const { m, rows } = context;
  const { start, steps, dimensions, padded, shape } = node;
  const ids = context.ids(start, steps);
  const table = context.values('table');
  const values = new Float64Array(ids.length * dimensions);
  for (const [i, id] of ids.entries()) {
    if (padded && id === 0) continue;
    values.set(table.subarray(id * dimensions, (id + 1) * dimensions), i * dimensions);
  }
  const { embeddingShare } = context;
  if (embeddingShare !== undefined) {
    const perRow = values.length / rows;
    for (let i = 0; i < values.length; i++)
      values[i] = (values[i] ?? 0) * (embeddingShare[Math.floor(i / perRow)] ?? 1);
  }
  return {
    output: m.tensor(values, [rows, ...shape]),
    backward: (dOutput) => {
      const gradient = context.gradient('table');
      const slope = m.read(dOutput);
      for (const [i, id] of ids.entries()) {
        if (padded && id === 0) continue;
        for (let j = 0, at = id * dimensions; j < dimensions; j++) {
          gradient[at + j] = (gradient[at + j] ?? 0) + (slope[i * dimensions + j] ?? 0);
        }
      }
      return [];
    },
  };
};

/** [rows, n] -> [rows, n, d]: x * weights + bias. @see Gorishniy et al. 2021, section 3.3 */
export const numberTokens: Layer<NumberTokensNode> = ({ shape }, inputs, context) => {
  const { m, rows } = context;
  const [n, d = 0] = shape;
  const x = m.reshape(only(inputs), [rows, n, 1]);
  const output = m.add(m.mul(x, context.parameter('weights')), context.parameter('bias'));
  return {
    output,
    backward: (dOutput) => {
      const flat = (t: typeof x): typeof x => m.reshape(t, [rows, n * d]);
      context.addGradient('bias', columnSums(context, flat(dOutput)));
      context.addGradient('weights', columnSums(context, flat(m.mul(dOutput, x))));
      // Columns of data learn nothing; their slope is asked for where a prediction is explained.
      if (!context.needsInputGradients) return [];
      return [m.reshape(m.sum(m.mul(dOutput, context.parameter('weights')), [2], false), [rows, n])];
    },
  };
};

/** The same learned vector for each row: [rows, 1, d]. */
export const summaryToken: Layer<SummaryTokenNode> = ({ shape }, _inputs, context) => {
  const { m, rows } = context;
  const d = shape[1] ?? 0;
  const ones = m.tensor(new Float32Array(rows).fill(1), [rows, 1, 1]);
  return {
    output: m.mul(ones, m.reshape(context.parameter('token'), [1, 1, d])),
    backward: (dOutput) => {
      context.addGradient('token', columnSums(context, m.reshape(dOutput, [rows, d])));
      return [];
    },
  };
};

export const step: Layer<StepNode> = ({ shape }, inputs, { m, rows }) => {
  const input = only(inputs);
  return {
    output: m.reshape(input, [rows, ...shape]),
    backward: (dOutput) => [m.reshape(dOutput, m.shapeOf(input))],
  };
};
