// Owns the telling of one update on one row: forward, loss, back, optimizer, new weights, all in float64, and each gradient
// beside its finite difference. Pure: it is given the weights before the step. Knows no run, file or CSV.
import { BenchError } from '../../shared/errors';
import type {
  ExplainedDifference,
  ExplainedNode,
  ExplainedParameter,
  StepExplanation,
} from '../../shared/schema/explainedStep';
import type { FloatArray, ParameterSlice } from '../model/parameterSlice';
import { parameterLayout, type ModelPlan } from '../model/plan';
import type { UpdateConfig } from './engine';
import { checkDifferences, type CheckedDifferences, type Work } from './finiteDifferences';
import { lossOf } from './losses';
import { float64Numeric, type Float64Tensor } from './network/float64Numeric';
import { Network, type Pass } from './network/network';
import { activated, softmaxInto } from './outputs';
import type { OptimizerState } from './update/optimizer';
import { addPenalties } from './update/penalties';
import { UpdateRule } from './update/updateRule';

/** A gradient may be this far from its finite difference, relatively. */
export const DIFFERENCE_LIMIT = 1e-4;

export interface ExplainStepInput {
  readonly plan: ModelPlan;
  /** Before the step, in the layout of `parameterLayout`. */
  readonly parameters: FloatArray;
  /** Before the step; absent: no update was done yet. */
  readonly optimizer?: OptimizerState | undefined;
  /** The row is a batch of its own: nothing is accumulated. */
  readonly update: Omit<UpdateConfig, 'accumulateBatches'>;
  readonly learningRate: number;
  /** [inputWidth] and [outputWidth], as encoded. */
  readonly x: FloatArray;
  readonly y: FloatArray;
  /** Of the row in the loss. */
  readonly weight: number;
  /** Draws which numbers of a large tensor are checked. */
  readonly seed: number;
}

/**
 * Dropout is off, batch normalisation takes its moving statistics: so the step is one function of the weights that can be
 * checked. Arrays of the answer are plain, as long as the tensors.
 */
export async function explainStep(input: ExplainStepInput, work: Work): Promise<StepExplanation> {
  const { plan, weight, seed } = input;
  const slices = parameterLayout(plan);
  const parameters = Float64Array.from(input.parameters);
  const way = new RowWay(input, slices, parameters);

  const forward = way.forward();
  const gradients = new Float64Array(parameters.length);
  const nodeGradients = way.backward(forward, gradients);
  const total = weight * forward.ofRow + addPenalties(slices, parameters, gradients);
  const checked = await checkDifferences(
    { slices, parameters, gradients, lossNow: () => way.loss(), seed },
    work,
  );
  const update = applyUpdate(input, slices, { parameters, gradients });
  const { raw } = forward.pass;
  return {
    nodes: explainNodes(plan, forward.pass, nodeGradients),
    output: {
      raw: [...raw.values],
      activation: plan.outputActivation,
      prediction: predictionOf(raw.values, plan),
      target: [...input.y],
      gradients: [...forward.slope],
    },
    loss: {
      type: plan.loss.type,
      ofRow: forward.ofRow,
      weight,
      penalties: total - weight * forward.ofRow,
      total,
    },
    optimizer: update.summary,
    parameters: slices.map((slice) => explainParameter(slice, { ...update, gradients, checked })),
    differences: summarise(slices, checked),
  };
}

interface Forward {
  readonly pass: Pass<Float64Tensor>;
  /** Of the row, without its weight. */
  readonly ofRow: number;
  /** d loss / d raw, with the weight. */
  readonly slope: Float64Array;
}

/** One row through the network, as often as asked, with the parameters as they are at the time. */
class RowWay {
  private readonly network: Network<Float64Tensor>;

  constructor(
    private readonly input: ExplainStepInput,
    private readonly slices: readonly ParameterSlice[],
    private readonly parameters: Float64Array,
  ) {
    const { plan, x, y } = input;
    requireLength(
      'parameters',
      parameters,
      slices.reduce((sum, { size }) => sum + size, 0),
    );
    requireLength('x', x, plan.inputWidth);
    requireLength('y', y, plan.outputWidth);
    this.network = new Network({ plan, numeric: float64Numeric, parameters, streams: new Map() });
  }

  forward(): Forward {
    const pass = this.network.run({ x: this.input.x, rows: 1, training: false, inputSlopes: true });
    const slope = new Float64Array(this.input.plan.outputWidth);
    const ofRow = this.lossOf(pass, 1);
    this.lossOf(pass, this.input.weight, slope);
    return { pass, ofRow, slope };
  }

  /** @returns d loss / d output of each node, by id */
  backward({ pass, slope }: Forward, gradients: Float64Array): ReadonlyMap<string, Float64Array> {
    const seen = new Map<string, Float64Array>();
    const dRaw = float64Numeric.tensor(slope, [1, slope.length]);
    pass.backward(dRaw, gradients, (node, dOutput) => void seen.set(node.id, dOutput.values.slice()));
    return seen;
  }

