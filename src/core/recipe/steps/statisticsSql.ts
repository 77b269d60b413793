// Owns the statistics that steps learn, as SQL over the train rows. The same values give the same bits, in whatever
// order rows come: DuckDB's threads add doubles in another order in every run (its avg over 5 M rows differs in the
// twelfth digit from run to run), so sums are taken over integers, which is exact, and order statistics are picked.
import * as l10n from '@vscode/l10n';
import { numberOf, type Relation, type RelationColumn } from '../../data/relation';
import { doubleSql } from '../../data/scalarSql';
import { slicesOf } from './changeColumns';
import { noteNotNumbers } from './notNumbers';
import { timesPowerOfTwo } from './numberSql';
import type { StepContext } from './step';

/** Of the numbers that are there. `min` and `max` are NaN when there is none. */
export interface NumberRange {
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

export interface Moments {
  readonly mean: number;
  /** ddof 0, as scikit-learn. */
  readonly sd: number;
}

/** Count, smallest and largest. Tells of cells that are no numbers and of columns without any. */
export async function rangesOf(
  train: Relation,
  columns: readonly RelationColumn[],
  context: StepContext,
): Promise<NumberRange[]> {
  const ranges: NumberRange[] = [];
  const suspects: RelationColumn[] = [];
  for (const slice of slicesOf(columns)) {
    const selected = slice.map((_, i) => `count(x${i}), min(x${i}), max(x${i}), count(t${i})`);
    const inner = slice.map((column, i) => `${numberOf(column)} AS x${i}, ${column.id} AS t${i}`);
    const [row = []] = await context.database.rows(
      `SELECT ${selected.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${train.from})`,
      { signal: context.signal },
    );
    for (const [i, column] of slice.entries()) {
      const [count, min, max, cells] = row.slice(4 * i, 4 * i + 4);
      ranges.push({ count: Number(count ?? 0), min: plain(min), max: plain(max) });
      if (Number(cells ?? 0) > Number(count ?? 0)) suspects.push(column);
    }
  }
  await noteNotNumbers(train, suspects, context);
  for (const [i, column] of columns.entries()) if (ranges[i]?.count === 0) noteNoValues(column.name, context);
  return ranges;
}

export function noteNoValues(column: string, { note }: StepContext): void {
  const message = l10n.t('Column "{0}" has no value in the train rows: nothing is learnt of it.', column);
  note({ severity: 'warning', code: 'recipe.noValues', message, column });
}

/** -0 and 0 are equal, so which one is the smallest is chance. */
function plain(value: unknown): number {
  return typeof value === 'number' ? value + 0 : NaN;
}

/** Mean and sd, exact to the last bits. @param ranges of the same columns; an empty one gives NaN */
export async function momentsOf(
  train: Relation,
  columns: readonly RelationColumn[],
  ranges: readonly NumberRange[],
  { database, signal }: StepContext,
): Promise<Moments[]> {
  const moments: Moments[] = ranges.map(({ count, min }) => ({
    mean: count === 0 ? NaN : min,
    sd: count === 0 ? NaN : 0,
  }));
  const varied = columns.flatMap((column, index) => {
    const range = ranges[index];
    return range === undefined || !(range.max > range.min) ? [] : [{ column, index, range }];
  });
  for (const slice of slicesOf(varied)) {
    const grids = slice.map(({ range }) => ({
      whole: sumGrid(range),
      centred: squareGrid(range),
    }));
    const inner = slice.map(({ column }, i) => `${numberOf(column)} AS x${i}`);
    const whole = grids.map(
      (grid, i) => `${onGrid(`x${i}`, grid.whole)} AS s${i}, ${onGrid(`x${i}`, grid.centred)} AS q${i}`,
    );
    const selected = slice.map((_, i) => `sum(s${i}), sum(q${i}), sum(q${i}::HUGEINT * q${i})`);
    const [row = []] = await database.rows(
      `SELECT ${selected.join(', ')} FROM (SELECT ${whole.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${train.from}))`,
      { signal },
    );
    for (const [i, { index, range }] of slice.entries()) {
      const grid = grids[i];
      if (grid === undefined) continue;
      const [sum, offsets, squares] = row.slice(3 * i, 3 * i + 3).map(whole128);
      moments[index] = {
        mean: meanOnGrid(sum ?? 0n, range.count, grid.whole),
        sd: sdOnGrid({ count: range.count, sum: offsets ?? 0n, squares: squares ?? 0n }, grid.centred),
      };
    }
  }
  return moments;
}

/** Numbers as integers: round((x - centre) * 2^exponent). */
export interface Grid {
  readonly centre: number;
  readonly exponent: number;
}

/** For sums: steps of 2^-62 of the largest number. A sum of BIGINTs is a HUGEINT, which no file can overflow. */
export function sumGrid({ min, max }: NumberRange): Grid {
  return { centre: 0, exponent: 62 - bitsOf(Math.max(Math.abs(min), Math.abs(max))) };
}

/**
 * For sums of squares, which must stay below 2^127: around the middle, so that a large mean takes no digits. As one value
 * lies at each end, sd is at least range / sqrt(2 n): for 10 M rows a step of the grid is 1e-11 of it or less.
 */
export function squareGrid({ count, min, max }: NumberRange): Grid {
  const centre = min / 2 + max / 2;
  const bits = Math.min(62, Math.floor((126 - bitsOf(count)) / 2));
  return { centre, exponent: bits - bitsOf(Math.max(max - centre, centre - min)) };
}

/** An exponent of two above the number. */
function bitsOf(value: number): number {
  return value > 0 ? Math.floor(Math.log2(value)) + 2 : 0;
}

/** A BIGINT. @param x an identifier */
export function onGrid(x: string, { centre, exponent }: Grid): string {
  const offset = centre === 0 ? x : `(${x} - ${doubleSql(centre)})`;
  return `(${timesPowerOfTwo(offset, exponent)})::BIGINT`;
}

/** A sum of whole numbers as it comes from DuckDB. */
export function whole128(value: unknown): bigint {
  return typeof value === 'bigint' ? value : typeof value === 'number' ? BigInt(value) : 0n;
}

export function meanOnGrid(sum: bigint, count: number, { centre, exponent }: Grid): number {
  return centre + ratio(sum, BigInt(count), -exponent);
}

export interface GridSums {
  readonly count: number;
  readonly sum: bigint;
  readonly squares: bigint;
}

/** ddof 0, in squared steps of the grid: as a number of its own it could overflow. */
export function varianceInSteps({ count, sum, squares }: GridSums): number {
  const n = BigInt(count);
  return ratio(n * squares - sum * sum, n * n, 0);
}

function sdOnGrid(sums: GridSums, { exponent }: Grid): number {
  return timesTwoTo(Math.sqrt(varianceInSteps(sums)), -exponent);
}

/** numerator / denominator * 2^exponent, rounded once. */
export function ratio(numerator: bigint, denominator: bigint, exponent: number): number {
  if (denominator === 0n) return NaN;
  const isNegative = numerator < 0n;
  const size = isNegative ? -numerator : numerator;
  const shift = Math.max(0, 66 - size.toString(2).length + denominator.toString(2).length);
  const shifted = size << BigInt(shift);
  // The lowest bit says that something is left, so that rounding to 53 bits is right.
  const quotient = (shifted / denominator) | (shifted % denominator === 0n ? 0n : 1n);
  const value = timesTwoTo(Number(quotient), exponent - shift);
  return isNegative ? -value : value;
}

function timesTwoTo(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** Values of ranks among the numbers that are there, picked: which thread saw them first does not matter. */
export interface RankedColumn {
  readonly column: RelationColumn;
  readonly count: number;
  /** From 0, ascending, below count. */
  readonly ranks: readonly number[];
}

/** Up to here the numbers of 32 columns are sorted in memory at once; above, one column at a time, spilling to disk. */
const SORTED_IN_MEMORY = 65_536;

export async function orderStatisticsOf(
  train: Relation,
  wanted: readonly RankedColumn[],
  context: StepContext,
  sortedInMemory = SORTED_IN_MEMORY,
): Promise<number[][]> {
  const found: number[][] = wanted.map(() => []);
  const indexed = wanted.map((one, index) => ({ ...one, index })).filter(({ ranks }) => ranks.length > 0);
  const small = indexed.filter(({ count }) => count <= sortedInMemory);
  for (const slice of slicesOf(small)) {
    const inner = slice.map(({ column }, i) => `${numberOf(column)} AS x${i}`);
    const selected = slice.map(
      ({ ranks }, i) =>
        `list_select(list_sort(list(x${i}) FILTER (x${i} IS NOT NULL)), [${ranks.map((rank) => rank + 1).join(', ')}])`,
    );
    const [row = []] = await context.database.rows(
      `SELECT ${selected.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${train.from})`,
      { signal: context.signal },
    );
    for (const [i, { index }] of slice.entries()) found[index] = itemsOf(row[i]).map(plain);
  }
  for (const { column, count, ranks, index } of indexed) {
    if (count <= sortedInMemory) continue;
    const rows = await context.database.rows(
      `SELECT r, x FROM (SELECT x, row_number() OVER (ORDER BY x) - 1 AS r
        FROM (SELECT ${numberOf(column)} AS x FROM ${train.from}) WHERE x IS NOT NULL) WHERE r IN (${[...new Set(ranks)].join(', ')})`,
      { signal: context.signal },
    );
    const valueOf = new Map(rows.map(([rank, value]) => [Number(rank), plain(value)]));
    found[index] = ranks.map((rank) => valueOf.get(rank) ?? NaN);
  }
  return found;
}

function itemsOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)
    ? value.items
    : [];
}

