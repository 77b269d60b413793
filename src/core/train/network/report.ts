// Owns what is told of each node after a batch went through: how its outputs spread, which units are dead, how long its
// weights and their gradients are.
import type { PlanNode } from '../../model/nodes';
import type { FloatArray, ParameterSlice } from '../../model/parameterSlice';
import type { ModelPlan } from '../../model/plan';
import type { NodeReport } from '../engine';
import type { Pass } from './network';
import type { Numeric } from './numeric';

export interface ReportInput<T> {
  readonly plan: ModelPlan;
  readonly numeric: Numeric<T>;
  readonly slices: readonly ParameterSlice[];
  readonly pass: Pass<T>;
  readonly parameters: FloatArray;
  readonly gradients: FloatArray;
}

/** In the order of the plan. */
export function reportNodes<T>({
  plan,
  numeric,
  slices,
  pass,
  parameters,
  gradients,
}: ReportInput<T>): NodeReport[] {
  return plan.nodes.flatMap((node) => {
    const output = pass.outputs.get(node.id);
    if (output === undefined) return [];
    const all = slices.filter(({ name }) => name.startsWith(`${node.id}/`));
    const own = all.filter(({ trainable }) => trainable);
    const spread = spreadOf(numeric.read(output), unitsOf(node));
    return [
      {
        id: node.id,
        kind: node.kind,
        ...spread,
        // Moving statistics may overflow while what they normalise is still finite.
        finite: spread.finite && Number.isFinite(lengthOf(all, parameters)),
        weightNorm: lengthOf(own, parameters),
        gradientNorm: lengthOf(own, gradients),
      },
    ];
  });
}

function unitsOf({ shape }: PlanNode): number {
  return shape[shape.length - 1] ?? 1;
}

type Spread = Pick<NodeReport, 'finite' | 'mean' | 'sd' | 'largest' | 'units' | 'deadUnits'>;

function spreadOf(values: FloatArray, units: number): Spread {
  const alive = new Uint8Array(units);
  let sum = 0;
  let squares = 0;
  let largest = 0;
  for (const [i, value] of values.entries()) {
    sum += value;
    squares += value * value;
    largest = Math.max(largest, Math.abs(value));
    if (value !== 0) alive[i % units] = 1;
  }
  const mean = sum / values.length;
  const variance = Math.max(0, squares / values.length - mean * mean);
  return {
    finite: Number.isFinite(sum),
    mean,
    sd: Math.sqrt(variance),
    largest,
    units,
    deadUnits: units - alive.reduce((count, one) => count + one, 0),
  };
}

function lengthOf(slices: readonly ParameterSlice[], flat: FloatArray): number {
  let squares = 0;
  for (const { offset, size } of slices) {
    for (let i = offset; i < offset + size; i++) squares += (flat[i] ?? 0) ** 2;
  }
  return Math.sqrt(squares);
}
