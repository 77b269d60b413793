// Owns k-fold by chance: the test is cut first, the same for every fold, and each other row is validated in one fold.
import { randomStream } from '../../shared/random';
import type { CodedTexts } from './codedTexts';
import { allRows, NO_ROWS, randomParts, rowsByClass, stratifiedParts, type SplitRows } from './splitParts';

export interface FoldOptions {
  readonly test: number;
  readonly folds: number;
  /** From 1. */
  readonly fold: number;
  readonly seed: number;
}

/** Folds whose sizes differ by one row at most. The test rows are those of a random split with this seed and share. */
export function plainFold(rows: number, { test, folds, fold, seed }: FoldOptions): SplitRows {
  const cut = randomParts(allRows(rows), { validation: 0, test }, randomStream(seed, 'split'));
  const rest = randomStream(seed, 'folds').shuffle(Uint32Array.from(cut.train));
  const size = Math.floor(rest.length / folds);
  const larger = rest.length % folds;
  const from = size * (fold - 1) + Math.min(fold - 1, larger);
  const to = from + size + (fold <= larger ? 1 : 0);
  const train = new Uint32Array(rest.length - (to - from));
  train.set(rest.subarray(0, from));
  train.set(rest.subarray(to), from);
  return { train: train.sort(), validation: rest.slice(from, to).sort(), test: cut.test, unused: NO_ROWS };
}

/** Every class is dealt out fold by fold. A class with one row beside the test is always learnt from. */
export function stratifiedFold(
  rows: number,
  classes: CodedTexts,
  { test, folds, fold, seed }: FoldOptions,
): SplitRows {
  const cut = stratifiedParts(allRows(rows), classes, { validation: 0, test }, randomStream(seed, 'split'));
  const stream = randomStream(seed, 'folds');
  const parts: Record<'train' | 'validation', number[]> = { train: [], validation: [] };
  let dealt = 0;
  for (const group of rowsByClass(cut.train, classes)) {
    if (group.length === 1) {
      parts.train.push(...group);
      continue;
    }
    for (const row of stream.shuffle(group)) {
      parts[dealt++ % folds === fold - 1 ? 'validation' : 'train'].push(row);
    }
  }
  return {
    train: Uint32Array.from(parts.train).sort(),
    validation: Uint32Array.from(parts.validation).sort(),
    test: cut.test,
    unused: NO_ROWS,
  };
}
