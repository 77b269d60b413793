// Owns the same score on every part of the rows, e.g. on each group of people: how many rows, how sure, and how far each
// is from all the others.
import * as l10n from '@vscode/l10n';
import type { MetricFacts } from '../../shared/metricCatalogue';
import { randomStream, type RandomStream } from '../../shared/random';
import type { Interval } from '../../shared/schema/interval';
import { Pacer } from '../pacer';
import { OPERATIONS_PER_ROW, percentileInterval, resamplesFor, type BootstrapOptions } from './bootstrap';
import { drawNumbers } from './drawRows';
import { LEVEL } from './intervals';
import type { RowGroups } from './rowGroups';
import type { RowMetric } from './rowMetrics';

/** Below this many rows a score is an anecdote. */
export const SMALL_SLICE_ROWS = 30;
const MOST_SLICES = 20;

export interface SliceScore {
  readonly name: string;
  /** How many small groups were put together in this one; 0 for a group of its own. */
  readonly merged: number;
  readonly rows: number;
  /** Of the metric on these rows. */
  readonly score: Interval;
  /** Score on these rows less score on all others; NaN when there are none. */
  readonly gap: Interval;
  /** Under 30 rows. */
  readonly small: boolean;
}

export interface SliceOptions extends Omit<BootstrapOptions, 'rows' | 'draw'> {
  readonly groups: RowGroups;
  readonly metric: RowMetric;
  readonly direction: MetricFacts['direction'];
  /** More groups than this: the smallest share one slice. */
  readonly most?: number;
}

/**
 * Sorted from the worst gap to the best; for a metric that is best at 0, from the largest. What has no gap comes last.
 * Rows of a slice and of the rest are drawn apart, so that a slice keeps its size.
 * @throws BenchError 'internal.cancelled'
 */
export async function sliceScores(options: SliceOptions): Promise<SliceScore[]> {
  const { groups, direction, most = MOST_SLICES } = options;
  const slices = largestFirst(groups, Math.max(most, 1));
  const resamples = resamplesFor(groups.codes.length * slices.length, options.resamples);
  const pacer = new Pacer(options);
  const scores: SliceScore[] = [];
  for (const slice of slices) scores.push(await scoreSlice(slice, { ...options, resamples, pacer }));
  const badness = ({ gap: { value } }: SliceScore): number => {
    if (Number.isNaN(value)) return -Infinity;
    return direction === 'zero' ? Math.abs(value) : direction === 'higher' ? -value : value;
  };
  return scores.sort((a, b) => {
    const [x, y] = [badness(a), badness(b)];
    return x === y ? 0 : y - x;
  });
}

interface Slice {
  readonly name: string;
  readonly merged: number;
  readonly inside: Uint32Array;
  readonly outside: Uint32Array;
}

function largestFirst({ codes, names }: RowGroups, most: number): Slice[] {
  const counts = new Float64Array(names.length);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const order = Array.from(counts.keys()).filter((code) => (counts[code] ?? 0) > 0);
  order.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
  const own = order.length > most ? order.slice(0, most - 1) : order;
  const slices = own.map((code) => ({
    name: names[code] ?? '',
    merged: 0,
    ...parted(codes, (of) => of === code),
  }));
  if (own.length === order.length) return slices;
  const kept = new Set(own);
  const merged = order.length - own.length;
  return [...slices, { name: l10n.t('all others'), merged, ...parted(codes, (of) => !kept.has(of)) }];
}

function parted(codes: Uint32Array, belongs: (code: number) => boolean): Pick<Slice, 'inside' | 'outside'> {
  const rows = Uint32Array.from(codes.keys());
  return {
    inside: rows.filter((row) => belongs(codes[row] ?? 0)),
    outside: rows.filter((row) => !belongs(codes[row] ?? 0)),
  };
}

async function scoreSlice(
  { name, merged, inside, outside }: Slice,
  { metric, seed, level = LEVEL, resamples, pacer }: SliceOptions & { resamples: number; pacer: Pacer },
): Promise<SliceScore> {
  const stream = randomStream(seed, `slice/${merged > 0 ? 'merged' : 'own'}/${name}`);
  const values = new Float64Array(resamples);
  const gaps = new Float64Array(resamples);
  const ofSlice = new Uint32Array(inside.length);
  const ofRest = new Uint32Array(outside.length);
  const score = metric(inside);
  const rest = outside.length === 0 ? NaN : metric(outside);
  for (let i = 0; i < resamples; i++) {
    values[i] = metric(drawInto(ofSlice, inside, stream));
    gaps[i] = outside.length === 0 ? NaN : (values[i] ?? NaN) - metric(drawInto(ofRest, outside, stream));
    if (pacer.spend(2 * (inside.length + outside.length) * OPERATIONS_PER_ROW)) await pacer.rest();
  }
  return {
    name,
    merged,
    rows: inside.length,
    score: percentileInterval(values, { value: score, level }),
    gap: percentileInterval(gaps, { value: score - rest, level }),
    small: inside.length < SMALL_SLICE_ROWS,
  };
}

function drawInto(into: Uint32Array, from: Uint32Array, stream: RandomStream): Uint32Array {
  drawNumbers(into, from.length, stream);
  for (let i = 0; i < into.length; i++) into[i] = from[into[i] ?? 0] ?? 0;
  return into;
}
