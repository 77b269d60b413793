// Owns what the network says on average when a column is set to one value in every row.
// @see sklearn.inspection.partial_dependence, method='brute'
import type { Breather } from '../pacer';
import type { DependenceReport, HeldOutName } from '../../shared/schema/report';
import { quantileOfSorted } from '../evaluate/percentiles';
import type { EncodedSplit } from '../recipe/dataset';
import { predictedNumbers, probabilitiesOf } from '../train/outputs';
import { toTargetUnit } from '../train/scores';
import { labelsOf, numbersOf, type EncodedRows, type OriginalColumn } from './originalColumns';
import type { Parts } from './parts';
import { forwardRows, type ReportContext } from './reportContext';
import { sampleSplit } from './sampleRows';

const MOST_ROWS = 500;
const NUMBER_POINTS = 20;
const MOST_CATEGORIES = 10;
const MOST_OUTPUTS = 10;
/** Rows that points are taken from. */
const GRID_ROWS = 10_000;

export interface DependenceOptions {
  readonly split: HeldOutName;
  /** The columns of most interest, those first. */
  readonly columns: readonly OriginalColumn[];
  readonly parts: Parts;
}

/** Columns of texts and dates have no points to be set to. */
export async function partialDependence(
  context: ReportContext,
  { split: name, columns, parts }: DependenceOptions,
): Promise<DependenceReport> {
  const { experiment, dataset } = context;
  const { seed } = experiment.training;
  const split = sampleSplit(dataset[name], { most: MOST_ROWS, seed, purpose: 'dependenceRows' });
  const grid = sampleSplit(dataset.train, { most: GRID_ROWS, seed, purpose: 'dependencePoints' });
  const { names, indices } = outputsOf(context);
  const curves: DependenceReport['columns'] = [];
  try {
    for (const column of columns) {
      const points = pointsOf(column, { x: grid.x, rows: grid.rows, width: dataset.features });
      if (points === undefined) continue;
      const means: number[][] = indices.map(() => []);
      for (const encoded of points.encoded) {
        const found = await meansAt(context, split, { column, encoded }, parts.breather);
        indices.forEach((output, i) => means[i]?.push(found[output] ?? NaN));
      }
      curves.push({ column: column.name, points: points.points, means });
    }
  } catch (error) {
    parts.leaveOut('dependence', error);
  }
  return { split: name, rows: split.rows, outputs: names, columns: curves };
}

/** Binary: the positive class alone. */
function outputsOf({ dataset }: ReportContext): { names: string[]; indices: number[] } {
  const { target } = dataset.recipe;
  switch (target.task) {
    case 'regression':
      return { names: [target.column], indices: [0] };
    case 'binary':
      return { names: [target.classes[1]], indices: [1] };
    case 'multiclass': {
      const names = target.classes.slice(0, MOST_OUTPUTS);
      return { names, indices: names.map((_, c) => c) };
    }
  }
}

interface Points {
  readonly points: number[] | string[];
  /** The encoded columns at each point: of a train row that has it. */
  readonly encoded: readonly Float32Array[];
}

function pointsOf(column: OriginalColumn, train: EncodedRows): Points | undefined {
  const numbers = numbersOf(column, train);
  if (numbers !== undefined) return numberPoints(column, numbers, train);
  const labels = labelsOf(column, train);
  return labels === undefined ? undefined : labelPoints(column, labels, train);
}

/** Quantiles in the midst of twenty equal parts, each once. */
function numberPoints(
  { start, width }: OriginalColumn,
  numbers: Float64Array,
  train: EncodedRows,
): Points | undefined {
  const present = Uint32Array.from(numbers.keys()).filter((row) => !Number.isNaN(numbers[row]));
  const first = present[0];
  if (first === undefined) return undefined;
  const ofColumn = (values: Float32Array, row: number, length: number): Float32Array =>
    values.slice(row * train.width + start, row * train.width + start + length);
  const scaled = Float64Array.from(present, (row) => train.x[row * train.width + start] ?? 0).sort();
  const original = numbers.filter((value) => !Number.isNaN(value)).sort();
  const points: number[] = [];
  const encoded: Float32Array[] = [];
  for (let i = 0; i < NUMBER_POINTS; i++) {
    const q = (i + 0.5) / NUMBER_POINTS;
    const point = quantileOfSorted(original, q);
    if (points.at(-1) === point) continue;
    const columns = ofColumn(train.x, first, width);
    columns[0] = quantileOfSorted(scaled, q);
    points.push(point);
    encoded.push(columns);
  }
  return { points, encoded };
}

function labelPoints(
  { start, width }: OriginalColumn,
  labels: readonly string[],
  train: EncodedRows,
): Points {
  const rows = new Map<string, { count: number; first: number }>();
  for (const [row, label] of labels.entries()) {
    const known = rows.get(label);
    if (known === undefined) rows.set(label, { count: 1, first: row });
    else known.count++;
  }
  const frequent = [...rows]
    .sort(([, a], [, b]) => b.count - a.count || a.first - b.first)
    .slice(0, MOST_CATEGORIES);
  return {
    points: frequent.map(([label]) => label),
    encoded: frequent.map(([, { first }]) => {
      const at = first * train.width + start;
      return train.x.slice(at, at + width);
    }),
  };
}

/** Of each output over the rows: a probability, or the number in the unit of the target. */
async function meansAt(
  context: ReportContext,
  { x, rows }: EncodedSplit,
  { column: { start }, encoded }: { column: OriginalColumn; encoded: Float32Array },
  breather: Breather,
): Promise<Float64Array> {
  const { plan, dataset } = context;
  const stride = dataset.features;
  const moved = x.slice();
  for (let row = 0; row < rows; row++) moved.set(encoded, row * stride + start);
  const outputs = await forwardRows(context, { x: moved, rows }, breather);
  const { target } = dataset.recipe;
  const values =
    target.task === 'regression'
      ? toTargetUnit(target, predictedNumbers(outputs, rows, plan), rows)
      : probabilitiesOf(outputs, rows, plan.outputWidth, plan);
  const width = values.length / rows;
  const means = new Float64Array(width);
  // A running mean: no sum overflows.
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) {
      const mean = means[j] ?? 0;
      means[j] = mean + ((values[row * width + j] ?? 0) - mean) / (row + 1);
    }
  }
  return means;
}
