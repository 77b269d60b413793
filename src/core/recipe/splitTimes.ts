// Owns splits by time: what is validated is later than what was learnt, what is tested later still. Rows of equal time
// are never torn apart.
import { rowsByPart, type Shares, type SplitRows } from './splitParts';

/** Times in order, and where in it a new time starts: the places at which rows may be cut. */
interface Timeline {
  readonly sorted: Float64Array;
  /** Ascending, in 1 .. rows - 1; one fewer than there are different times. */
  readonly cuts: Uint32Array;
}

/** @param times none missing */
export function timelineOf(times: Float64Array): Timeline {
  const sorted = Float64Array.from(times).sort();
  const cuts: number[] = [];
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) cuts.push(i);
  return { sorted, cuts: Uint32Array.from(cuts) };
}

/** Index into `cuts` of the cut nearest to a place, the earlier of two, within [low, high]. */
function nearestCut(cuts: Uint32Array, place: number, low: number, high: number): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((cuts[middle] ?? 0) < place) from = middle + 1;
    else to = middle;
  }
  const before = Math.max(low, from - 1);
  const distance = (index: number): number => Math.abs((cuts[index] ?? 0) - place);
  return distance(before) <= distance(from) ? before : from;
}

/** Assumes three different times or more. */
export function timeParts(times: Float64Array, { sorted, cuts }: Timeline, shares: Shares): SplitRows {
  const rows = sorted.length;
  // Two rows to learn from at least, where the first time has only one.
  const first = cuts[0] === 1 && cuts.length > 2 ? 1 : 0;
  const test = nearestCut(cuts, rows - Math.round(rows * shares.test), first + 1, cuts.length - 1);
  const place = (cuts[test] ?? rows) - Math.round(rows * shares.validation);
  const validation = nearestCut(cuts, place, first, test - 1);
  const [validationFrom, testFrom] = [timeAt(sorted, cuts, validation), timeAt(sorted, cuts, test)];
  return rowsByPart(rows, (row) => {
    const time = times[row] ?? 0;
    return time >= testFrom ? 'test' : time >= validationFrom ? 'validation' : 'train';
  });
}

/**
 * An expanding window, as scikit-learn's TimeSeriesSplit: what lies before the test in folds + 1 blocks, the first of
 * which is only learnt from. Assumes folds + 2 different times or more.
 */
export function timeFold(
  times: Float64Array,
  { sorted, cuts }: Timeline,
  { test, folds, fold }: { readonly test: number; readonly folds: number; readonly fold: number },
): SplitRows {
  const rows = sorted.length;
  const testCut = nearestCut(cuts, rows - Math.round(rows * test), folds, cuts.length - 1);
  const before = cuts[testCut] ?? rows;
  const block = Math.floor(before / (folds + 1));
  const starts: number[] = [];
  for (let i = 0; i < folds; i++) {
    const low = (starts[i - 1] ?? -1) + 1;
    // Every fold behind this one needs a cut of its own.
    starts.push(nearestCut(cuts, before - (folds - i) * block, low, testCut - (folds - i)));
  }
  const testFrom = timeAt(sorted, cuts, testCut);
  const from = timeAt(sorted, cuts, starts[fold - 1] ?? 0);
  const to = fold === folds ? testFrom : timeAt(sorted, cuts, starts[fold] ?? testCut);
  return rowsByPart(rows, (row) => {
    const time = times[row] ?? 0;
    return time >= testFrom ? 'test' : time >= to ? 'unused' : time >= from ? 'validation' : 'train';
  });
}

function timeAt(sorted: Float64Array, cuts: Uint32Array, cut: number): number {
  return sorted[cuts[cut] ?? 0] ?? Infinity;
}
