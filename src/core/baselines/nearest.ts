// Owns the nearest neighbours baseline: the mean of the targets of the nearest train rows, by Euclidean distance; exact.
// @see sklearn.neighbors.KNeighborsClassifier and KNeighborsRegressor, algorithm='brute', weights='uniform'
import * as l10n from '@vscode/l10n';
import { randomStream } from '../../shared/random';
import { rawOutput } from './constant';
import type { BaselineTask, Breather, Fitted, FitOptions, TrainRows } from './contract';
import { Pacer } from './pacer';
import { takeRows } from './trainRows';

/** scikit-learn's default; no other is tried, so that nothing is chosen on the rows that are scored. */
const NEIGHBOURS = 5;
/** Train rows * rows to predict * features: some 10 s. Above it a sample of the train rows stands for all. */
const MAX_COST = 2e10;
/** Columns that are compared before a distance is given up as too large. */
const BLOCK = 8;

export interface NearestOptions extends FitOptions {
  /** For tests. */
  readonly maxCost?: number;
}

export function fitNearest(task: BaselineTask, train: TrainRows, options: NearestOptions): Promise<Fitted> {
  const kept = sampleRows(train, options);
  const neighbours = Math.min(NEIGHBOURS, kept.length);
  const order = widestFirst(train);
  const points = reordered(takeRows(train.x, kept, train.features), kept.length, order);
  const targets = takeRows(train.y, kept, train.outputs);
  const search = { points, rows: kept.length, features: train.features, neighbours };
  return Promise.resolve({
    description: {
      text: describe(train, kept.length, neighbours),
      parameters: { neighbours },
      rows: kept.length,
      converged: true,
      iterations: 0,
    },
    predict: async (x, rows, breather) => {
      const found = await nearestRows(search, reordered(x, rows, order), rows, breather);
      return answers({ task, targets, outputs: train.outputs, neighbours, found, rows });
    },
  });
}

function describe(train: TrainRows, kept: number, neighbours: number): string {
  const text = l10n.t('The {0} nearest of {1} train rows, each with the same vote.', neighbours, kept);
  const sampled =
    kept < train.rows ? ` ${l10n.t('They are a random sample of {0}, to save time.', train.rows)}` : '';
  const weighted = train.weights === undefined ? '' : ` ${l10n.t('It takes no weights of rows.')}`;
  return text + sampled + weighted;
}

/** Train rows that are kept, ascending. */
function sampleRows({ rows, features }: TrainRows, options: NearestOptions): Uint32Array {
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const cost = Math.max(1, (options.queryRows ?? rows) * features);
  const most = Math.max(NEIGHBOURS, Math.floor((options.maxCost ?? MAX_COST) / cost));
  if (rows <= most) return all;
  return randomStream(options.seed, 'baselineNeighbours').shuffle(all).slice(0, most).sort();
}

/** Columns by variance, the largest first: a distance that is too large shows early. */
function widestFirst({ x, rows, features }: TrainRows): Uint32Array {
  const means = new Float64Array(features);
  const spreads = new Float64Array(features);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < features; j++) {
      const value = x[row * features + j] ?? 0;
      const difference = value - (means[j] ?? 0);
      means[j] = (means[j] ?? 0) + difference / (row + 1);
      spreads[j] = (spreads[j] ?? 0) + difference * (value - (means[j] ?? 0));
    }
  }
  return Uint32Array.from({ length: features }, (_, i) => i).sort(
    (a, b) => (spreads[b] ?? 0) - (spreads[a] ?? 0) || a - b,
  );
}

/** Rows with the columns in this order, and zeros up to a whole block. */
function reordered(x: Float32Array, rows: number, order: Uint32Array): Float32Array {
  const features = order.length;
  const width = paddedWidth(features);
  const result = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < features; j++) result[row * width + j] = x[row * features + (order[j] ?? 0)] ?? 0;
  }
  return result;
}

function paddedWidth(features: number): number {
  return Math.ceil(features / BLOCK) * BLOCK;
}

interface Search {
  /** [rows, padded width] */
  readonly points: Float32Array;
  readonly rows: number;
  readonly features: number;
  readonly neighbours: number;
}

/** @returns [queries, neighbours] rows, the nearest first, equally near ones by row */
async function nearestRows(
  { points, rows, features, neighbours }: Search,
  queries: Float32Array,
  count: number,
  options: Breather,
): Promise<Uint32Array> {
  const width = paddedWidth(features);
  const found = new Uint32Array(count * neighbours);
  const distances = new Float64Array(neighbours);
  const query = new Float64Array(width);
  const pacer = new Pacer(options);
  for (let i = 0; i < count; i++) {
    query.set(queries.subarray(i * width, (i + 1) * width));
    distances.fill(Infinity);
    const compared = nearestOf(
      points,
      rows,
      query,
      distances,
      found.subarray(i * neighbours, (i + 1) * neighbours),
    );
    if (pacer.spend(compared + 5 * rows)) await pacer.rest();
  }
  return found;
}

/**
 * @param distances [neighbours] infinite, filled with squared distances
 * @param found [neighbours], filled with rows
 * @returns values that were compared
 */
function nearestOf(
  points: Float32Array,
  rows: number,
  query: Float64Array,
  distances: Float64Array,
  found: Uint32Array,
): number {
  const width = query.length;
  const last = distances.length - 1;
  let limit = Infinity;
  let at = 0;
  let compared = 0;
  for (let row = 0; row < rows; row++, at += width) {
    let sum = 0;
    let j = 0;
    // A block at a time: the compiler keeps its sums apart, and most rows need no second one.
    for (; j < width && sum < limit; j += BLOCK) {
      const p = at + j;
      const a = (points[p] ?? 0) - (query[j] ?? 0);
      const b = (points[p + 1] ?? 0) - (query[j + 1] ?? 0);
      const c = (points[p + 2] ?? 0) - (query[j + 2] ?? 0);
      const d = (points[p + 3] ?? 0) - (query[j + 3] ?? 0);
      const e = (points[p + 4] ?? 0) - (query[j + 4] ?? 0);
      const f = (points[p + 5] ?? 0) - (query[j + 5] ?? 0);
      const g = (points[p + 6] ?? 0) - (query[j + 6] ?? 0);
      const h = (points[p + 7] ?? 0) - (query[j + 7] ?? 0);
      sum += a * a + b * b + (c * c + d * d) + (e * e + f * f + (g * g + h * h));
    }
    compared += j;
    if (!(sum < limit)) continue;
    let place = last;
    while (place > 0 && (distances[place - 1] ?? 0) > sum) {
      distances[place] = distances[place - 1] ?? 0;
      found[place] = found[place - 1] ?? 0;
      place--;
    }
    distances[place] = sum;
    found[place] = row;
    limit = distances[last] ?? 0;
  }
  return compared;
}

interface Votes {
  readonly task: BaselineTask;
  readonly targets: Float32Array;
  readonly outputs: number;
  readonly neighbours: number;
  readonly found: Uint32Array;
  readonly rows: number;
}

function answers({ task, targets, outputs, neighbours, found, rows }: Votes): Float32Array {
  const result = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outputs; j++) {
      let sum = 0;
      for (let i = 0; i < neighbours; i++) {
        sum += targets[(found[row * neighbours + i] ?? 0) * outputs + j] ?? 0;
      }
      result[row * outputs + j] = rawOutput(task, sum / neighbours);
    }
  }
  return result;
}
