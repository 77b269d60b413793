// Owns what a training leaves to be diagnosed: its losses, how its nodes did before and after, and what it predicts.
import type { Experiment } from '../../shared/schema/experiment';
import type { FittedTarget } from '../../shared/schema/recipe';
import type { EndReason } from '../../shared/schema/run';
import type { ModelPlan } from '../model/plan';
import type { NodeReport } from './engine';
import type { SplitOutcome } from './evaluation';

export type { SplitOutcome };

export interface TrainingTrace {
  readonly experiment: Experiment;
  readonly plan: ModelPlan;
  readonly target: FittedTarget;
  /** Mean train loss of each epoch while training, and of the validation rows behind it (empty without any). */
  readonly trainLosses: readonly number[];
  readonly validationLosses: readonly number[];
  /** Loss of the first batch, of the largest batch, and of what always predicts the mean or the shares of train rows. */
  readonly firstLoss: number;
  readonly largestLoss: number;
  readonly constantLoss: number;
  readonly reason: EndReason;
  /** 1-based; of the weights that were scored. */
  readonly scoredEpoch: number;
  readonly learningRate: number;
  /** Of the same rows with the first and with the last weights. */
  readonly before: readonly NodeReport[];
  readonly after: readonly NodeReport[];
  readonly train: SplitOutcome;
  readonly validation: SplitOutcome | undefined;
}
