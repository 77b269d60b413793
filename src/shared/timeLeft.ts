// Owns the estimate of a run's time left: the mean duration of its recent epochs times those to come.
import type { TrainEvent } from './schema/run';

const WINDOW = 20;

export class TimeLeft {
  private readonly ends: number[] = [];
  private epochs: number | undefined;
  private epoch = 0;
  private over = false;

  append(event: TrainEvent): void {
    if (event.type === 'model') this.epochs = event.epochs;
    else if (event.type === 'phase') {
      if (event.phase === 'training') this.ends.push(event.timeMs);
      else if (event.phase === 'evaluating') this.over = true;
    } else if (event.type === 'epoch') {
      this.epoch = event.epoch;
      this.ends.push(event.timeMs);
      if (this.ends.length > WINDOW + 1) this.ends.shift();
    } else if (event.type === 'finished' || event.type === 'failed') this.over = true;
  }

  /** Milliseconds until all epochs are done (early stopping may end it sooner); undefined before the first epoch. */
  estimateMs(): number | undefined {
    const first = this.ends[0];
    const last = this.ends.at(-1);
    if (
      this.over ||
      this.epochs === undefined ||
      first === undefined ||
      last === undefined ||
      this.ends.length < 2
    ) {
      return undefined;
    }
    return ((last - first) / (this.ends.length - 1)) * (this.epochs - this.epoch);
  }
}