  /** With the weight and the penalties. */
  loss(): number {
    const pass = this.network.run({ x: this.input.x, rows: 1, training: false });
    // The slopes of penalties are of no use here.
    const unused = new Float64Array(this.hasPenalties ? this.parameters.length : 0);
    const penalties = this.hasPenalties ? addPenalties(this.slices, this.parameters, unused) : 0;
    return this.lossOf(pass, this.input.weight) + penalties;
  }

  private get hasPenalties(): boolean {
    return this.slices.some(({ l1, l2 }) => l1 > 0 || l2 > 0);
  }

  private lossOf({ raw }: Pass<Float64Tensor>, weight: number, slope?: Float64Array): number {
    const { plan, y } = this.input;
    const weights = Float64Array.of(weight);
    return lossOf({ ...plan, outputs: raw.values, y, rows: 1, width: plan.outputWidth, weights }, slope);
  }
}

function requireLength(what: string, { length }: FloatArray, expected: number): void {
  if (length === expected) return;
  throw new BenchError('internal.explainStep', `Expected ${expected} numbers of ${what}, found ${length}.`);
}

interface Update {
  readonly summary: StepExplanation['optimizer'];
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** What the optimizer took, where clipping changed it. */
  readonly taken: Float64Array | undefined;
  readonly slotsBefore: OptimizerState['slots'];
  readonly slotsAfter: OptimizerState['slots'];
}

function applyUpdate(
  { update, optimizer, learningRate }: ExplainStepInput,
  slices: readonly ParameterSlice[],
  { parameters, gradients }: { readonly parameters: Float64Array; readonly gradients: Float64Array },
): Update {
  const rule = new UpdateRule({
    ...update,
    accumulateBatches: 1,
    slices,
    length: parameters.length,
    float64: true,
  });
  if (optimizer !== undefined) rule.restore(optimizer);
  const { step: updates, slots: slotsBefore } = rule.save();
  const after = parameters.slice();
  const taken = gradients.slice();
  const { updated, gradientNorm } = rule.apply(after, taken, learningRate);
  return {
    summary: { type: update.optimizer.type, learningRate, updates, gradientNorm, updated },
    before: parameters,
    after,
    taken: update.clipping === false ? undefined : taken,
    slotsBefore,
    slotsAfter: rule.save().slots,
  };
}

function explainNodes(
  plan: ModelPlan,
  { outputs }: Pass<Float64Tensor>,
  gradients: ReadonlyMap<string, Float64Array>,
): ExplainedNode[] {
  return plan.nodes.map(({ id, kind, inputs, shape }) => {
    const slopes = gradients.get(id);
    return {
      id,
      kind,
      inputs: [...inputs],
      shape: [...shape],
      values: [...(outputs.get(id)?.values ?? [])],
      ...(slopes === undefined ? {} : { gradients: [...slopes] }),
    };
  });
}

function predictionOf(raw: Float64Array, { outputActivation }: ModelPlan): number[] {
  if (outputActivation !== 'softmax') return Array.from(raw, (z) => activated(z, outputActivation));
  const prediction = new Array<number>(raw.length).fill(0);
  softmaxInto(raw, 0, raw.length, prediction, 0);
  return prediction;
}

function explainParameter(
  { name, shape, offset, size, trainable }: ParameterSlice,
  {
    before,
    after,
    taken,
    gradients,
    slotsBefore,
    slotsAfter,
    checked,
  }: Update & { readonly gradients: Float64Array; readonly checked: CheckedDifferences },
): ExplainedParameter {
  const part = (flat: FloatArray | undefined): number[] => [...(flat?.subarray(offset, offset + size) ?? [])];
  const slots = trainable ? Object.keys(slotsBefore) : [];
  return {
    name,
    shape: [...shape],
    trainable,
    before: part(before),
    after: part(after),
    ...(trainable ? { gradients: part(gradients) } : {}),
    ...(trainable && taken !== undefined ? { clipped: part(taken) } : {}),
    slots: slots.map((slot) => ({
      name: slot,
      before: part(slotsBefore[slot]),
      after: part(slotsAfter[slot]),
    })),
    checks: [...(checked.bySlice.get(name) ?? [])],
  };
}

function summarise(
  slices: readonly ParameterSlice[],
  { bySlice, floor }: CheckedDifferences,
): StepExplanation['differences'] {
  let worst: { readonly name: string; readonly check: ExplainedDifference } | undefined;
  let [checked, kinks] = [0, 0];
  for (const [name, checks] of bySlice) {
    for (const check of checks) {
      checked++;
      if (check.kink) kinks++;
      else if (worst === undefined || !(check.relative <= worst.check.relative)) worst = { name, check };
    }
  }
  const largest = worst?.check.relative ?? 0;
  return {
    largest,
    ...(worst === undefined ? {} : { at: `${worst.name}[${worst.check.index}]` }),
    limit: DIFFERENCE_LIMIT,
    passed: largest <= DIFFERENCE_LIMIT,
    floor,
    checked,
    of: slices.reduce((sum, { size, trainable }) => sum + (trainable ? size : 0), 0),
    kinks,
  };
}
