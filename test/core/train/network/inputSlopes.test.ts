import { describe, expect, it } from 'vitest';
import type { ModelPlan } from '../../../../src/core/model/plan';
import { float64Numeric, type Float64Tensor } from '../../../../src/core/train/network/float64Numeric';
import { Network } from '../../../../src/core/train/network/network';
import { ACTIVATION_CASES, LAYER_CASES } from './cases';
import { mixedRows, planOf, someParameters } from './support';

const ROWS = 7;
const H = 2 ** -10;

interface Inputs {
  readonly x: Float64Array;
  /** What looked-up vectors are taken times, for each row. */
  readonly share: Float64Array;
}

/** Fourth-order central difference. */
function slopeOf(at: (shift: number) => number): number {
  return (8 * (at(H) - at(-H)) - (at(2 * H) - at(-2 * H))) / (12 * H);
}

function moved(values: Float64Array, i: number, shift: number): Float64Array {
  const copy = values.slice();
  copy[i] = (copy[i] ?? 0) + shift;
  return copy;
}

/** A prediction's pass with an objective of it, and what the way back tells of the nodes at the entry. */
function passes(plan: ModelPlan) {
  const parameters = someParameters(plan);
  const network = new Network({ plan, numeric: float64Numeric, parameters, streams: new Map() });
  // A moving variance is positive.
  for (const { name, offset, size } of network.slices) {
    if (!name.endsWith('/movingVariance')) continue;
    for (let i = offset; i < offset + size; i++) parameters[i] = 0.5 + Math.abs(parameters[i] ?? 0);
  }
  const weights = Float64Array.from({ length: ROWS * plan.outputWidth }, (_, i) => Math.sin(i + 1));
  const run = ({ x, share }: Inputs) =>
    network.run({ x, rows: ROWS, training: false, inputSlopes: true, embeddingShare: share });
  return {
    objective: (inputs: Inputs): number =>
      run(inputs).raw.values.reduce((sum, z, i) => sum + z * (weights[i] ?? 0), 0),
    entrySlopes: (inputs: Inputs) => {
      const pass = run(inputs);
      const slopes = new Map<string, Float64Tensor>();
      const dRaw = float64Numeric.tensor(weights, [ROWS, plan.outputWidth]);
      pass.backward(dRaw, new Float64Array(parameters.length), (node, dOutput) => {
        slopes.set(node.id, dOutput);
      });
      return { slopes, outputs: pass.outputs };
    },
  };
}

describe('a pass tells the slopes of its inputs, by finite differences in float64', () => {
  it.each([...Object.entries(LAYER_CASES), ...ACTIVATION_CASES])('%s', (_name, input) => {
    const plan = planOf(input);
    const { objective, entrySlopes } = passes(plan);
    const inputs = { x: mixedRows(ROWS, plan.inputWidth), share: new Float64Array(ROWS).fill(1) };
    const { slopes, outputs } = entrySlopes(inputs);
    for (const node of plan.nodes) {
      if (node.kind !== 'columns') continue;
      const columns = node.ranges.flatMap(([start, count]) =>
        Array.from({ length: count }, (_, i) => start + i),
      );
      for (let row = 0; row < ROWS; row++) {
        for (const [j, column] of columns.entries()) {
          const at = row * plan.inputWidth + column;
          const expected = slopeOf((shift) => objective({ ...inputs, x: moved(inputs.x, at, shift) }));
          const found = slopes.get(node.id)?.values[row * columns.length + j] ?? NaN;
          expect(Math.abs(found - expected), `row ${row}, column ${column}`).toBeLessThan(1e-8);
        }
      }
    }
    // Along the share of a row, the slope is that of each looked-up number times the number.
    for (let row = 0; row < ROWS; row++) {
      let found = 0;
      for (const node of plan.nodes) {
        if (node.kind !== 'embedding') continue;
        const slope = slopes.get(node.id)?.values ?? new Float64Array();
        const size = slope.length / ROWS;
        for (let i = row * size; i < (row + 1) * size; i++) {
          found += (slope[i] ?? 0) * (outputs.get(node.id)?.values[i] ?? 0);
        }
      }
      const expected = slopeOf((shift) => objective({ ...inputs, share: moved(inputs.share, row, shift) }));
      expect(Math.abs(found - expected), `share of row ${row}`).toBeLessThan(1e-8);
    }
  });
});
