// Owns the primary metric on each part of the rows: by category, by truth, by bins of a number.
import { METRICS } from '../../shared/metricCatalogue';
import type { MetricName } from '../../shared/schema/experiment';
import type { HeldOutName, SlicesReport } from '../../shared/schema/report';
import { groupsOf, quantileBins, type RowGroups } from '../evaluate/rowGroups';
import { sliceScores } from '../evaluate/slices';
import {
  labelsOf,
  numbersOf,
  originalColumns,
  type EncodedRows,
  type OriginalColumn,
} from './originalColumns';
import type { Parts } from './parts';
import type { ReportContext } from './reportContext';
import type { ScoredRows } from './scoredRows';

const MOST_COLUMNS = 20;
/** An interval within a few per cent of its width: there are many slices. */
const RESAMPLES = 300;

export interface SlicesOptions {
  readonly split: HeldOutName;
  readonly metric: MetricName;
  readonly scored: ScoredRows;
  readonly parts: Parts;
}

/** Columns with one group, of texts and of dates are passed over. Undefined when the metric is not defined. */
export async function slicesReport(
  context: ReportContext,
  { split, metric, scored, parts }: SlicesOptions,
): Promise<SlicesReport | undefined> {
  const { dataset, experiment } = context;
  const rowMetric = scored.metric(metric);
  if (rowMetric === undefined) return undefined;
  const rows = { x: dataset[split].x, rows: dataset[split].rows, width: dataset.features };
  const columns: SlicesReport['columns'] = [];
  try {
    for (const column of originalColumns(dataset.recipe)) {
      if (columns.length === MOST_COLUMNS) break;
      const groups = groupsIn(column, rows);
      if (groups === undefined || new Set(groups.codes).size < 2) continue;
      const slices = await sliceScores({
        ...parts.breather,
        groups,
        metric: rowMetric,
        direction: METRICS[metric].direction,
        seed: experiment.training.seed,
        resamples: RESAMPLES,
      });
      columns.push({ column: column.name, slices });
    }
  } catch (error) {
    parts.leaveOut('slices', error);
  }
  return { split, metric, columns };
}

function groupsIn(column: OriginalColumn, rows: EncodedRows): RowGroups | undefined {
  const labels = labelsOf(column, rows);
  if (labels !== undefined) return groupsOf(labels);
  const numbers = numbersOf(column, rows);
  return numbers === undefined ? undefined : quantileBins(numbers);
}
