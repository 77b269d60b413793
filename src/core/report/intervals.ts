// Owns how sure each score of a split is: bootstrap intervals, those that matter first.
import { METRICS } from '../../shared/metricCatalogue';
import { metricNameSchema, type MetricName } from '../../shared/schema/experiment';
import type { Interval } from '../../shared/schema/interval';
import type { IntervalScores } from '../../shared/schema/report';
import type { Breather } from '../baselines/contract';
import { bootstrapAll, RESAMPLES } from '../evaluate/bootstrap';
import { LEVEL, wilsonInterval } from '../evaluate/intervals';
import type { RowMetric } from '../evaluate/rowMetrics';
import type { Parts } from './parts';
import type { ScoredRows } from './scoredRows';

/** Rows drawn for one metric of those that do not head a report: less than 0.1 s. */
const ROWS_DRAWN = 4e6;
const FEWEST_RESAMPLES = 200;

export interface IntervalOptions {
  readonly primary: MetricName;
  readonly seed: number;
}

/** The primary metric always; the others as far as the time goes, headline metrics first. */
export async function intervalScores(
  scored: ScoredRows,
  { primary, seed }: IntervalOptions,
  { parts, breathe }: { readonly parts: Parts; readonly breathe: () => Promise<void> },
): Promise<IntervalScores> {
  const intervals: IntervalScores = plainScores(scored);
  const add = async (names: readonly MetricName[], resamples: number, breather: Breather): Promise<void> => {
    Object.assign(intervals, await intervalsOf(scored, names, { resamples, seed, ...breather }));
  };
  const names = metricNameSchema.options.filter((name) => name in scored.scores && name !== primary);
  await add([primary], RESAMPLES, { breathe });
  await parts.attempt('intervals', (breather) =>
    add(
      names.filter((name) => METRICS[name].headline),
      RESAMPLES,
      breather,
    ),
  );
  const fewer = Math.max(
    FEWEST_RESAMPLES,
    Math.min(RESAMPLES, Math.round(ROWS_DRAWN / Math.max(1, scored.rows))),
  );
  await parts.attempt('intervals', (breather) =>
    add(
      names.filter((name) => !METRICS[name].headline),
      fewer,
      breather,
    ),
  );
  return intervals;
}

/** Values alone. */
export function plainScores({ scores }: ScoredRows): IntervalScores {
  return Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, { ...NO_INTERVAL, value }]));
}

const NO_INTERVAL: Omit<Interval, 'value'> = {
  low: NaN,
  high: NaN,
  level: LEVEL,
  method: 'bootstrap',
  resamples: 0,
};

export async function intervalsOf(
  scored: ScoredRows,
  names: readonly MetricName[],
  options: Breather & { readonly resamples: number; readonly seed: number },
): Promise<IntervalScores> {
  const metrics: Record<string, RowMetric> = {};
  for (const name of names) {
    const metric = name in scored.scores ? scored.metric(name) : undefined;
    if (metric !== undefined) metrics[name] = metric;
  }
  const found = await bootstrapAll(metrics, { ...options, rows: scored.rows });
  return Object.fromEntries(
    Object.entries(found).map(([name, interval]) => [name, sharpened(scored, name, interval)]),
  );
}

/** All rows right, or all wrong: no resample differs, which says nothing of how sure that is. */
function sharpened(scored: ScoredRows, name: string, interval: Interval): Interval {
  const value = Object.entries(scored.scores).find(([other]) => other === name)?.[1] ?? interval.value;
  if (name === 'accuracy' && interval.low === interval.high) {
    return wilsonInterval(Math.round(value * scored.rows), scored.rows);
  }
  return { ...interval, value };
}
