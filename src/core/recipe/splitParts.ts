// Owns cutting rows into parts at random: plainly, and with the same share of every class in each part.
import type { RandomStream } from '../../shared/random';
import type { CodedTexts } from './codedTexts';
import { compareCodePoints } from './codePoints';

/** Row indices, each ascending: disjoint, and together all rows. */
export interface SplitRows {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
  /** In no part: rows later than the fold of a k-fold by time, and before its test. Empty for all others. */
  readonly unused: Uint32Array;
}

export interface Shares {
  readonly validation: number;
  readonly test: number;
}

export type PartName = keyof SplitRows;

export const NO_ROWS = new Uint32Array(0);

export function allRows(count: number): Uint32Array {
  // A loop: `from` with a function takes ten times as long, most of a second for 10 M rows.
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

const PART_NAMES = ['train', 'validation', 'test', 'unused'] as const satisfies readonly PartName[];

/** @param partOf a part for each of the rows */
export function rowsByPart(rows: number, partOf: (row: number) => PartName): SplitRows {
  const codes = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) codes[row] = PART_NAMES.indexOf(partOf(row));
  return collectRows(codes, allRows(rows));
}

/** @param codes index into PART_NAMES of each of `rows` */
function collectRows(codes: Uint8Array, rows: Uint32Array): SplitRows {
  const counts = new Uint32Array(PART_NAMES.length);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const parts = Array.from(counts, (count) => new Uint32Array(count));
  const filled = new Uint32Array(PART_NAMES.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    const at = filled[code] ?? 0;
    filled[code] = at + 1;
    const part = parts[code];
    if (part !== undefined) part[at] = rows[i] ?? 0;
  }
  const [train = NO_ROWS, validation = NO_ROWS, test = NO_ROWS, unused = NO_ROWS] = parts;
  return { train, validation, test, unused };
}

/** @param rows ascending */
export function randomParts(rows: Uint32Array, shares: Shares, stream: RandomStream): SplitRows {
  const shuffled = stream.shuffle(allRows(rows.length));
  const test = Math.round(rows.length * shares.test);
  const validation = Math.round(rows.length * shares.validation);
  // Marked, not sorted: ten times as fast.
  const codes = new Uint8Array(rows.length);
  for (const place of shuffled.subarray(0, test)) codes[place] = 2;
  for (const place of shuffled.subarray(test, test + validation)) codes[place] = 1;
  return collectRows(codes, rows);
}

/** Rows of each class, classes by code point: so the order of the file does not say which draw goes where. */
export function rowsByClass(rows: Uint32Array, classes: CodedTexts): number[][] {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const code = classes.codes[row] ?? -1;
    const group = groups.get(code);
    if (group === undefined) groups.set(code, [row]);
    else group.push(row);
  }
  const name = (code: number): string => classes.names[code] ?? '';
  return [...groups].sort(([a], [b]) => compareCodePoints(name(a), name(b))).map(([, group]) => group);
}

/** Each class is shuffled and cut for itself; every class stays in train, and from 3 rows on is in each part. */
export function stratifiedParts(
  rows: Uint32Array,
  classes: CodedTexts,
  shares: Shares,
  stream: RandomStream,
): SplitRows {
  const ordered = rowsByClass(rows, classes);
  const sizes = ordered.map((group) => group.length);
  // A class of two rows: one to learn from, one to test on.
  const test = allot(
    sizes,
    rows.length,
    shares.test,
    sizes.map((size) => size - (size >= 3 && shares.validation > 0 ? 2 : 1)),
    sizes.map((size) => (size >= 2 && shares.test > 0 ? 1 : 0)),
  );
  const validation = allot(
    sizes,
    rows.length,
    shares.validation,
    sizes.map((size, i) => size - (test[i] ?? 0) - 1),
    sizes.map((size) => (size >= 3 && shares.validation > 0 ? 1 : 0)),
  );
  const parts: Record<'train' | 'validation' | 'test', number[]> = { train: [], validation: [], test: [] };
  for (const [i, group] of ordered.entries()) {
    stream.shuffle(group);
    const testEnd = test[i] ?? 0;
    const validationEnd = testEnd + (validation[i] ?? 0);
    group.forEach((row, at) =>
      parts[at < testEnd ? 'test' : at < validationEnd ? 'validation' : 'train'].push(row),
    );
  }
  return {
    train: Uint32Array.from(parts.train).sort(),
    validation: Uint32Array.from(parts.validation).sort(),
    test: Uint32Array.from(parts.test).sort(),
    unused: NO_ROWS,
  };
}

/**
 * Rows of each class for one part: largest remainder, so that the total is `round(rows * share)`, within
 * [least, most] per class.
 */
function allot(
  sizes: readonly number[],
  rows: number,
  share: number,
  most: readonly number[],
  least: readonly number[],
): number[] {
  const clamp = (value: number, i: number): number =>
    Math.max(0, Math.min(Math.max(value, least[i] ?? 0), most[i] ?? 0));
  const allotted = sizes.map((size, i) => clamp(Math.floor(size * share), i));
  const byRemainder = sizes
    .map((size, i) => ({ i, remainder: size * share - Math.floor(size * share) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  let open = Math.round(rows * share) - allotted.reduce((sum, value) => sum + value, 0);
  for (const { i } of byRemainder) {
    const now = allotted[i] ?? 0;
    if (open <= 0) break;
    // A class already raised above its quota by `least` gets no more.
    if (now < (most[i] ?? 0) && now <= (sizes[i] ?? 0) * share) {
      allotted[i] = now + 1;
      open--;
    }
  }
  return allotted;
}
