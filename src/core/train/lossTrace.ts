// Owns what is remembered of the losses of a training for its diagnosis, across pauses too.
import * as z from 'zod';
import { jsonNumberSchema } from '../../shared/numbers';
import type { ModelPlan } from '../model/plan';
import type { EncodedSplit } from '../recipe/dataset';
import { lossOf } from './losses';

export const lossTraceSchema = z.object({
  /** Of each epoch. */
  train: z.array(jsonNumberSchema),
  validation: z.array(jsonNumberSchema),
  /** Of the first batch, and of the worst one. */
  first: jsonNumberSchema,
  largest: jsonNumberSchema,
  /** Spikes that were told. */
  spikes: z.int(),
});
export type LossTraceState = z.infer<typeof lossTraceSchema>;

export class LossTrace {
  private readonly state: LossTraceState;

  constructor(state?: LossTraceState) {
    this.state =
      state === undefined
        ? { train: [], validation: [], first: NaN, largest: -Infinity, spikes: 0 }
        : structuredClone(state);
  }

  afterStep(loss: number): void {
    if (Number.isNaN(this.state.first)) this.state.first = loss;
    this.state.largest = Math.max(this.state.largest, loss);
  }

  afterEpoch(train: number | undefined, validation: number | undefined): void {
    this.state.train.push(train ?? NaN);
    if (validation !== undefined) this.state.validation.push(validation);
  }

  get first(): number {
    return this.state.first;
  }

  /** Counts one. @returns how many there were with it */
  countSpike(): number {
    return ++this.state.spikes;
  }

  /** A copy. */
  save(): LossTraceState {
    return structuredClone(this.state);
  }
}

/** The loss of always predicting the mean, or the shares of the classes, of the train rows. */
export function constantLoss(plan: ModelPlan, { rows, y }: EncodedSplit): number {
  const width = plan.outputWidth;
  const constant = Float64Array.from({ length: width }, (_, j) => {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += ((y[row * width + j] ?? 0) - mean) / (row + 1);
    return rawOf(plan, mean);
  });
  const outputs = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) outputs.set(constant, row * width);
  return lossOf({ ...plan, outputs, y, rows, width });
}

const TINY = 1e-12;

/** The raw output whose activation gives the mean; what it cannot give, its nearest. */
function rawOf({ outputActivation, loss }: ModelPlan, mean: number): number {
  // A margin has no mean: the side of the majority.
  if (loss.type === 'hinge') return mean > 0.5 ? 1 : -1;
  switch (outputActivation) {
    case 'sigmoid':
      return Math.log(Math.max(mean, TINY)) - Math.log(Math.max(1 - mean, TINY));
    case 'softmax':
    case 'exponential':
      return Math.log(Math.max(mean, TINY));
    case 'softplus':
      return Math.log(Math.expm1(Math.max(mean, TINY)));
    case 'tanh':
      return Math.atanh(Math.max(-1 + TINY, Math.min(1 - TINY, mean)));
    default:
      return mean;
  }
}
