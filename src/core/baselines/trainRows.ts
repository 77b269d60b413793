// Owns the check of what a baseline is given, and takes rows of weight 0 away: from here on every row counts.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { BaselineData, TrainRows } from './contract';

/** @throws BenchError 'train.baselineRows' */
export function checkedRows(data: BaselineData): TrainRows {
  const { rows, features, x, y, weights } = data;
  const outputs = rows === 0 ? 0 : y.length / rows;
  if (rows < 1 || x.length !== rows * features || !Number.isInteger(outputs) || outputs < 1) {
    throw unusable(
      l10n.t(
        'Expected {0} rows of {1} values and of targets, found {2} values and {3} targets',
        rows,
        features,
        x.length,
        y.length,
      ),
    );
  }
  if (weights !== undefined && weights.length !== rows) {
    throw unusable(l10n.t('Expected {0} weights, found {1}', rows, weights.length));
  }
  checkFinite(x, features);
  checkFinite(y, outputs);
  return { ...data, ...weighedRows(data, outputs), outputs };
}

function unusable(problem: string): BenchError {
  return new BenchError('train.baselineRows', l10n.t('The baselines cannot be fitted: {0}.', problem));
}

function checkFinite(values: Float32Array, width: number): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw unusable(l10n.t('row {0} has {1}, expected a number', Math.floor(i / width), String(values[i])));
  }
}

function weighedRows(
  { rows, features, x, y, weights }: BaselineData,
  outputs: number,
): Pick<BaselineData, 'rows' | 'x' | 'y' | 'weights'> {
  if (weights === undefined) return { rows, x, y };
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) {
    const weight = weights[row] ?? 0;
    if (!Number.isFinite(weight) || weight < 0) {
      throw unusable(l10n.t('row {0} weighs {1}, expected 0 or more', row, weight));
    }
    if (weight > 0) kept.push(row);
  }
  if (kept.length === 0) throw unusable(l10n.t('every row weighs 0'));
  if (kept.length === rows) return { rows, x, y, weights };
  return {
    rows: kept.length,
    x: takeRows(x, kept, features),
    y: takeRows(y, kept, outputs),
    weights: takeRows(weights, kept, 1),
  };
}

/** @returns [picked, width] */
export function takeRows(values: Float32Array, picked: ArrayLike<number>, width: number): Float32Array {
  const taken = new Float32Array(picked.length * width);
  for (let i = 0; i < picked.length; i++) {
    const from = (picked[i] ?? 0) * width;
    taken.set(values.subarray(from, from + width), i * width);
  }
  return taken;
}

/** [rows] of one output. */
export function outputColumn(y: Float32Array, rows: number, outputs: number, output: number): Float64Array {
  const column = new Float64Array(rows);
  for (let row = 0; row < rows; row++) column[row] = y[row * outputs + output] ?? 0;
  return column;
}

/** Means of the outputs over the rows, by weight; running, so that no sum overflows. */
export function outputMeans(
  y: Float32Array,
  rows: number,
  outputs: number,
  weights?: Float32Array,
): Float64Array {
  const means = new Float64Array(outputs);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    total += weight;
    if (total === 0) continue;
    for (let j = 0; j < outputs; j++) {
      const mean = means[j] ?? 0;
      means[j] = mean + (((y[row * outputs + j] ?? 0) - mean) * weight) / total;
    }
  }
  return means;
}
