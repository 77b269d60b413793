// Owns how much the network needs each column of the table: the metric gets worse by so much when the column's values are
// dealt to other rows. All encoded columns of one go together. @see sklearn.inspection.permutation_importance
import { METRICS } from '../../shared/metricCatalogue';
import { randomStream, type RandomStream } from '../../shared/random';
import type { MetricName } from '../../shared/schema/experiment';
import type { HeldOutName, ImportanceReport } from '../../shared/schema/report';
import { studentInterval } from '../evaluate/intervals';
import type { EncodedSplit } from '../recipe/dataset';
import { originalColumns, type OriginalColumn } from './originalColumns';
import type { Parts } from './parts';
import { forwardRows, type ReportContext } from './reportContext';
import { sampleSplit } from './sampleRows';
import { scoreOutputs } from './scoreOutputs';

const MOST_ROWS = 5000;
const REPEATS = 5;

export interface ImportanceOptions {
  readonly split: HeldOutName;
  readonly metric: MetricName;
  readonly parts: Parts;
  readonly repeats?: number;
}

/** Columns that there is no time for are left out. Undefined when the metric is not defined on the rows. */
export async function permutationImportance(
  context: ReportContext,
  { split: name, metric, parts, repeats = REPEATS }: ImportanceOptions,
): Promise<ImportanceReport | undefined> {
  const { experiment, dataset } = context;
  const { seed } = experiment.training;
  const split = sampleSplit(dataset[name], { most: MOST_ROWS, seed, purpose: 'importanceRows' });
  const score = await scoreOf(context, split, split.x, { metric, parts });
  if (Number.isNaN(score)) return undefined;
  const columns: ImportanceReport['columns'] = [];
  try {
    for (const column of originalColumns(dataset.recipe)) {
      const stream = randomStream(seed, `importance/${column.name}`);
      const worse = new Float64Array(repeats);
      for (let i = 0; i < repeats; i++) {
        const shuffled = withShuffled(split, column, stream);
        worse[i] = worsening(metric, score, await scoreOf(context, split, shuffled, { metric, parts }));
      }
      columns.push({ column: column.name, importance: studentInterval(worse), repeats: [...worse] });
    }
  } catch (error) {
    parts.leaveOut('importance', error);
    if (columns.length === 0) return undefined;
  }
  columns.sort((a, b) => b.importance.value - a.importance.value);
  return { split: name, metric, rows: split.rows, repeats, score, columns };
}

async function scoreOf(
  context: ReportContext,
  split: EncodedSplit,
  x: Float32Array,
  { metric, parts }: Pick<ImportanceOptions, 'metric' | 'parts'>,
): Promise<number> {
  const outputs = await forwardRows(context, { x, rows: split.rows }, parts.breather);
  const scored = scoreOutputs(context, split, outputs);
  const all = Uint32Array.from({ length: split.rows }, (_, row) => row);
  return scored.metric(metric)?.(all) ?? NaN;
}

/** Above 0: worse than before. */
function worsening(metric: MetricName, before: number, after: number): number {
  switch (METRICS[metric].direction) {
    case 'higher':
      return before - after;
    case 'lower':
      return after - before;
    case 'zero':
      return Math.abs(after) - Math.abs(before);
  }
}

function withShuffled(
  { x, rows }: EncodedSplit,
  { start, width }: OriginalColumn,
  stream: RandomStream,
): Float32Array {
  const order = stream.shuffle(Uint32Array.from({ length: rows }, (_, row) => row));
  const stride = x.length / rows;
  const copy = x.slice();
  for (let row = 0; row < rows; row++) {
    const from = (order[row] ?? 0) * stride + start;
    copy.set(x.subarray(from, from + width), row * stride + start);
  }
  return copy;
}
