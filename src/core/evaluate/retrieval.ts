// Owns the scores of rankings: each row is a query, its columns are the items that are ranked by score.

export interface RankedItems {
  /** [rows, items] gains, 0 or more, row-major; above 0 is relevant. */
  readonly gains: Float64Array;
  /** [rows, items]: higher comes first. */
  readonly scores: Float64Array;
  readonly items: number;
}

/**
 * Normalised discounted cumulative gain of the first k items, mean over the rows. Items with equal scores share their
 * places; a row without relevant items scores 0. NaN for no rows or a score that is NaN.
 * @see sklearn.metrics.ndcg_score
 */
export function ndcg({ gains, scores, items }: RankedItems, k = items): number {
  const discounts = Float64Array.from({ length: items }, (_, i) => (i < k ? 1 / Math.log2(i + 2) : 0));
  return meanOverRows({ gains, scores, items }, (gain, score) => {
    if (score.some(Number.isNaN)) return NaN;
    const ideal = gainInOrder(gain, gain, discounts);
    return ideal === 0 ? 0 : gainInOrder(gain, score, discounts) / ideal;
  });
}

/** Gains in the order of the keys, discounted; those of equal keys by the mean of their places. */
function gainInOrder(gains: Float64Array, keys: Float64Array, discounts: Float64Array): number {
  const order = Array.from(keys.keys()).sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0));
  let total = 0;
  let start = 0;
  while (start < order.length) {
    const key = keys[order[start] ?? 0];
    let gain = 0;
    let discount = 0;
    let end = start;
    while (end < order.length && keys[order[end] ?? 0] === key) {
      gain += gains[order[end] ?? 0] ?? 0;
      discount += discounts[end] ?? 0;
      end++;
    }
    total += (gain / (end - start)) * discount;
    start = end;
  }
  return total;
}

/**
 * Mean of 1 / rank of the first relevant item; an item that is not relevant and scores the same comes before it, so that
 * equal scores earn nothing. A row without relevant items scores 0.
 * @see Voorhees 1999
 */
export function meanReciprocalRank(rows: RankedItems): number {
  return meanOverRows(rows, (gain, score) => 1 / firstRelevant(gain, score));
}

/** Share of the rows with a relevant item among the first k; ties as in `meanReciprocalRank`. */
export function hitAtK(rows: RankedItems, k: number): number {
  return meanOverRows(rows, (gain, score) => {
    const rank = firstRelevant(gain, score);
    return Number.isNaN(rank) ? NaN : rank <= k ? 1 : 0;
  });
}

/** 1-based; Infinity when none is relevant, NaN when a score is NaN. */
function firstRelevant(gains: Float64Array, scores: Float64Array): number {
  if (scores.some(Number.isNaN)) return NaN;
  let best = NaN;
  for (let i = 0; i < gains.length; i++) {
    const score = scores[i] ?? 0;
    if ((gains[i] ?? 0) > 0 && !(score <= best)) best = score;
  }
  if (Number.isNaN(best)) return Infinity;
  let rank = 1;
  for (let i = 0; i < gains.length; i++) {
    if (!((gains[i] ?? 0) > 0) && (scores[i] ?? 0) >= best) rank++;
  }
  return rank;
}

function meanOverRows(
  { gains, scores, items }: RankedItems,
  value: (gains: Float64Array, scores: Float64Array) => number,
): number {
  const rows = items === 0 ? 0 : gains.length / items;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * items;
    total += value(gains.subarray(at, at + items), scores.subarray(at, at + items));
  }
  return total / rows;
}
