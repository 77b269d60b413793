// Owns what a baseline is: rows in, raw outputs out, and a word on how it came about. Knows nothing of runs, events or tf.

import type { Breather } from '../pacer';

/** Regression and multilabel may have several outputs, each for itself. */
export type BaselineTask = 'regression' | 'binary' | 'multiclass' | 'multilabel';

/** `constant` is the mean of a number, the shares of the classes. */
export const BASELINE_KINDS = ['constant', 'linear', 'nearest', 'boostedTrees'] as const;
export type BaselineKind = (typeof BASELINE_KINDS)[number];

export interface BaselineData {
  readonly rows: number;
  readonly features: number;
  /** [rows, features], row-major, finite. */
  readonly x: Float32Array;
  /** [rows, outputs]: the scaled number, 0/1 (or a share), one-hot (or shares that sum to 1). */
  readonly y: Float32Array;
  /** [rows], finite and not negative. A row of weight 0 counts as no row. */
  readonly weights?: Float32Array | undefined;
}

export interface BaselineClock {
  /** Milliseconds. */
  now(): number;
}

export interface FitOptions extends Breather {
  readonly seed: number;
  readonly clock: BaselineClock;
  /** What has no end of its own stops after so long, and says so. Absent: no limit. */
  readonly budgetMs?: number | undefined;
  /** Rows that will be predicted, where known: the nearest rows cost rows times rows. Absent: as many as train rows. */
  readonly queryRows?: number | undefined;
}

export interface BaselineDescription {
  /** One or two sentences for the reader, translated. */
  readonly text: string;
  /** Hyper-parameters by name. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Train rows it has learnt from. */
  readonly rows: number;
  /** False: it stopped at its limit of iterations or of time. */
  readonly converged: boolean;
  /** Of the optimiser, or trees per output; 0 where there are none. */
  readonly iterations: number;
}

export interface FittedBaseline {
  readonly kind: BaselineKind;
  readonly description: BaselineDescription;
  /**
   * @param x [rows, features], row-major, finite
   * @returns [rows, outputs] raw: scaled number, logit, or logits of which the softmax is the probabilities
   */
  readonly predict: (x: Float32Array, rows: number, options: Breather) => Promise<Float32Array>;
}

/** What one kind has learnt: as a FittedBaseline, before it is known of which kind. */
export type Fitted = Omit<FittedBaseline, 'kind'>;

/** Train rows as a kind gets them: checked, every weight above 0. */
export interface TrainRows extends BaselineData {
  readonly outputs: number;
}
