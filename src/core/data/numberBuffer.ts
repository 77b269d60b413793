// Owns a typed array that grows: numbers that come in chunks, without a boxed copy of each.

type Numbers = Float64Array | Int32Array | Uint8Array;

export class NumberBuffer<T extends Numbers> {
  private length = 0;

  /** @param make a new array of a length */
  constructor(
    private readonly make: (length: number) => T,
    private numbers: T = make(2048),
  ) {}

  /** What is no number becomes `missing`. */
  append(values: readonly unknown[], missing: number): void {
    if (this.length + values.length > this.numbers.length) {
      const grown = this.make(Math.max(this.numbers.length * 2, this.length + values.length));
      grown.set(this.numbers);
      this.numbers = grown;
    }
    for (const value of values) this.numbers[this.length++] = typeof value === 'number' ? value : missing;
  }

  get count(): number {
    return this.length;
  }

  /** A copy of just what came in. */
  values(): T {
    const copy = this.make(this.length);
    copy.set(this.numbers.subarray(0, this.length));
    return copy;
  }
}

export const doubles = (): NumberBuffer<Float64Array> =>
  new NumberBuffer((length) => new Float64Array(length));
export const integers = (): NumberBuffer<Int32Array> => new NumberBuffer((length) => new Int32Array(length));
export const bytes = (): NumberBuffer<Uint8Array> => new NumberBuffer((length) => new Uint8Array(length));
