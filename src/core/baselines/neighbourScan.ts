// Owns the nearest train rows of a row, by Euclidean distance in float64; exact, equally near ones by their number.
// Rows lie in the order of their widest column: the scan goes outwards from where the row would be, and ends where that
// column alone is too far. Knows nothing of targets.
import { Pacer, type Breather } from '../pacer';

/** Columns that are compared before a distance is given up as too large. */
const BLOCK = 8;

export interface NeighbourRows {
  readonly rows: number;
  readonly features: number;
  /** [rows, features] */
  readonly x: Float32Array;
}

export class NeighbourScan {
  /** Columns by variance, the largest first: a distance that is too large shows early. */
  private readonly columns: Uint32Array;
  /** Features up to a whole block; of the columns that are none the values are 0. */
  private readonly width: number;
  /** [rows, width], sorted by the first column. */
  private readonly points: Float32Array;
  /** Number of each point among the rows that were given. */
  private readonly numbers: Uint32Array;

  constructor(
    { rows, features, x }: NeighbourRows,
    private readonly neighbours: number,
  ) {
    this.columns = widestFirst({ rows, features, x });
    this.width = Math.ceil(features / BLOCK) * BLOCK;
    const widest = this.columns[0] ?? 0;
    const key = (row: number): number => x[row * features + widest] ?? 0;
    this.numbers = Uint32Array.from({ length: rows }, (_, i) => i).sort((a, b) => key(a) - key(b) || a - b);
    this.points = new Float32Array(rows * this.width);
    this.numbers.forEach((row, i) => this.copyRow(x, row, this.points, i * this.width));
  }

  private copyRow(x: Float32Array, row: number, target: { [i: number]: number }, at: number): void {
    const { columns } = this;
    const from = row * columns.length;
    for (let j = 0; j < columns.length; j++) target[at + j] = x[from + (columns[j] ?? 0)] ?? 0;
  }

  /** @param x [rows, features] @returns [rows, neighbours] numbers of rows, the nearest first */
  async find(x: Float32Array, rows: number, options: Breather): Promise<Uint32Array> {
    const { neighbours } = this;
    const found = new Uint32Array(rows * neighbours);
    const distances = new Float64Array(neighbours);
    const query = new Float64Array(this.width);
    const pacer = new Pacer(options);
    for (let i = 0; i < rows; i++) {
      this.copyRow(x, i, query, 0);
      distances.fill(Infinity);
      const compared = this.findOne(query, distances, found.subarray(i * neighbours, (i + 1) * neighbours));
      if (pacer.spend(2 * compared + 100)) await pacer.rest();
    }
    return found;
  }

  /**
   * @param distances [neighbours] infinite, filled with squared distances
   * @param found [neighbours], filled with numbers of rows
   * @returns values that were compared
   */
  private findOne(query: Float64Array, distances: Float64Array, found: Uint32Array): number {
    const { points, numbers, width } = this;
    const count = numbers.length;
    const last = distances.length - 1;
    const key = query[0] ?? 0;
    let right = this.firstNotBelow(key);
    let left = right - 1;
    let limit = Infinity;
    let compared = 0;
    while (left >= 0 || right < count) {
      const below = left < 0 ? Infinity : key - (points[left * width] ?? 0);
      const above = right === count ? Infinity : (points[right * width] ?? 0) - key;
      const gap = Math.min(below, above);
      if (gap * gap > limit) break;
      const i = below <= above ? left-- : right++;
      const sum = squaredDistance(points, i * width, query, limit);
      compared += width;
      if (sum > limit) continue;
      const number = numbers[i] ?? 0;
      if (sum === limit && number > (found[last] ?? 0)) continue;
      let place = last;
      while (place > 0 && isBefore(sum, number, distances[place - 1] ?? 0, found[place - 1] ?? 0)) {
        distances[place] = distances[place - 1] ?? 0;
        found[place] = found[place - 1] ?? 0;
        place--;
      }
      distances[place] = sum;
      found[place] = number;
      limit = distances[last] ?? 0;
    }
    return compared;
  }

  /** The first point whose widest column is not below `key`. */
  private firstNotBelow(key: number): number {
    const { points, width } = this;
    let low = 0;
    let high = this.numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((points[middle * width] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(sum: number, number: number, otherSum: number, otherNumber: number): boolean {
  return sum < otherSum || (sum === otherSum && number < otherNumber);
}

/** Where it is over the limit, some number over the limit. */
function squaredDistance(points: Float32Array, start: number, query: Float64Array, limit: number): number {
  let sum = 0;
  for (let j = 0; j < query.length && sum <= limit; j += BLOCK) {
    const p = start + j;
    const a = (points[p] ?? 0) - (query[j] ?? 0);
    const b = (points[p + 1] ?? 0) - (query[j + 1] ?? 0);
    const c = (points[p + 2] ?? 0) - (query[j + 2] ?? 0);
    const d = (points[p + 3] ?? 0) - (query[j + 3] ?? 0);
    const e = (points[p + 4] ?? 0) - (query[j + 4] ?? 0);
    const f = (points[p + 5] ?? 0) - (query[j + 5] ?? 0);
    const g = (points[p + 6] ?? 0) - (query[j + 6] ?? 0);
    const h = (points[p + 7] ?? 0) - (query[j + 7] ?? 0);
    sum += a * a + b * b + (c * c + d * d) + (e * e + f * f + (g * g + h * h));
  }
  return sum;
}

function widestFirst({ x, rows, features }: NeighbourRows): Uint32Array {
  const means = new Float64Array(features);
  const spreads = new Float64Array(features);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < features; j++) {
      const value = x[row * features + j] ?? 0;
      const difference = value - (means[j] ?? 0);
      means[j] = (means[j] ?? 0) + difference / (row + 1);
      spreads[j] = (spreads[j] ?? 0) + difference * (value - (means[j] ?? 0));
    }
  }
  return Uint32Array.from({ length: features }, (_, i) => i).sort(
    (a, b) => (spreads[b] ?? 0) - (spreads[a] ?? 0) || a - b,
  );
}
