// Owns the points of the curves in the page: columns that grow, ranges by binary search, and min/max buckets that keep
// every spike when there are more points than pixels. Pure; knows nothing of charts.
import type { SeriesChunk } from '../../src/shared/metricSeries';

export type XAxis = 'step' | 'epoch' | 'time';

/** Points to a block. A pixel of a long run has thousands: a block spares looking at each of them at every redraw. */
const BLOCK = 64;

/** For each whole block of a column, where its lowest, highest and first not finite value is; -1 for none. */
export interface Blocks {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly gap: readonly number[];
}

interface Store {
  readonly data: Float64Array;
  used: number;
  readonly low: number[];
  readonly high: number[];
  readonly gap: number[];
}

/**
 * A view of the first `length` items of a buffer that later views may share: appending to the newest view writes behind
 * its end (amortised O(added)), so older views never change.
 */
export class Column {
  private constructor(
    private readonly store: Store,
    readonly length: number,
  ) {}

  static readonly empty = new Column({ data: new Float64Array(0), used: 0, low: [], high: [], gap: [] }, 0);

  append(values: Float64Array): Column {
    if (values.length === 0) return this;
    const length = this.length + values.length;
    let store = this.store;
    // Somebody appended to this view before, or the buffer is full: copy, so that no older view changes.
    if (store.used !== this.length || store.data.length < length) {
      const data = new Float64Array(Math.max(64, length * 2));
      data.set(this.store.data.subarray(0, this.length));
      const whole = Math.floor(this.length / BLOCK);
      const { low, high, gap } = this.store;
      store = {
        data,
        used: this.length,
        low: low.slice(0, whole),
        high: high.slice(0, whole),
        gap: gap.slice(0, whole),
      };
    }
    store.data.set(values, this.length);
    store.used = length;
    return new Column(store, length);
  }

  at(index: number): number {
    return index >= 0 && index < this.length ? (this.store.data[index] ?? NaN) : NaN;
  }

  /** Read only; valid as long as this view is. */
  values(): Float64Array {
    return this.store.data.subarray(0, this.length);
  }

  /** Of all whole blocks, and perhaps of some behind this view's end. Each block is looked at once: O(added). */
  blocks(): Blocks {
    const { data, low, high, gap } = this.store;
    for (let block = low.length; (block + 1) * BLOCK <= this.length; block++) {
      const found = { low: -1, high: -1, gap: -1 };
      const end = (block + 1) * BLOCK;
      for (let i = block * BLOCK; i < end; i++) widen(found, data, i, Number.isFinite(data[i]));
      low.push(found.low);
      high.push(found.high);
      gap.push(found.gap);
    }
    return this.store;
  }
}

interface Found {
  low: number;
  high: number;
  gap: number;
}

/** Takes value i into the extremes: the first of the lowest, the last of the highest, the first that is a gap. */
function widen(found: Found, value: Float64Array, i: number, drawable: boolean): void {
  if (!drawable) {
    if (found.gap < 0) found.gap = i;
    return;
  }
  const v = value[i] ?? NaN;
  if (found.low < 0 || v < (value[found.low] ?? NaN)) found.low = i;
  if (found.high < 0 || v >= (value[found.high] ?? NaN)) found.high = i;
}

export interface Points {
  readonly metric: string;
  readonly split: SeriesChunk['split'];
  readonly resolution: SeriesChunk['resolution'];
  readonly step: Column;
  readonly epoch: Column;
  readonly wallTimeMs: Column;
  readonly value: Column;
}

export function seriesKey(of: Pick<SeriesChunk, 'metric' | 'split' | 'resolution'>): string {
  return `${of.resolution}/${of.split}/${of.metric}`;
}

export function appendChunk(points: Points | undefined, chunk: SeriesChunk): Points {
  return {
    metric: chunk.metric,
    split: chunk.split,
    resolution: chunk.resolution,
    step: (points?.step ?? Column.empty).append(chunk.step),
    epoch: (points?.epoch ?? Column.empty).append(chunk.epoch),
    wallTimeMs: (points?.wallTimeMs ?? Column.empty).append(chunk.wallTimeMs),
    value: (points?.value ?? Column.empty).append(chunk.value),
  };
}

/** x in the axis's unit: steps, epochs, or milliseconds since the epoch. Ascending. */
export function xColumn(points: Points, axis: XAxis): Float64Array {
  switch (axis) {
    case 'step':
      return points.step.values();
    case 'epoch':
      return points.epoch.values();
    case 'time':
      return points.wallTimeMs.values();
  }
}

/** First index whose x is >= `at`; `x.length` when there is none. O(log n). */
export function lowerBound(x: Float64Array, at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] ?? NaN) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the x nearest to `at`, -1 when there are no points. */
export function nearest(x: Float64Array, at: number): number {
  if (x.length === 0) return -1;
  const right = Math.min(lowerBound(x, at), x.length - 1);
  const left = Math.max(0, right - 1);
  return Math.abs((x[left] ?? NaN) - at) <= Math.abs((x[right] ?? NaN) - at) ? left : right;
}