/** Linear quantiles, as numpy's default. @param shares 0 to 1, ascending; a column without numbers gives none */
export async function quantilesOf(
  train: Relation,
  columns: readonly RelationColumn[],
  ranges: readonly NumberRange[],
  shares: readonly number[],
  context: StepContext,
): Promise<number[][]> {
  const wanted = columns.map((column, i) => {
    const count = ranges[i]?.count ?? 0;
    const ranks = count === 0 ? [] : shares.flatMap((share) => ranksOf(share, count));
    return { column, count, ranks };
  });
  const found = await orderStatisticsOf(train, wanted, context);
  return wanted.map(({ count }, index) =>
    count === 0
      ? []
      : shares.map((share, i) => {
          const below = found[index]?.[2 * i] ?? NaN;
          const above = found[index]?.[2 * i + 1] ?? NaN;
          const at = share * (count - 1);
          return between(below, above, at - Math.floor(at));
        }),
  );
}

/**
 * From 0 to 1 in even steps, to the last bit as scikit-learn has them: a share that is an ulp off takes an equal number
 * for a smaller or a larger one. KBinsDiscretizer counts in percent, QuantileTransformer in shares that it makes percent.
 */
export function evenShares(count: number, unit: 'percent' | 'share'): number[] {
  const step = (unit === 'percent' ? 100 : 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, i) => {
    if (i > 0 && i === count - 1) return 1;
    return (unit === 'percent' ? i * step : i * step * 100) / 100;
  });
}

function ranksOf(share: number, count: number): [number, number] {
  const below = Math.min(count - 1, Math.floor(share * (count - 1)));
  return [below, Math.min(count - 1, below + 1)];
}

/** @see numpy/lib/_function_base_impl.py, _lerp: from the nearer end, so that rounding is monotone */
export function between(below: number, above: number, share: number): number {
  const gap = above - below;
  if (!Number.isFinite(gap)) return below * (1 - share) + above * share;
  return share < 0.5 ? below + gap * share : above - gap * (1 - share);
}
