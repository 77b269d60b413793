// Holds the rows that are fetched while one scrolls: asked once, given up when passed by, kept within bounds.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TablePage } from '../../../src/shared/schema/recipeResult';
import { PagedRows } from '../../../webview/preprocess/rows';
import { page } from './example';

interface Asked {
  readonly offset: number;
  readonly limit: number;
  readonly signal: AbortSignal;
  answer(page: TablePage): void;
}

function rowsOf(): { rows: PagedRows; asked: Asked[]; changed: () => number; failed: unknown[] } {
  const asked: Asked[] = [];
  const failed: unknown[] = [];
  let changes = 0;
  const rows = new PagedRows({
    fetch: (offset, limit, signal) =>
      new Promise((resolve) => asked.push({ offset, limit, signal, answer: resolve })),
    changed: () => changes++,
    failed: (error) => failed.push(error),
  });
  rows.reset(2);
  return { rows, asked, changed: () => changes, failed };
}

const some = (from: number, count: number, totalRows?: number): TablePage => {
  const sources = Array.from({ length: count }, (_, i) => from + i);
  const table = page(
    ['n'],
    sources.map((row) => [String(row)]),
    sources,
  );
  return totalRows === undefined ? table : { ...table, totalRows };
};

describe('paged rows', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks for a page once and knows its rows', async () => {
    const { rows, asked, changed } = rowsOf();
    rows.want(0, 30);
    await vi.advanceTimersByTimeAsync(0);
    rows.want(5, 40);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.map(({ offset, limit }) => [offset, limit])).toEqual([[0, 200]]);
    asked[0]!.answer(some(0, 200, 1000));
    await vi.advanceTimersByTimeAsync(0);
    expect(rows.row(7)).toEqual({ cells: ['7'], source: 7, part: undefined });
    expect(rows.row(200)).toBeUndefined();
    expect(rows.count).toBe(1000);
    expect(changed()).toBe(1);
  });

  it('skips pages that are scrolled past, and gives up those on their way', async () => {
    const { rows, asked } = rowsOf();
    rows.want(0, 30);
    await vi.advanceTimersByTimeAsync(0);
    asked[0]!.answer(some(0, 200, 100_000));
    await vi.advanceTimersByTimeAsync(0);
    rows.want(10_000, 10_030);
    rows.want(20_000, 20_030);
    await vi.advanceTimersByTimeAsync(100);
    rows.want(40_000, 40_030);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.map(({ offset }) => offset)).toEqual([0, 20_000, 40_000]);
    expect(asked[1]!.signal.aborted).toBe(true);
  });

  it('ignores an answer of another filter', async () => {
    const { rows, asked, changed } = rowsOf();
    rows.want(0, 30);
    await vi.advanceTimersByTimeAsync(0);
    rows.reset(2);
    asked[0]!.answer(some(0, 200, 1000));
    await vi.advanceTimersByTimeAsync(0);
    expect(rows.row(0)).toBeUndefined();
    expect(rows.count).toBeUndefined();
    expect(changed()).toBe(0);
  });

  it('counts by a page that is not full when nobody says how many there are', async () => {
    const { rows, asked } = rowsOf();
    rows.want(0, 30);
    await vi.advanceTimersByTimeAsync(0);
    asked[0]!.answer(some(0, 3));
    await vi.advanceTimersByTimeAsync(0);
    expect(rows.count).toBe(3);
  });

  it('asks for fewer rows where they are wide', async () => {
    const { rows, asked } = rowsOf();
    rows.reset(1000);
    rows.want(0, 10);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked[0]!.limit).toBe(40);
  });
});
