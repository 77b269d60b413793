// Owns the best few intervals of a number for telling classes apart: a small decision tree of one variable, grown on
// counts a bin. Pure.

/** counts[bin][class] */
export type BinCounts = readonly (readonly number[])[];

/** The class that is guessed in each bin. Grown greedily, the split that gets the most rows right first. */
export function classOfBins(counts: BinCounts, leaves: number): number[] {
  const guessed = new Array<number>(counts.length).fill(0);
  const open: Leaf[] = counts.length === 0 ? [] : [leafOf(counts, 0, counts.length)];
  while (open.length < leaves) {
    const best = open.reduce<Leaf | undefined>(
      (chosen, leaf) => (leaf.gain > (chosen?.gain ?? 0) ? leaf : chosen),
      undefined,
    );
    if (best === undefined) break;
    open.splice(
      open.indexOf(best),
      1,
      leafOf(counts, best.from, best.cut),
      leafOf(counts, best.cut, best.to),
    );
  }
  for (const { from, to, guess } of open) guessed.fill(guess, from, to);
  return guessed;
}

interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly guess: number;
  /** First bin of the right half of the best cut, and the fall in Gini impurity, in rows, that it brings. */
  readonly cut: number;
  readonly gain: number;
}

function leafOf(counts: BinCounts, from: number, to: number): Leaf {
  const classes = counts[0]?.length ?? 0;
  const all = new Array<number>(classes).fill(0);
  for (let bin = from; bin < to; bin++) add(all, counts[bin] ?? []);
  const left = new Array<number>(classes).fill(0);
  const whole = purity(all);
  let cut = from;
  let gain = 0;
  for (let bin = from; bin < to - 1; bin++) {
    add(left, counts[bin] ?? []);
    const right = all.map((value, i) => value - (left[i] ?? 0));
    const better = purity(left) + purity(right) - whole;
    if (better > gain) {
      gain = better;
      cut = bin + 1;
    }
  }
  return { from, to, guess: all.indexOf(Math.max(...all)), cut, gain };
}

function add(sum: number[], values: readonly number[]): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (values[i] ?? 0);
}

/** Rows times (1 - Gini impurity). */
function purity(counts: readonly number[]): number {
  let rows = 0;
  let squares = 0;
  for (const value of counts) {
    rows += value;
    squares += value * value;
  }
  return rows === 0 ? 0 : squares / rows;
}
