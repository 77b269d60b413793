// Owns which rows stand for all where all would take too long: seeded, ascending.
import { randomStream } from '../../shared/random';
import { takeRows } from '../baselines/trainRows';
import type { EncodedSplit } from '../recipe/dataset';

export interface SampleOptions {
  readonly most: number;
  readonly seed: number;
  readonly purpose: string;
}

/** All rows where there are at most so many. */
export function sampleSplit(split: EncodedSplit, { most, seed, purpose }: SampleOptions): EncodedSplit {
  const { rows, x, y, sourceRows } = split;
  if (rows <= most) return split;
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const kept = randomStream(seed, purpose).shuffle(all).slice(0, most).sort();
  return {
    rows: most,
    x: takeRows(x, kept, x.length / rows),
    y: takeRows(y, kept, y.length / rows),
    sourceRows: Int32Array.from(kept, (row) => sourceRows[row] ?? -1),
  };
}
