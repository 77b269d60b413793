// Owns the points of the curves in the page: columns that grow, ranges by binary search, and min/max buckets that keep
// every spike when there are more points than pixels. Pure; knows nothing of charts.
import type { SeriesChunk } from '../../src/shared/metricSeries';

export type XAxis = 'step' | 'epoch' | 'time';

/**
 * A view of the first `length` items of a buffer that later views may share: appending to the newest view writes behind
 * its end (amortised O(added)), so older views never change.
 */
export class Column {
  private constructor(
    private readonly store: { data: Float64Array; used: number },
    readonly length: number,
  ) {}

  static readonly empty = new Column({ data: new Float64Array(0), used: 0 }, 0);

  append(values: Float64Array): Column {
    if (values.length === 0) return this;
    const length = this.length + values.length;
    let store = this.store;
    // Somebody appended to this view before, or the buffer is full: copy, so that no older view changes.
    if (store.used !== this.length || store.data.length < length) {
      const data = new Float64Array(Math.max(64, length * 2));
      data.set(this.store.data.subarray(0, this.length));
      store = { data, used: this.length };
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
}

/** More points than this per pixel are put into buckets. */
const POINTS_PER_PIXEL = 4;

/**
 * What to draw of a series: the points in [from, to] and one neighbour each side, so that lines reach the edge. With
 * more than 4 points per pixel, each pixel keeps its lowest and highest value in their order, and a gap where a value
 * was not finite. O(points in range), O(pixels) output.
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
  let i = first;
  for (let pixel = 0; pixel < pixels && i <= last; pixel++) {
    const end = pixel === pixels - 1 ? Infinity : left + (pixel + 1) * width;
    let low = -1;
    let high = -1;
    let gap = -1;
    for (; i <= last && (x[i] ?? NaN) - origin <= end; i++) {
      const v = value[i] ?? NaN;
      if (!drawable(v)) {
        if (gap < 0) gap = i;
        if (!Number.isFinite(v) && out.notFinite.at(-1) !== left + pixel * width) {
          out.notFinite.push(left + pixel * width);
        }
        continue;
      }
      if (low < 0 || v < (value[low] ?? NaN)) low = i;
      if (high < 0 || v >= (value[high] ?? NaN)) high = i;
    }
    const kept = [...new Set([low, high, gap])].filter((k) => k >= 0).sort((a, b) => a - b);
    for (const k of kept) {
      out.x.push((x[k] ?? NaN) - origin);
      out.y.push(k === gap ? null : (value[k] ?? NaN));
    }
  }
  return out;
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
