// Owns the figures behind the small charts of column headers: from the profile of the whole file, or counted in the rows
// of a preview. Each says itself in words too. Pure.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../src/shared/schema/profile';
import type { TablePage } from '../../src/shared/schema/recipeResult';
import { formatCount, formatPercent, formatUtc, formatValue } from '../ui/format';
import type { DiffColumn } from './diff';

/** A value of the column as its type reads: a date, or a number. */
export function columnValue(column: ColumnProfile, value: number): string {
  return column.type === 'datetime' ? formatUtc(value) : formatValue(value, 5);
}

export interface Chart {
  readonly counts: readonly number[];
  /** Of the same bins before the step. */
  readonly before?: readonly number[];
  /** Bars apart from each other, for values without an order. */
  readonly isDiscrete: boolean;
  readonly text: string;
}

/** Bars in a header: more would be thinner than a pixel's worth of attention. */
const MAX_BARS = 12;
const BINS = 20;
const SPOKEN_VALUES = 3;

export function profileChart(column: ColumnProfile): Chart | undefined {
  const { numeric, histogram } = column;
  if (histogram !== undefined) {
    const text =
      numeric === undefined
        ? ''
        : l10n.t(
            'from {0} to {1}, median {2}',
            columnValue(column, numeric.min),
            columnValue(column, numeric.max),
            columnValue(column, numeric.quartiles[1]),
          );
    return { counts: histogram.counts, isDiscrete: false, text };
  }
  const distinct = column.distinctIsExact
    ? l10n.t('{0} distinct', formatCount(column.distinct))
    : l10n.t('about {0} distinct', formatCount(column.distinct));
  const top = column.topValues ?? [];
  if (column.type === 'id' || column.type === 'text' || top.length === 0)
    return { counts: [], isDiscrete: true, text: distinct };
  return {
    counts: top.slice(0, MAX_BARS).map(({ count }) => count),
    isDiscrete: true,
    text: `${distinct}: ${mostFrequent(
      top.map(({ value, count }) => [value, count]),
      column.rows,
    )}`,
  };
}

function mostFrequent(values: readonly (readonly [string, number])[], rows: number): string {
  return values
    .slice(0, SPOKEN_VALUES)
    .map(([value, count]) => `${value} ${formatPercent(count / Math.max(1, rows), 0)}`)
    .join(', ');
}

function cellsOf(page: TablePage, index: number): string[] {
  if (index < 0) return [];
  return page.rows.map((row) => row[index] ?? null).filter((cell) => cell !== null);
}

/** Counted in the rows of a preview, the bins of both sides alike. */
export function sampleChart({
  before,
  after,
  column,
  isNumeric,
}: {
  before: TablePage;
  after: TablePage;
  column: DiffColumn;
  isNumeric: boolean;
}): Chart | undefined {
  const old = cellsOf(before, column.before);
  const now = column.after < 0 ? old : cellsOf(after, column.after);
  const isChanged = column.before >= 0 && column.after >= 0 && !sameCells(old, now);
  const numbers = isNumeric ? numberChart(now, isChanged ? old : undefined) : undefined;
  return numbers ?? valueChart(now, isChanged ? old : undefined);
}

function sameCells(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((cell, i) => cell === other[i]);
}

function numberChart(now: readonly string[], old: readonly string[] | undefined): Chart | undefined {
  const numbers = now.map(Number).filter(Number.isFinite);
  if (numbers.length === 0) return undefined;
  const sorted = Float64Array.from(numbers).sort();
  const low = sorted[0] ?? 0;
  const high = sorted[sorted.length - 1] ?? 0;
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const text = l10n.t(
    'in these rows from {0} to {1}, median {2}',
    formatValue(low),
    formatValue(high),
    formatValue(middle),
  );
  const oldNumbers = (old ?? []).map(Number).filter(Number.isFinite);
  const oldLow = Math.min(...oldNumbers);
  const oldHigh = Math.max(...oldNumbers);
  // A step that scales moves all of them: beside each other they would say nothing.
  const isAlike = oldNumbers.length > 0 && oldLow >= low - (high - low) && oldHigh <= high + (high - low);
  const from = isAlike ? Math.min(low, oldLow) : low;
  const to = isAlike ? Math.max(high, oldHigh) : high;
  return {
    counts: bins(numbers, from, to),
    ...(isAlike ? { before: bins(oldNumbers, from, to) } : {}),
    isDiscrete: false,
    text,
  };
}

function bins(numbers: readonly number[], low: number, high: number): number[] {
  const count = high > low ? BINS : 1;
  const counts = new Array<number>(count).fill(0);
  for (const value of numbers) {
    const at = high > low ? Math.min(count - 1, Math.floor(((value - low) / (high - low)) * count)) : 0;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

function valueChart(now: readonly string[], old: readonly string[] | undefined): Chart {
  const counts = countValues(now);
  const top = [...counts].sort((a, b) => b[1] - a[1]);
  const text = `${l10n.t('{0} distinct in these rows', formatCount(counts.size))}${
    top.length === 0 ? '' : `: ${mostFrequent(top, now.length)}`
  }`;
  // As many values as rows: a picture would be a fence.
  if (counts.size > now.length / 2 && counts.size > MAX_BARS) return { counts: [], isDiscrete: true, text };
  const before = old === undefined ? undefined : countValues(old);
  const shown = top.slice(0, MAX_BARS);
  return {
    counts: shown.map(([, count]) => count),
    ...(before === undefined ? {} : { before: shown.map(([value]) => before.get(value) ?? 0) }),
    isDiscrete: true,
    text,
  };
}

function countValues(cells: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return counts;
}
