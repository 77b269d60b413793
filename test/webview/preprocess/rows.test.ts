// Holds the rows that are fetched while one scrolls: asked once, given up when passed by, kept within bounds.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TablePage } from '../../../src/shared/schema/recipeResult';
import { PagedRows } from '../../../webview/preprocess/rows';
import { page } from './example';

const COLUMNS = 100_000;

interface Asked {
  readonly offset: number;
  readonly limit: number;
  readonly signal: AbortSignal;
  answer(page: TablePage): void;
  fail(error: unknown): void;
}

function rowsOf(): { rows: PagedRows; asked: Asked[]; changed: () => number; failed: unknown[] } {
  const asked: Asked[] = [];
  const failed: unknown[] = [];
  let changes = 0;
  const rows = new PagedRows({
    fetch: (offset, limit, signal) =>
      new Promise((resolve, fail) => asked.push({ offset, limit, signal, answer: resolve, fail })),
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

  it('asks for few cells at once and keeps few, however many columns there are', async () => {
    const { rows, asked } = rowsOf();
    rows.reset(COLUMNS);
    const look = async (from: number): Promise<void> => {
      const before = asked.length;
      rows.want(from, from + 30);
      await vi.advanceTimersByTimeAsync(100);
      for (const page of asked.slice(before)) page.answer(some(page.offset, page.limit, 1000));
      await vi.advanceTimersByTimeAsync(0);
    };
    await look(0);
    expect(asked.every(({ limit }) => limit * COLUMNS <= 200_000)).toBe(true);
    // All that is looked at is there, and nothing that was looked at long before.
    await look(300);
    await look(600);
    expect(Array.from({ length: 30 }, (_, i) => rows.row(600 + i)?.source)).toEqual(
      Array.from({ length: 30 }, (_, i) => 600 + i),
    );
    const kept = Array.from({ length: 1000 }, (_, i) => rows.row(i)).filter((row) => row !== undefined);
    expect(kept.length).toBeLessThanOrEqual(40);
  });

  it('asks anew for what failed once one comes back to it, and at once when told to', async () => {
    const { rows, asked, failed } = rowsOf();
    rows.want(0, 30);
    await vi.advanceTimersByTimeAsync(0);
    asked[0]!.answer(some(0, 200, 1000));
    await vi.advanceTimersByTimeAsync(0);
    const look = async (from: number): Promise<void> => {
      rows.want(from, from + 30);
      await vi.advanceTimersByTimeAsync(100);
    };
    await look(400);
    asked[1]!.fail(new Error('gone'));
    await vi.advanceTimersByTimeAsync(0);
    await look(410);
    expect(asked).toHaveLength(2);
    expect(failed).toHaveLength(1);
    await look(0);
    await look(400);
    expect(asked).toHaveLength(3);
    asked[2]!.fail(new Error('gone'));
    await vi.advanceTimersByTimeAsync(0);
    rows.retry();
    await look(400);
    expect(asked).toHaveLength(4);
  });
});
