// Owns the least that a model has to beat: the same answer for every row, the mean or the shares of the train rows.
// @see sklearn.dummy, strategies 'mean' and 'prior'
import * as l10n from '@vscode/l10n';
import { assertNever } from '../../shared/errors';
import type { BaselineTask, Fitted, TrainRows } from './contract';
import { outputMeans } from './trainRows';

/** Stands for log(0) of a class that train rows lack: finite, so that the loss is huge and not NaN. */
export const TINY_SHARE = 1e-15;

/** log(p / (1 - p)) of a share that may be 0 or 1. */
export function logitOfShare(share: number): number {
  return Math.log(Math.max(share, TINY_SHARE)) - Math.log(Math.max(1 - share, TINY_SHARE));
}

/** The raw output whose activation gives this mean of an output. */
export function rawOutput(task: BaselineTask, mean: number): number {
  switch (task) {
    case 'regression':
      return mean;
    case 'binary':
    case 'multilabel':
      return logitOfShare(mean);
    case 'multiclass':
      return Math.log(Math.max(mean, TINY_SHARE));
    default:
      return assertNever(task);
  }
}

export interface ConstantInput {
  readonly task: BaselineTask;
  /** [rows, outputs] */
  readonly y: Float32Array;
  readonly rows: number;
  readonly outputs: number;
  readonly weights?: Float32Array | undefined;
}

/** @returns [outputs] raw outputs, the same for any row */
export function constantOutputs({ task, y, rows, outputs, weights }: ConstantInput): Float32Array {
  return Float32Array.from(outputMeans(y, rows, outputs, weights), (mean) => rawOutput(task, mean));
}

/** @returns [rows, outputs] */
export function repeatRow(row: Float32Array, rows: number): Float32Array {
  const repeated = new Float32Array(rows * row.length);
  for (let i = 0; i < rows; i++) repeated.set(row, i * row.length);
  return repeated;
}

export function fitConstant(task: BaselineTask, train: TrainRows): Promise<Fitted> {
  const constant = constantOutputs({ ...train, task });
  return Promise.resolve({
    description: {
      text:
        task === 'regression'
          ? l10n.t('The mean of {0} train rows.', train.rows)
          : l10n.t('The shares of the classes in {0} train rows: the most frequent one wins.', train.rows),
      parameters: {},
      rows: train.rows,
      converged: true,
      iterations: 0,
    },
    predict: (_x, rows) => Promise.resolve(repeatRow(constant, rows)),
  });
}
