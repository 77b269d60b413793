// Owns what a spike of the loss is: a step over `factor` times the median of the steps before it. Knows no rows and no
// events; who asks names them.
import * as z from 'zod';
import { RunningMedian } from './runningMedian';

export interface SpikesConfig {
  readonly factor: number;
  /** Steps. */
  readonly window: number;
}

export const spikesStateSchema = z.object({
  /** Losses of the last steps, oldest first. */
  losses: z.array(z.number()),
  /** The last step was over the limit. */
  isHigh: z.boolean(),
});
export type SpikesState = Readonly<z.infer<typeof spikesStateSchema>>;

export class SpikeDetector {
  private readonly recent: RunningMedian;
  private isHigh: boolean;

  constructor(
    private readonly config: SpikesConfig,
    state?: SpikesState,
  ) {
    this.recent = new RunningMedian(config.window);
    for (const loss of state?.losses.slice(-config.window) ?? []) this.recent.add(loss);
    this.isHigh = state?.isHigh ?? false;
  }

  /**
   * Nothing is judged before half the window is there, nor by a median of 0 or less (a Poisson loss), of which no multiple
   * says anything. Of steps over the limit in a row only the first is a spike; the next is told after a step that was not.
   * Every finite loss enters the window, a high one too: so a level that stays is the new normal after half a window, while
   * a few spikes do not move a median. What is not finite is no spike: it ends the training, and does not enter.
   * @returns the median it is to be compared with when the step is a spike, otherwise undefined
   */
  afterStep(loss: number): number | undefined {
    if (!Number.isFinite(loss)) return undefined;
    const { factor, window } = this.config;
    const { median, length } = this.recent;
    const isHigh = 2 * length >= window && median > 0 && loss > factor * median;
    const isFirst = isHigh && !this.isHigh;
    this.isHigh = isHigh;
    this.recent.add(loss);
    return isFirst ? median : undefined;
  }

  /** Plain JSON; the constructor takes it. */
  save(): SpikesState {
    return { losses: this.recent.toArray(), isHigh: this.isHigh };
  }
}
