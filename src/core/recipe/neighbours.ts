// Owns the nearest rows of a row: by Euclidean distance of numbers, with a penalty for each category that differs.
// Exact: every row of the pool is looked at. Knows nothing of tables.

/** Rows in memory, row by row. */
export interface Points {
  readonly rows: number;
  /** [rows, columns] */
  readonly numbers: Float64Array;
  /** [rows, columns]: codes of categories. */
  readonly categories: Int32Array;
}

export class NeighbourSearch {
  private readonly width: number;
  private readonly categoryWidth: number;

  /** @param penalty squared distance of two categories that differ @param pool rows that may be neighbours, ascending */
  constructor(
    private readonly points: Points,
    private readonly penalty: number,
    private readonly pool: Uint32Array,
  ) {
    this.width = points.rows === 0 ? 0 : points.numbers.length / points.rows;
    this.categoryWidth = points.rows === 0 ? 0 : points.categories.length / points.rows;
  }

  /** The nearest first, equally near ones by row; the row itself is none. Fewer where the pool has fewer. */
  nearest(row: number, count: number): Int32Array {
    const found = new Int32Array(count);
    const distances = new Float64Array(count).fill(Infinity);
    let held = 0;
    for (const other of this.pool) {
      if (other === row) continue;
      const limit = held < count ? Infinity : (distances[count - 1] ?? Infinity);
      const distance = this.distance(row, other, limit);
      if (held === count && distance >= limit) continue;
      let at = Math.min(held, count - 1);
      while (at > 0 && (distances[at - 1] ?? 0) > distance) {
        distances[at] = distances[at - 1] ?? 0;
        found[at] = found[at - 1] ?? 0;
        at--;
      }
      distances[at] = distance;
      found[at] = other;
      held = Math.min(held + 1, count);
    }
    return found.subarray(0, held);
  }

  /** Squared; what is beyond the limit need not be exact. */
  private distance(row: number, other: number, limit: number): number {
    const { numbers, categories } = this.points;
    const { width, categoryWidth, penalty } = this;
    let sum = 0;
    for (let i = 0, a = row * width, b = other * width; i < width && sum < limit; i++, a++, b++) {
      const difference = (numbers[a] ?? 0) - (numbers[b] ?? 0);
      sum += difference * difference;
    }
    for (let i = 0, a = row * categoryWidth, b = other * categoryWidth; i < categoryWidth; i++, a++, b++) {
      if (categories[a] !== categories[b]) sum += penalty;
    }
    return sum;
  }
}
