// Owns the points of a run's curves: append-only columns per metric and split, snapshots and deltas of them.
import type { TrainEvent } from './schema/run';

export type SeriesSplit = 'train' | 'validation';
/** `step` points come from single steps, `epoch` points from whole epochs. */
export type SeriesResolution = 'step' | 'epoch';

/** Columns of equal length; NaN is a value (a gap with a marker), never dropped. */
export interface SeriesChunk {
  readonly metric: string;
  readonly split: SeriesSplit;
  readonly resolution: SeriesResolution;
  readonly step: Float64Array;
  readonly epoch: Float64Array;
  readonly wallTimeMs: Float64Array;
  readonly value: Float64Array;
}

/** How many points of each series a reader has; what it lacks is the delta. */
export type SeriesCursor = Map<string, number>;

class GrowingColumn {
  private data = new Float64Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = value;
  }

  /** Forgets what is behind the first `length` values. */
  cut(length: number): void {
    this.length = length;
  }

  at(index: number): number {
    return this.data[index] ?? NaN;
  }

  /** A copy, so that what is sent never changes and never shares a buffer. */
  slice(from: number): Float64Array {
    return this.data.slice(from, this.length);
  }
}

class Series {
  readonly step = new GrowingColumn();
  readonly epoch = new GrowingColumn();
  readonly wallTimeMs = new GrowingColumn();
  readonly value = new GrowingColumn();

  constructor(
    readonly metric: string,
    readonly split: SeriesSplit,
    readonly resolution: SeriesResolution,
  ) {}

  push(step: number, epoch: number, wallTimeMs: number, value: number): void {
    this.step.push(step);
    this.epoch.push(epoch);
    this.wallTimeMs.push(wallTimeMs);
    this.value.push(value);
  }

  /** Forgets the points behind a step; they lie at the end. */
  cutBehind(step: number): void {
    let length = this.step.length;
    while (length > 0 && this.step.at(length - 1) > step) length--;
    for (const column of [this.step, this.epoch, this.wallTimeMs, this.value]) column.cut(length);
  }
}

export class MetricSeries {
  private readonly series = new Map<string, Series>();
  private cuts = 0;

  /** Another number means that points were taken back: a reader starts anew, with an empty cursor. */
  get revision(): number {
    return this.cuts;
  }

  /** Takes what an event says about metrics; other events are ignored. */
  append(event: TrainEvent): void {
    if (event.type === 'steps') {
      const series = this.of('loss', 'train', 'step');
      event.step.forEach((step, i) =>
        series.push(step, event.epoch[i] ?? NaN, event.wallTimeMs[i] ?? NaN, event.loss[i] ?? NaN),
      );
    } else if (event.type === 'resumed') {
      for (const series of this.series.values()) series.cutBehind(event.step);
      this.cuts++;
    } else if (event.type === 'epoch') {
      for (const split of ['train', 'validation'] as const) {
        for (const [metric, value] of Object.entries(event[split])) {
          this.of(metric, split, 'epoch').push(event.step, event.epoch, event.timeMs, value);
        }
      }
    }
  }

  /** What `cursor` lacks; moves the cursor on. An empty cursor gives everything. */
  takeDelta(cursor: SeriesCursor): SeriesChunk[] {
    const chunks: SeriesChunk[] = [];
    for (const [key, series] of this.series) {
      const from = cursor.get(key) ?? 0;
      if (from === series.value.length) continue;
      chunks.push({
        metric: series.metric,
        split: series.split,
        resolution: series.resolution,
        step: series.step.slice(from),
        epoch: series.epoch.slice(from),
        wallTimeMs: series.wallTimeMs.slice(from),
        value: series.value.slice(from),
      });
      cursor.set(key, series.value.length);
    }
    return chunks;
  }

  private of(metric: string, split: SeriesSplit, resolution: SeriesResolution): Series {
    const key = `${resolution}/${split}/${metric}`;
    let series = this.series.get(key);
    if (series === undefined) {
      series = new Series(metric, split, resolution);
      this.series.set(key, series);
    }
    return series;
  }
}
