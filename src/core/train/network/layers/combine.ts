// Owns the layers that put several inputs together.
import type { AddNode, ConcatNode } from '../../../model/nodes';
import { only, type Layer } from '../layer';

export const add: Layer<AddNode> = (_node, inputs, { m }) => {
  const [first, ...rest] = inputs;
  return {
    output: rest.reduce((sum, t) => m.add(sum, t), only(first === undefined ? [] : [first])),
    backward: (dOutput) => inputs.map(() => dOutput),
  };
};

export const concat: Layer<ConcatNode> = ({ axis: along }, inputs, { m }) => {
  const rank = m.shapeOf(only(inputs)).length;
  const axis = along === 'features' ? rank - 1 : 1;
  return {
    output: m.concat(inputs, axis),
    backward: (dOutput) => {
      let from = 0;
      return inputs.map((input) => {
        const size = m.shapeOf(input);
        const begin = size.map((_, i) => (i === axis ? from : 0));
        from += size[axis] ?? 0;
        return m.slice(dOutput, begin, size);
      });
    },
  };
};
