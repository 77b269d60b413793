// Owns when the learning rate is cut because the validation loss no longer improves: the exact rule of
// keras.callbacks.ReduceLROnPlateau(mode='min'). Knows no optimizer; who asks multiplies.
import * as z from 'zod';
import { jsonNumberSchema } from '../../../shared/numbers';
import type { ScheduleConfig } from '../../../shared/schema/training';

export const plateauStateSchema = z.object({
  /** Lowest loss so far; means nothing before the first. */
  best: jsonNumberSchema,
  /** A loss was seen. */
  started: z.boolean(),
  /** Epochs since the last improvement. */
  wait: z.int().min(0),
  /** Epochs in which none is counted, still to come. */
  cooldown: z.int().min(0),
  /** What the cuts left of the configured rate. */
  learningRate: z.number(),
});
export type PlateauState = Readonly<z.infer<typeof plateauStateSchema>>;

export class Plateau {
  private state: PlateauState;

  /** @param learningRate the optimizer's, before any cut */
  constructor(
    private readonly config: Extract<ScheduleConfig, { type: 'plateau' }>,
    private readonly learningRate: number,
    state?: PlateauState,
  ) {
    this.state = state ?? { best: Infinity, started: false, wait: 0, cooldown: 0, learningRate };
  }

  /** What `learningRateAt` is to be multiplied by. */
  get scale(): number {
    return this.state.learningRate / this.learningRate;
  }

  /**
   * An epoch improves when loss < best - minDelta; the first does whatever its loss. After `patience` epochs that did not,
   * the rate is cut, unless it is at the minimum; the `cooldown` epochs after a cut are not counted.
   * @param loss of the validation rows; undefined: there are none, and nothing happens
   * @returns whether the rate was cut
   */
  afterEpoch(loss: number | undefined): boolean {
    if (loss === undefined) return false;
    const { patience, minDelta } = this.config;
    let { best, started, wait, cooldown, learningRate } = this.state;
    let isCut = false;
    if (cooldown > 0) {
      cooldown--;
      wait = 0;
    }
    if (!started || loss + minDelta < best) {
      best = loss;
      started = true;
      wait = 0;
    } else if (cooldown === 0 && ++wait >= patience && learningRate > this.config.minimum) {
      learningRate = Math.max(learningRate * this.config.factor, this.config.minimum);
      cooldown = this.config.cooldown;
      wait = 0;
      isCut = true;
    }
    this.state = { best, started, wait, cooldown, learningRate };
    return isCut;
  }

  /** Plain JSON, but for numbers that are not finite; the constructor takes it. */
  save(): PlateauState {
    return this.state;
  }
}
