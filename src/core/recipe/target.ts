// Owns the target: its classes or its scale, fitted on train rows, and how it becomes the model's output.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Task } from '../../shared/schema/experiment';
import type { FittedTarget } from '../../shared/schema/recipe';
import type { Table } from '../data/table';
import { meanOf, populationSd } from './encoders/statistics';
import { numberValues, textValues } from './fit';
import { compareCodePoints } from './codePoints';
import { positiveOf } from './truth';

/** Width of the model's output. */
export function outputWidth(target: FittedTarget): number {
  return target.task === 'multiclass' ? target.classes.length : 1;
}

export interface TargetScaling {
  /** false: a number stays as it is, which must not be negative (counts). */
  readonly scaled: boolean;
}

/**
 * Classes: by code point, as scikit-learn's LabelEncoder; of two, [negative, positive] (truth.ts says which).
 * @param train the train rows only, none with a missing target
 * @throws BenchError target.singleValue, target.notBinary, target.negativeCount
 */
export function fitTarget(
  column: string,
  task: Task,
  train: Table,
  { scaled }: TargetScaling = { scaled: true },
): FittedTarget {
  if (task === 'regression') {
    const values = numberValues(train, column);
    const mean = meanOf(values);
    // ddof=0, as the features.
    const sd = populationSd(values, mean);
    if (!(sd > 0) || !Number.isFinite(sd)) throw singleValue(column, String(values[0] ?? ''));
    if (scaled) return { task, column, mean, sd };
    const lowest = values.reduce((least, value) => Math.min(least, value), Infinity);
    if (lowest < 0) throw negativeCount(column, lowest);
    return { task, column, mean: 0, sd: 1 };
  }
  const classes = [...new Set(textValues(train, column).filter((value) => value !== null))];
  classes.sort(compareCodePoints);
  const [first, second, third] = classes;
  if (first === undefined || second === undefined) throw singleValue(column, first ?? '');
  if (task === 'multiclass') return { task, column, classes };
  if (third !== undefined) throw notBinary(column, classes.length);
  const positive = positiveOf(first, second);
  return { task, column, classes: [positive === first ? second : first, positive] };
}

function negativeCount(column: string, lowest: number): BenchError {
  return new BenchError(
    'target.negativeCount',
    l10n.t(
      'Target "{0}" has {1}; the Poisson loss expects counts of 0 and more. Choose another loss.',
      column,
      lowest,
    ),
    { details: { column } },
  );
}

export function singleValue(column: string, value: string): BenchError {
  return new BenchError(
    'target.singleValue',
    l10n.t(
      'Target "{0}" is "{1}" in every row; expected at least two different values. Choose another target.',
      column,
      value,
    ),
    { details: { column } },
  );
}

export function notBinary(column: string, count: number): BenchError {
  return new BenchError(
    'target.notBinary',
    l10n.t(
      'Target "{0}" has {1} different values; the task "binary" expects two. Set the task to "multiclass".',
      column,
      count,
    ),
    { details: { column, count } },
  );
}

/**
 * @param table rows whose target is not missing
 * @returns y [rows, outputs]: (value - mean) / sd, 0/1 (1 = positive), or one-hot; `unseen` is the first row whose
 * class train does not have
 */
export function encodeTarget(
  target: FittedTarget,
  table: Table,
): { y: Float32Array; unseen: number | undefined } {
  if (target.task === 'regression') {
    const { mean, sd } = target;
    const y = Float32Array.from(numberValues(table, target.column), (value) => (value - mean) / sd);
    return { y, unseen: undefined };
  }
  const indexOf = new Map(target.classes.map((name, index) => [name, index]));
  const values = textValues(table, target.column);
  const width = outputWidth(target);
  const y = new Float32Array(values.length * width);
  let unseen: number | undefined;
  for (const [row, value] of values.entries()) {
    const index = value === null ? undefined : indexOf.get(value);
    if (index === undefined) unseen ??= row;
    else if (width === 1) y[row] = index;
    else y[row * width + index] = 1;
  }
  return { y, unseen };
}
