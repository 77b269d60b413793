// Owns small networks over a mixed input: three numbers, a category of four, a text of up to five words.
import type { InputSlice } from '../../../../src/core/model/inputSlice';
import { countParameters, planModel, type ModelPlan } from '../../../../src/core/model/plan';
import { lossOf } from '../../../../src/core/train/losses';
import { float64Numeric } from '../../../../src/core/train/network/float64Numeric';
import { Network } from '../../../../src/core/train/network/network';
import { randomStream, type RandomStream } from '../../../../src/shared/random';
import { experimentSchema, type Task } from '../../../../src/shared/schema/experiment';

export const MIXED: readonly InputSlice[] = [
  { kind: 'numbers', start: 0, width: 3 },
  { kind: 'ids', column: 'city', start: 3, size: 4 },
  { kind: 'tokens', column: 'review', start: 4, width: 5, size: 7 },
];
export const MIXED_WIDTH = 9;
export const NUMBERS: readonly InputSlice[] = [{ kind: 'numbers', start: 0, width: 3 }];

export interface PlanInput {
  readonly model: unknown;
  readonly inputs?: readonly InputSlice[];
  readonly task?: Task;
  readonly loss?: unknown;
  readonly outputWidth?: number;
  /** Absent: that of NUMBERS or MIXED. */
  readonly inputWidth?: number;
}

export function planOf({
  model,
  inputs = NUMBERS,
  task = 'binary',
  loss = 'auto',
  outputWidth,
  inputWidth = inputs === NUMBERS ? 3 : MIXED_WIDTH,
}: PlanInput): ModelPlan {
  const experiment = experimentSchema.parse({
    name: 'test',
    data: { path: 'a.csv', target: { column: 'y', task } },
    features: [{ column: 'x', type: 'number' }],
    split: { method: 'random' },
    model,
    training: { loss },
  });
  return planModel({
    experiment,
    inputs,
    inputWidth,
    outputWidth: outputWidth ?? (task === 'multiclass' ? 3 : 1),
  });
}

/** Rows with texts of every length, one of them empty. */
export function mixedRows(rows: number, width: number): Float64Array {
  const stream = randomStream(11, 'rows');
  const x = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < 3; j++) x[row * width + j] = stream.nextNormal();
    if (width < MIXED_WIDTH) continue;
    x[row * width + 3] = stream.nextInt(4);
    const words = row % 6;
    for (let j = 0; j < words; j++) x[row * width + 4 + j] = 1 + stream.nextInt(6);
  }
  return x;
}

export function targetsOf(plan: ModelPlan, rows: number): Float64Array {
  const stream = randomStream(12, 'targets');
  const y = new Float64Array(rows * plan.outputWidth);
  for (let row = 0; row < rows; row++) {
    if (plan.task === 'regression')
      y[row] = plan.loss.type === 'poisson' ? stream.nextInt(4) : stream.nextNormal();
    else if (plan.task === 'binary') y[row] = stream.nextInt(2);
    else y[row * plan.outputWidth + stream.nextInt(plan.outputWidth)] = 1;
  }
  return y;
}

/** Parameters of about 0.5, away from the kinks of relu. */
export function someParameters(plan: ModelPlan): Float64Array {
  const stream = randomStream(13, 'parameters');
  return Float64Array.from({ length: countParameters(plan) }, () => 0.5 * stream.nextNormal());
}

export function dropoutStreams(plan: ModelPlan): Map<string, RandomStream> {
  const nodes = plan.nodes.filter(({ kind }) => kind === 'dropout');
  return new Map(nodes.map(({ id }) => [id, randomStream(14, id)]));
}

export interface Checked {
  readonly loss: number;
  readonly gradients: Float64Array;
  /** Largest |gradient - finite difference| / max(1, |gradient|) and where. */
  readonly worst: number;
  readonly at: string;
}

/** One training pass and its gradient against fourth-order central differences of the loss, all in float64. */
export function checkGradients(plan: ModelPlan, rows = 12): Checked {
  const x = mixedRows(rows, plan.inputWidth);
  const y = targetsOf(plan, rows);
  const weights = Float64Array.from({ length: rows }, (_, i) => 0.5 + (i % 3));
  const start = someParameters(plan);
  const passOf = (parameters: Float64Array) =>
    // The same dropout each time; moving statistics are written into a copy.
    new Network({ plan, numeric: float64Numeric, parameters, streams: dropoutStreams(plan) }).run({
      x,
      rows,
      training: true,
    });
  const lossAt = (parameters: Float64Array, slope?: Float64Array): number =>
    lossOf(
      { ...plan, outputs: passOf(parameters).raw.values, y, rows, width: plan.outputWidth, weights },
      slope,
    );

  const slope = new Float64Array(rows * plan.outputWidth);
  const loss = lossAt(start.slice(), slope);
  const gradients = new Float64Array(start.length);
  const parameters = start.slice();
  const network = new Network({ plan, numeric: float64Numeric, parameters, streams: dropoutStreams(plan) });
  const dRaw = float64Numeric.tensor(slope, [rows, plan.outputWidth]);
  network.run({ x, rows, training: true }).backward(dRaw, gradients);

  const h = 2 ** -10;
  let [worst, at] = [0, ''];
  for (const { name, offset, size, trainable } of network.slices) {
    if (!trainable) continue;
    for (let i = offset; i < offset + size; i++) {
      const moved = (shift: number): number => {
        const copy = start.slice();
        copy[i] = copy[i]! + shift * h;
        return lossAt(copy);
      };
      const difference = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * h);
      const error = Math.abs(gradients[i]! - difference) / Math.max(1, Math.abs(difference));
      if (!(error <= worst))
        [worst, at] = [error, `${name}[${i - offset}]: ${gradients[i]} against ${difference}`];
    }
  }
  return { loss, gradients, worst, at };
}
