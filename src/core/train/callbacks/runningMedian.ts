// Owns the median of the last so many numbers: a ring of them as they came, and the same in order. An addition costs a
// binary search and moving what lies between, some microseconds at 10,000.

export class RunningMedian {
  private readonly arrived: Float64Array;
  private readonly sorted: Float64Array;
  private count = 0;
  private next = 0;

  constructor(size: number) {
    this.arrived = new Float64Array(size);
    this.sorted = new Float64Array(size);
  }

  get length(): number {
    return this.count;
  }

  /** Of the numbers there are, the mean of the middle two when they are even; NaN when there are none. */
  get median(): number {
    const { count, sorted } = this;
    const upper = sorted[count >> 1] ?? NaN;
    if (count === 0) return NaN;
    if (count % 2 === 1) return upper;
    const lower = sorted[(count >> 1) - 1] ?? NaN;
    // Halves first: a sum of the largest numbers would overflow.
    return lower / 2 + upper / 2;
  }

  /** @param value not NaN; the oldest gives way when it is full */
  add(value: number): void {
    const { arrived, sorted } = this;
    if (this.count === arrived.length) {
      const at = this.place(arrived[this.next] ?? 0);
      sorted.copyWithin(at, at + 1, this.count);
      this.count--;
    }
    const at = this.place(value);
    sorted.copyWithin(at + 1, at, this.count);
    sorted[at] = value;
    this.count++;
    arrived[this.next] = value;
    this.next = (this.next + 1) % arrived.length;
  }

  /** Oldest first. */
  toArray(): number[] {
    const { arrived, count, next } = this;
    const size = arrived.length;
    return Array.from({ length: count }, (_, i) => arrived[(next - count + i + size) % size] ?? 0);
  }

  /** First position whose number is not below `value`. */
  private place(value: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
