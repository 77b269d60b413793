// Owns what the Metrics page knows: a pure reducer over what the host says and what the user arranges.
import type { SeriesChunk } from '../../src/shared/metricSeries';
import { metricNameSchema } from '../../src/shared/schema/experiment';
import type { RunSummary } from '../../src/shared/schema/run';
import { assertNever } from '../../src/shared/errors';
import { appendChunk, seriesKey, type Points, type XAxis } from './points';

export interface MetricsState {
  /** undefined: the host has not answered yet; null: there is no run to show. */
  readonly run: RunSummary | null | undefined;
  readonly timeLeftMs: number | undefined;
  /** Run that `series` belongs to. */
  readonly seriesRunId: string | undefined;
  readonly series: ReadonlyMap<string, Points>;
  readonly xAxis: XAxis;
  readonly logLoss: boolean;
  readonly showTable: boolean;
  /** Range of x on every chart; undefined follows the data. */
  readonly zoom: { readonly from: number; readonly to: number } | undefined;
  /** A stop was asked for and the run has not ended yet. */
  readonly stopping: boolean;
  /** What a request to the host failed with, until the next one. */
  readonly problem: string | undefined;
}

export type MetricsEvent =
  | { readonly type: 'run'; readonly run: RunSummary | null; readonly timeLeftMs?: number | undefined }
  | {
      readonly type: 'series';
      readonly runId: string;
      readonly reset: boolean;
      readonly chunks: readonly SeriesChunk[];
    }
  | { readonly type: 'xAxis'; readonly xAxis: XAxis }
  | { readonly type: 'logLoss'; readonly on: boolean }
  | { readonly type: 'showTable'; readonly on: boolean }
  | { readonly type: 'zoom'; readonly range: MetricsState['zoom'] }
  | { readonly type: 'stopAsked' }
  | { readonly type: 'problem'; readonly message: string | undefined };

export function initialState(arranged: Pick<MetricsState, 'xAxis' | 'logLoss' | 'showTable'>): MetricsState {
  return {
    run: undefined,
    timeLeftMs: undefined,
    seriesRunId: undefined,
    series: new Map(),
    zoom: undefined,
    stopping: false,
    problem: undefined,
    ...arranged,
  };
}

export function reduce(state: MetricsState, event: MetricsEvent): MetricsState {
  switch (event.type) {
    case 'run': {
      const same = state.run != null && event.run !== null && event.run.runId === state.run.runId;
      const next = {
        ...state,
        run: event.run,
        timeLeftMs: event.timeLeftMs,
        stopping: same && state.stopping && event.run.state === 'running',
      };
      // Points of another run must never be drawn under this one's name. Its own may have come before it.
      if (event.run !== null && state.seriesRunId === event.run.runId) return next;
      return { ...next, series: new Map(), seriesRunId: event.run?.runId, zoom: undefined };
    }
    case 'series': {
      const fresh = event.reset || state.seriesRunId !== event.runId;
      const series = new Map(fresh ? [] : state.series);
      for (const chunk of event.chunks) {
        const key = seriesKey(chunk);
        series.set(key, appendChunk(series.get(key), chunk));
      }
      return {
        ...state,
        series,
        seriesRunId: event.runId,
        zoom: state.seriesRunId === event.runId ? state.zoom : undefined,
      };
    }
    case 'xAxis':
      // A range in one unit means nothing in another.
      return event.xAxis === state.xAxis ? state : { ...state, xAxis: event.xAxis, zoom: undefined };
    case 'logLoss':
      return { ...state, logLoss: event.on };
    case 'showTable':
      return { ...state, showTable: event.on };
    case 'zoom':
      return { ...state, zoom: event.range };
    case 'stopAsked':
      return { ...state, stopping: true, problem: undefined };
    case 'problem':
      return { ...state, problem: event.message, stopping: state.stopping && event.message === undefined };
    default:
      return assertNever(event);
  }
}

/** Charts come in the order in which the schema names the metrics. */
const ORDER: readonly string[] = metricNameSchema.options;

export interface MetricCurves {
  readonly metric: string;
  readonly trainSteps: Points | undefined;
  readonly train: Points | undefined;
  readonly validation: Points | undefined;
}

/** One entry a chart: the loss first, then the metrics in their usual order, unknown ones last by name. */
export function metricCurves(state: MetricsState): MetricCurves[] {
  const metrics = [...new Set([...state.series.values()].map((points) => points.metric))];
  const rank = (metric: string): number => {
    const at = ORDER.indexOf(metric);
    return at < 0 ? ORDER.length : at;
  };
  metrics.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return metrics.map((metric) => ({
    metric,
    trainSteps: state.series.get(seriesKey({ metric, split: 'train', resolution: 'step' })),
    train: state.series.get(seriesKey({ metric, split: 'train', resolution: 'epoch' })),
    validation: state.series.get(seriesKey({ metric, split: 'validation', resolution: 'epoch' })),
  }));
}

/** Earliest wall time of any point, the zero of the time axis; 0 when there are no points. */
export function timeOrigin(state: MetricsState): number {
  let origin = Infinity;
  for (const points of state.series.values()) {
    if (points.wallTimeMs.length > 0) origin = Math.min(origin, points.wallTimeMs.at(0));
  }
  return origin === Infinity ? 0 : origin;
}

export interface EpochRow {
  readonly epoch: number;
  readonly step: number;
  /** `train/loss` -> value */
  readonly values: ReadonlyMap<string, number>;
}

/** The table twin of the charts: one row an epoch, newest first, at most `limit`. */
export function epochRows(state: MetricsState, limit: number): EpochRow[] {
  const rows = new Map<number, { epoch: number; step: number; values: Map<string, number> }>();
  for (const points of state.series.values()) {
    if (points.resolution !== 'epoch') continue;
    for (let i = Math.max(0, points.value.length - limit); i < points.value.length; i++) {
      const epoch = points.epoch.at(i);
      const row = rows.get(epoch) ?? { epoch, step: points.step.at(i), values: new Map<string, number>() };
      row.values.set(`${points.split}/${points.metric}`, points.value.at(i));
      rows.set(epoch, row);
    }
  }
  return [...rows.values()].sort((a, b) => b.epoch - a.epoch).slice(0, limit);
}
