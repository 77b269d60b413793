// Owns when to stop and which epoch is the best: the exact rule of keras.callbacks.EarlyStopping(mode='min').
// Knows no weights; who asks keeps them.
import type { TrainingConfig } from '../../shared/schema/training';

export interface EarlyStoppingState {
  /** Lowest watched loss so far; Infinity before the first. */
  readonly best: number;
  /** 1-based; 0 before the first. */
  readonly bestEpoch: number;
  /** Epochs since the last improvement. */
  readonly wait: number;
}

export interface Verdict {
  readonly improved: boolean;
  readonly stop: boolean;
}

export class EarlyStopping {
  private state: EarlyStoppingState;

  /** @param config false: never stops, and any decrease is an improvement */
  constructor(
    private readonly config: TrainingConfig['earlyStopping'],
    state: EarlyStoppingState = { best: Infinity, bestEpoch: 0, wait: 0 },
  ) {
    this.state = state;
  }

  get bestEpoch(): number {
    return this.state.bestEpoch;
  }

  /**
   * An epoch improves when loss + minDelta < best. Training stops after `patience` epochs in a row that did
   * not, but never at the first epoch.
   * @param epoch 1-based
   */
  afterEpoch(epoch: number, loss: number): Verdict {
    const minDelta = this.config === false ? 0 : this.config.minDelta;
    if (loss + minDelta < this.state.best) {
      this.state = { best: loss, bestEpoch: epoch, wait: 0 };
      return { improved: true, stop: false };
    }
    const wait = this.state.wait + 1;
    this.state = { ...this.state, wait };
    return { improved: false, stop: this.config !== false && wait >= this.config.patience && epoch > 1 };
  }

  save(): EarlyStoppingState {
    return this.state;
  }
}
