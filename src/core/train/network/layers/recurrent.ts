// Owns the layers with a state along a sequence: forward step by step, backward through time. A padded step leaves the
// state as it was, as masked layers of Keras do.
import type { RecurrentNode } from '../../../model/nodes';
import { only, type Layer, type LayerContext } from '../layer';
import { gruCell, lstmCell, type CellStep } from './cells';
import { columnSums } from './dense';

interface Traced<T> {
  readonly step: number;
  /** The output before the step. */
  readonly before: T;
  readonly result: CellStep<T>;
  /** [rows, 1]: 1 where the step is real. */
  readonly real: T | undefined;
  /** The output after it. */
  readonly after: T;
}

export const recurrent: Layer<RecurrentNode> = (node, inputs, context) => {
  const { m, rows } = context;
  const { units, reverse, sequence } = node;
  const input = only(inputs);
  const shape = m.shapeOf(input);
  const [, steps = 0, width = 0] = shape;
  const cell = node.kind === 'lstm' ? lstmCell(context, units) : gruCell(context, units);
  const { gates } = cell;
  const kernel = context.parameter('kernel');
  const recurrentKernel = context.parameter('recurrentKernel');
  const recurrentBias = node.kind === 'gru' ? context.parameter('recurrentBias') : undefined;
  const bias = m.concat(cell.biases.map(context.parameter), 0);
  const flat = m.reshape(input, [rows * steps, width]);
  const projected = m.reshape(m.dense(flat, kernel, bias, 'linear'), [rows, steps, gates]);
  const mask = context.mask();
  const zeros = m.tensor(new Float32Array(rows * units), [rows, units]);

  let state: readonly (typeof input)[] = Array.from({ length: cell.stateCount }, () => zeros);
  const trace: Traced<typeof input>[] = [];
  for (let i = 0; i < steps; i++) {
    const step = reverse ? steps - 1 - i : i;
    const before = only(state);
    const pulled = m.dense(before, recurrentKernel, recurrentBias, 'linear');
    const result = cell.step(stepOf(context, projected, step), pulled, state);
    const real = mask === undefined ? undefined : m.slice(mask, [0, step], [rows, 1]);
    state = real === undefined ? result.state : blend(context, real, result.state, state);
    trace.push({ step, before, result, real, after: only(state) });
  }

  return {
    output: sequence ? sideBySide(context, trace, steps) : only(state),
    backward: (dOutput) => {
      let dState = state.map((_, i) => (i === 0 && !sequence ? dOutput : zeros));
      const dProjected: (typeof input)[] = [];
      const dRecurrent: (typeof input)[] = [];
      for (const { step, result, real } of [...trace].reverse()) {
        if (sequence) dState = addFirst(context, dState, stepOf(context, dOutput, step));
        const seen = dState;
        const back = result.backward(real === undefined ? seen : seen.map((t) => m.mul(t, real)));
        const through = addFirst(
          context,
          back.dState,
          m.matMul(back.dRecurrent, m.transpose(recurrentKernel)),
        );
        // What a padded row was given goes past the step.
        dState =
          real === undefined
            ? through
            : through.map((t, i) => m.add(t, m.sub(seen[i] ?? t, m.mul(seen[i] ?? t, real))));
        dProjected[step] = m.reshape(back.dProjected, [rows, 1, gates]);
        dRecurrent.push(back.dRecurrent);
      }
      const before = m.concat(trace.map((entry) => entry.before).reverse(), 0);
      const pulled = m.concat(dRecurrent, 0);
      context.addGradient('recurrentKernel', m.matMul(m.transpose(before), pulled));
      if (recurrentBias !== undefined) context.addGradient('recurrentBias', columnSums(context, pulled));
      const dFlat = m.reshape(m.concat(dProjected, 1), [rows * steps, gates]);
      context.addGradient('kernel', m.matMul(m.transpose(flat), dFlat));
      addBiases(context, cell.biases, columnSums(context, dFlat), gates);
      if (!context.needsInputGradients) return [];
      return [m.reshape(m.matMul(dFlat, m.transpose(kernel)), shape)];
    },
  };
};

function stepOf<T>({ m, rows }: LayerContext<T>, t: T, step: number): T {
  const width = m.shapeOf(t)[2] ?? 0;
  return m.reshape(m.slice(t, [0, step, 0], [rows, 1, width]), [rows, width]);
}

/** real * next + (1 - real) * before */
function blend<T>({ m }: LayerContext<T>, real: T, next: readonly T[], before: readonly T[]): readonly T[] {
  return next.map((t, i) => {
    const old = before[i] ?? t;
    return m.add(old, m.mul(m.sub(t, old), real));
  });
}

function addFirst<T>({ m }: LayerContext<T>, tensors: readonly T[], t: T): T[] {
  return tensors.map((tensor, i) => (i === 0 ? m.add(tensor, t) : tensor));
}

/** The outputs in the order of the sequence: [rows, steps, units]. */
function sideBySide<T>({ m, rows }: LayerContext<T>, trace: readonly Traced<T>[], steps: number): T {
  const outputs = new Array<T>(steps);
  for (const { step, after } of trace) {
    outputs[step] = m.reshape(after, [rows, 1, m.shapeOf(after)[1] ?? 0]);
  }
  return m.concat(outputs, 1);
}

/** @param sums [1, gates], cut evenly into the biases */
function addBiases<T>(
  { m, addGradient }: LayerContext<T>,
  names: readonly string[],
  sums: T,
  gates: number,
): void {
  const size = gates / names.length;
  for (const [i, name] of names.entries()) addGradient(name, m.slice(sums, [0, i * size], [1, size]));
}
