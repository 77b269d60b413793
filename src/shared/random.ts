// Owns seeded randomness: one stream per purpose, whose state can be saved and restored. Never Math.random.

/** Four 32-bit words; enough to continue a stream exactly. */
export type RandomState = readonly [number, number, number, number];

/**
 * sfc32: 128 bits of state, period about 2^127, passes PractRand.
 * @see Chris Doty-Humphrey, "Practically Random"
 */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  /** The second value of a Box-Muller pair is not kept: state is only the four words, so a saved stream is exact. */
  constructor(state: RandomState) {
    [this.a, this.b, this.c, this.d] = state;
  }

  /** Uniform integer in [0, 2^32). */
  nextUint32(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1), 53 bits. */
  next(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Uniform integer in [0, bound), without modulo bias (Lemire's rejection on 32 bits). */
  nextInt(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    let value = this.nextUint32();
    while (value >= limit) value = this.nextUint32();
    return value % bound;
  }

  /** Standard normal by Box-Muller. */
  nextNormal(): number {
    const u = 1 - this.next();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.next());
  }

  /** Fisher-Yates in place. */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.nextInt(i + 1);
      const swap = items[i] ?? 0;
      items[i] = items[j] ?? 0;
      items[j] = swap;
    }
    return items;
  }

  save(): RandomState {
    return [this.a, this.b, this.c, this.d];
  }
}

/**
 * A stream that depends on the seed and on what it is for, so that e.g. adding a dropout layer never
 * changes the split. Seeded by FNV-1a over the text, then splitmix32; 12 draws are discarded.
 * @param seed any finite number
 * @param purpose e.g. 'split', 'weights', 'shuffle', 'dropout'
 */
export function randomStream(seed: number, purpose: string): RandomStream {
  let hash = 0x811c9dc5;
  for (const char of `${seed}:${purpose}`) {
    hash ^= char.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  const word = (): number => {
    hash = (hash + 0x9e3779b9) | 0;
    let z = hash ^ (hash >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
  const stream = new RandomStream([word(), word(), word(), 1]);
  for (let i = 0; i < 12; i++) stream.nextUint32();
  return stream;
}
