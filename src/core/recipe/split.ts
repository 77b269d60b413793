// Owns who learns, who is watched and who is sealed: named, disjoint index sets that cover every row.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { randomStream, type RandomStream } from '../../shared/random';
import type { Split } from '../../shared/schema/experiment';
import type { DataIssue } from '../../shared/schema/profile';

/** Row indices, each ascending. */
export interface SplitRows {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

export interface SplitInput {
  readonly rows: number;
  /** The class of each row; undefined for regression. */
  readonly classes: readonly string[] | undefined;
  /** Cells of the split column, for method "column". */
  readonly values?: readonly (string | null)[] | undefined;
  /** Line of the file of a row, for messages. */
  readonly lineOf: (row: number) => Promise<number | undefined>;
}

type Part = keyof SplitRows;
const PARTS: ReadonlyMap<string, Part> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['validation', 'validation'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['dev', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);
const CARVED_SHARE = 0.15;
const CARVED_SEED = 1;

/** What a cell of a split column says, or undefined. Case and surrounding space do not matter. */
export function splitPartOf(value: string): Part | undefined {
  return PARTS.get(value.trim().toLowerCase());
}

/**
 * @throws BenchError split.tooFewRows, split.shares, split.stratifiedRegression, split.unknownValue, split.noTrain
 */
export async function splitRows(
  split: Split,
  input: SplitInput,
): Promise<{ parts: SplitRows; issues: DataIssue[] }> {
  if (split.method === 'column') return splitByColumn(split.column, input);
  if (split.validation + split.test >= 1) {
    throw new BenchError(
      'split.shares',
      l10n.t(
        'The shares for validation ({0}) and test ({1}) leave no row for training; expected a sum below 1.',
        split.validation,
        split.test,
      ),
    );
  }
  const stream = randomStream(split.seed, 'split');
  const shares = { validation: split.validation, test: split.test };
  const all = Uint32Array.from({ length: input.rows }, (_, row) => row);
  if (split.method === 'random') return { parts: checked(randomParts(all, shares, stream)), issues: [] };
  if (input.classes === undefined) {
    throw new BenchError(
      'split.stratifiedRegression',
      l10n.t('A stratified split needs classes, but the task is regression. Use the method "random".'),
    );
  }
  return { parts: checked(stratifiedParts(all, input.classes, shares, stream)), issues: [] };
}

function checked(parts: SplitRows): SplitRows {
  const { train, validation, test } = parts;
  if (train.length >= 2 && validation.length >= 1 && test.length >= 1) return parts;
  throw new BenchError(
    'split.tooFewRows',
    l10n.t(
      'Too few rows to split: {0} for training, {1} for validation, {2} for test; expected at least 2, 1 and 1. Add rows or change the shares.',
      train.length,
      validation.length,
      test.length,
    ),
  );
}

interface Shares {
  readonly validation: number;
  readonly test: number;
}

function randomParts(rows: Uint32Array, shares: Shares, stream: RandomStream): SplitRows {
  const shuffled = stream.shuffle(Uint32Array.from(rows));
  const test = Math.round(rows.length * shares.test);
  const validation = Math.round(rows.length * shares.validation);
  return {
    test: shuffled.slice(0, test).sort(),
    validation: shuffled.slice(test, test + validation).sort(),
    train: shuffled.slice(test + validation).sort(),
  };
}

/** Each class is shuffled and cut for itself; every class stays in train, and from 3 rows on is in each part. */
function stratifiedParts(
  rows: Uint32Array,
  classOf: readonly string[],
  shares: Shares,
  stream: RandomStream,
): SplitRows {
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const name = classOf[row] ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  // By code point, so that the order of the rows in the file does not change which stream draw goes where.
  const ordered = [...groups].sort(([a], [b]) => compareCodePoints(a, b)).map(([, group]) => group);
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
  const parts: Record<Part, number[]> = { train: [], validation: [], test: [] };
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

async function splitByColumn(
  column: string,
  input: SplitInput,
): Promise<{ parts: SplitRows; issues: DataIssue[] }> {
  const found: Record<Part, number[]> = { train: [], validation: [], test: [] };
  for (let row = 0; row < input.rows; row++) {
    const value = input.values?.[row] ?? null;
    const part = value === null ? undefined : splitPartOf(value);
    if (part === undefined) {
      const line = await input.lineOf(row);
      throw new BenchError(
        'split.unknownValue',
        l10n.t(
          'Split column "{0}": line {1} has "{2}"; expected train, validation (or val, valid, dev) or test.',
          column,
          line ?? '?',
          value ?? '',
        ),
        { details: { column, ...(line === undefined ? {} : { line }) } },
      );
    }
    found[part].push(row);
  }
  const issues: DataIssue[] = [];
  let train = Uint32Array.from(found.train);
  let validation = Uint32Array.from(found.validation);
  const test = Uint32Array.from(found.test);
  if (train.length < 2) {
    throw new BenchError(
      'split.noTrain',
      l10n.t('Split column "{0}" marks {1} rows as train; expected at least 2.', column, train.length),
    );
  }
  if (validation.length === 0) {
    const shares = { validation: CARVED_SHARE, test: 0 };
    const stream = randomStream(CARVED_SEED, 'split');
    const carved =
      input.classes === undefined
        ? randomParts(train, shares, stream)
        : stratifiedParts(train, input.classes, shares, stream);
    if (carved.validation.length === 0) {
      throw new BenchError(
        'split.tooFewRows',
        l10n.t(
          'Split column "{0}" has no validation rows, and {1} train rows are too few to take some from.',
          column,
          train.length,
        ),
      );
    }
    train = Uint32Array.from(carved.train);
    validation = Uint32Array.from(carved.validation);
    const message = l10n.t(
      'Split column "{0}" has no validation rows: {1} of the train rows (15 %, seed 1) are used for it.',
      column,
      validation.length,
    );
    issues.push({
      severity: 'info',
      code: 'split.carvedValidation',
      message,
      column,
      count: validation.length,
    });
  }
  if (test.length === 0) {
    const message = l10n.t('Split column "{0}" has no test rows: there will be no test score.', column);
    issues.push({ severity: 'warning', code: 'split.noTest', message, column });
  }
  return { parts: { train, validation, test }, issues };
}

/** Order by Unicode code point, the same on every machine and as Python sorts. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      // UTF-16 puts astral characters (surrogates, 0xD800..) below U+E000..: lift them above.
      const lift = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
      return lift(left) - lift(right);
    }
  }
  return a.length - b.length;
}