export interface Curve {
  readonly x: number[];
  /** null is a gap (a value that is not finite, or cannot be drawn on this scale). */
  readonly y: (number | null)[];
  /** x of values that are NaN or infinite: they get a marker. */
  readonly notFinite: number[];
}

export interface CurveOptions {
  readonly from: number;
  readonly to: number;
  /** Width of the range in pixels. */
  readonly pixels: number;
  /** Values <= 0 have no logarithm and become gaps, without a marker. */
  readonly positiveOnly?: boolean;
  /** Subtracted from x. */
  readonly origin?: number;
  /** Of the values: makes it O(pixels * log points + points / 64) instead of O(points). */
  readonly blocks?: Blocks;
}

/** More points than this per pixel are put into buckets. */
const POINTS_PER_PIXEL = 4;

/**
 * What to draw of a series: the points in [from, to] and one neighbour each side, so that lines reach the edge. With
 * more than 4 points per pixel, each pixel keeps its lowest and highest value in their order, and a gap where a value
 * was not finite. O(points in range) without blocks, O(pixels) output.
 */
export function curve(x: Float64Array, value: Float64Array, options: CurveOptions): Curve {
  const origin = options.origin ?? 0;
  const first = Math.max(0, lowerBound(x, options.from + origin) - 1);
  let last = lowerBound(x, options.to + origin);
  while (last < x.length && x[last] === options.to + origin) last++;
  last = Math.min(x.length - 1, last);
  const out: { x: number[]; y: (number | null)[]; notFinite: number[] } = { x: [], y: [], notFinite: [] };
  const count = last - first + 1;
  if (count <= 0) return out;
  const drawable = (v: number): boolean => Number.isFinite(v) && (options.positiveOnly !== true || v > 0);

  const pixels = Math.max(1, Math.floor(options.pixels));
  if (count <= pixels * POINTS_PER_PIXEL) {
    for (let i = first; i <= last; i++) {
      const v = value[i] ?? NaN;
      const at = (x[i] ?? NaN) - origin;
      if (!Number.isFinite(at)) continue;
      out.x.push(at);
      out.y.push(drawable(v) ? v : null);
      if (!Number.isFinite(v)) out.notFinite.push(at);
    }
    return out;
  }

  const left = (x[first] ?? 0) - origin;
  const width = ((x[last] ?? 0) - origin - left) / pixels;
  let start = first;
  for (let pixel = 0; pixel < pixels && start <= last; pixel++) {
    const edge = pixel === pixels - 1 ? Infinity : left + (pixel + 1) * width;
    const end = firstBeyond(x, { from: start, to: last + 1, edge, origin });
    const found: Found = { low: -1, high: -1, gap: -1 };
    let notFinite = false;
    for (let i = start; i < end;) {
      const block = i % BLOCK === 0 && i + BLOCK <= end ? i / BLOCK : -1;
      const low = block < 0 ? undefined : options.blocks?.low[block];
      // A block that holds what has no logarithm is looked at point by point.
      if (low !== undefined && (options.positiveOnly !== true || (low >= 0 && (value[low] ?? NaN) > 0))) {
        for (const k of [low, options.blocks?.high[block] ?? -1]) if (k >= 0) widen(found, value, k, true);
        const gap = options.blocks?.gap[block] ?? -1;
        if (gap >= 0) {
          widen(found, value, gap, false);
          notFinite = true;
        }
        i += BLOCK;
      } else {
        const v = value[i] ?? NaN;
        widen(found, value, i, drawable(v));
        if (!Number.isFinite(v)) notFinite = true;
        i++;
      }
    }
    start = end;
    if (notFinite) out.notFinite.push(left + pixel * width);
    const kept = [...new Set([found.low, found.high, found.gap])].filter((k) => k >= 0).sort((a, b) => a - b);
    for (const k of kept) {
      out.x.push((x[k] ?? NaN) - origin);
      out.y.push(k === found.gap ? null : (value[k] ?? NaN));
    }
  }
  return out;
}

/** First index in [from, to) whose x minus origin is beyond the edge; `to` when there is none. */
function firstBeyond(
  x: Float64Array,
  { from, to, edge, origin }: { from: number; to: number; edge: number; origin: number },
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] ?? NaN) - origin <= edge) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Puts curves on one ascending x axis, as the chart wants it: undefined where a curve has no point there (the line goes
 * on), null where it has a gap. Points of one curve that share an x keep their order. O(total * curves).
 */
export function align(curves: readonly Curve[]): [number[], ...(number | null | undefined)[][]] {
  const xs: number[] = [];
  const ys: (number | null | undefined)[][] = curves.map(() => []);
  const next = curves.map(() => 0);
  for (;;) {
    let at = Infinity;
    curves.forEach((c, k) => {
      at = Math.min(at, c.x[next[k] ?? 0] ?? Infinity);
    });
    if (at === Infinity) return [xs, ...ys];
    xs.push(at);
    curves.forEach((c, k) => {
      const index = next[k] ?? 0;
      const column = ys[k] ?? [];
      if (c.x[index] === at) {
        column.push(c.y[index]);
        next[k] = index + 1;
      } else {
        column.push(undefined);
      }
    });
  }
}
