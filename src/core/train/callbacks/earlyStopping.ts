// Owns when to stop and which epoch is the best: the exact rule of keras.callbacks.EarlyStopping. Knows no weights; who
// asks keeps them.
import * as z from 'zod';
import { METRICS } from '../../../shared/metricCatalogue';
import { jsonNumberSchema } from '../../../shared/numbers';
import type { EarlyStoppingConfig, Monitor } from '../../../shared/schema/training';

export const earlyStoppingStateSchema = z.object({
  /** Best watched value so far; means nothing before the first. */
  best: jsonNumberSchema,
  /** 1-based; 0 before the first. */
  bestEpoch: z.int().min(0),
  /** Epochs since the last improvement. */
  wait: z.int().min(0),
});
export type EarlyStoppingState = Readonly<z.infer<typeof earlyStoppingStateSchema>>;

export interface Verdict {
  /** The best epoch so far: its weights are worth keeping. */
  readonly improved: boolean;
  readonly stop: boolean;
}

/** With early stopping off: any decrease of the loss is an improvement, and nothing stops. */
const WATCH_ONLY = { monitor: 'loss', patience: Infinity, minDelta: 0, startFromEpoch: 0 } as const;

export class EarlyStopping {
  readonly monitor: Monitor;
  private readonly rule: Pick<EarlyStoppingConfig, 'monitor' | 'patience' | 'minDelta' | 'startFromEpoch'>;
  private readonly isLowerBetter: boolean;
  private state: EarlyStoppingState;

  /** @param config false: never stops, and any decrease of the loss is an improvement */
  constructor(config: EarlyStoppingConfig | false, state?: EarlyStoppingState) {
    this.rule = config === false ? WATCH_ONLY : config;
    this.monitor = this.rule.monitor;
    this.isLowerBetter = METRICS[this.monitor].direction === 'lower';
    this.state = state ?? { best: this.isLowerBetter ? Infinity : -Infinity, bestEpoch: 0, wait: 0 };
  }

  /** 1-based; 0 while there is none. */
  get bestEpoch(): number {
    return this.state.bestEpoch;
  }

  /** Whether the last epoch was one too many. @param epoch 1-based, the last one done */
  isOver(epoch: number): boolean {
    return this.state.wait >= this.rule.patience && epoch > 1;
  }

  /** The watched value of the best epoch. */
  get best(): number {
    return this.state.best;
  }

  /**
   * The first epoch watched is the best so far, whatever its value. A later one improves when it is better by more than
   * minDelta, in which case it is the best and the wait starts anew. Training stops after `patience` epochs in a row that
   * did not improve, but never at the first epoch. Epochs up to startFromEpoch, and those without a value, are not seen at
   * all. NaN improves on nothing, and nothing on NaN.
   * @param epoch 1-based
   * @param value of `monitor`; undefined: it could not be told
   */
  afterEpoch(epoch: number, value: number | undefined): Verdict {
    const { startFromEpoch } = this.rule;
    if (value === undefined || epoch <= startFromEpoch) return { improved: false, stop: false };
    if (this.improves(value)) {
      this.state = { best: value, bestEpoch: epoch, wait: 0 };
      return { improved: true, stop: false };
    }
    const wait = this.state.wait + 1;
    this.state = { ...this.state, wait };
    return { improved: false, stop: this.isOver(epoch) };
  }

  private improves(value: number): boolean {
    const { best, bestEpoch } = this.state;
    if (bestEpoch === 0) return true;
    return this.isLowerBetter ? value + this.rule.minDelta < best : value - this.rule.minDelta > best;
  }

  /** Plain JSON, but for numbers that are not finite; the constructor takes it. */
  save(): EarlyStoppingState {
    return this.state;
  }
}
