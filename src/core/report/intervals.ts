// Owns how sure each score of a split is: bootstrap intervals, those that matter first.
import type { Breather } from '../pacer';
import { METRICS } from '../../shared/metricCatalogue';
import { metricNameSchema, type MetricName } from '../../shared/schema/experiment';
import type { Interval } from '../../shared/schema/interval';
import type { IntervalScores } from '../../shared/schema/report';
import { bootstrapAll, RESAMPLES } from '../evaluate/bootstrap';
import { LEVEL, wilsonInterval } from '../evaluate/intervals';
import type { RowMetric } from '../evaluate/rowMetrics';
import type { Parts } from './parts';
import type { ScoredRows } from './scoredRows';

/** Rows drawn for one metric: of those that head a report some 0.3 s, of the others 0.1 s. */
const ROWS_DRAWN = { headline: 1e7, other: 4e6 } as const;
const FEWEST_RESAMPLES = 200;

export interface IntervalOptions {
  readonly primary: MetricName;
  readonly seed: number;
}

/** Of the metric that decides; the others are plain. */
export async function primaryInterval(
  scored: ScoredRows,
  { primary, seed }: IntervalOptions,
  breather: Breather,
): Promise<IntervalScores> {
  const found = await intervalsOf(scored, [primary], { resamples: RESAMPLES, seed, ...breather });
  return { ...plainScores(scored), ...found };
}

/** Of the others too, as far as the time goes; headline metrics first. */
export async function moreIntervals(
  scored: ScoredRows,
  known: IntervalScores,
  { primary, seed, parts }: IntervalOptions & { readonly parts: Parts },
): Promise<IntervalScores> {
  const others = metricNameSchema.options.filter((name) => name in scored.scores && name !== primary);
  const isHeadline = (name: MetricName): boolean => METRICS[name].headline;
  let intervals = known;
  for (const kind of ['headline', 'other'] as const) {
    const names = others.filter((name) => isHeadline(name) === (kind === 'headline'));
    const affordable = Math.round(ROWS_DRAWN[kind] / Math.max(1, scored.rows));
    const resamples = Math.max(FEWEST_RESAMPLES, Math.min(RESAMPLES, affordable));
    const found = await parts.attempt('intervals', (breather) =>
      intervalsOf(scored, names, { resamples, seed, ...breather }),
    );
    intervals = { ...intervals, ...found };
  }
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
