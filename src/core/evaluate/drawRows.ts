// Owns the drawing of rows with replacement, quickly: a million draws are some 10 ms.
import type { RandomStream } from '../../shared/random';

const WORDS = 4294967296;
/** From here on rows do not fit a processor's cache, and the order of a resample is worth sorting. */
const SORTED_ROWS = 20_000;

/**
 * Fills `into` with numbers of 0 to bound - 1, each as likely (Lemire 2019: the high word of a product, the few words that
 * would be unfair drawn again).
 * @param bound at most 2^21, or the chances differ by less than 1e-9
 */
export function drawNumbers(into: Uint32Array, bound: number, stream: RandomStream): void {
  const unfair = WORDS % bound;
  for (let i = 0; i < into.length; i++) {
    let product = stream.nextUint32() * bound;
    let high = Math.floor(product / WORDS);
    while (product - high * WORDS < unfair) {
      product = stream.nextUint32() * bound;
      high = Math.floor(product / WORDS);
    }
    into[i] = high;
  }
}

/** Draws as many of 0 to rows - 1 as `into` is long; of many rows in ascending order, which no metric sees but time does. */
export function rowDrawer(rows: number, stream: RandomStream): (into: Uint32Array) => void {
  if (rows <= SORTED_ROWS) return (into) => drawNumbers(into, rows, stream);
  const times = new Uint32Array(rows);
  return (into) => {
    drawNumbers(into, rows, stream);
    times.fill(0);
    for (const row of into) times[row] = (times[row] ?? 0) + 1;
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (let left = times[row] ?? 0; left > 0; left--) into[at++] = row;
    }
  };
}
