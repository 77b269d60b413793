// Owns the check of what a baseline is given, and takes rows of weight 0 away: from here on every row counts.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { BaselineData, TrainRows } from './contract';
import { Pacer, type Breather } from '../pacer';

/** @throws BenchError 'train.baselineRows' */
export async function checkedRows(data: BaselineData, options: Breather): Promise<TrainRows> {
  const pacer = new Pacer(options);
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
  await checkFinite(x, features, pacer);
  await checkFinite(y, outputs, pacer);
  return { ...data, ...weighedRows(data, outputs), outputs };
}

function unusable(problem: string): BenchError {
  return new BenchError('train.baselineRows', l10n.t('The baselines cannot be fitted: {0}.', problem));
}

const CHUNK = 2 ** 20;

async function checkFinite(values: Float32Array, width: number, pacer: Pacer): Promise<void> {
  for (let i = 0; i < values.length; i++) {
    if (i % CHUNK === 0 && pacer.spend(CHUNK)) await pacer.rest();
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
    for (let j = 0; j < width; j++) taken[i * width + j] = values[from + j] ?? 0;
  }
  return taken;
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
