// Holds the arithmetic of the virtual grid: what is seen is there, also where a pixel of the scroll bar is many rows.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridKey } from '../../../webview/preprocess/gridKeys';
import {
  columnEdges,
  MAX_SCROLL_PX,
  scrollMap,
  visibleColumns,
  visibleRows,
} from '../../../webview/preprocess/scroll';

describe('rows', () => {
  it('scroll one to one while they fit', () => {
    const map = scrollMap(1000, 24, 240);
    expect(map).toMatchObject({ isScaled: false, height: 24_000, maxTop: 990 });
    expect(map.topRowAt(240)).toBe(10);
    expect(map.scrollTopOf(10)).toBe(240);
  });

  it('reach from the first to the last of ten million in a bar that browsers can draw', () => {
    const map = scrollMap(10_000_000, 24, 480);
    expect(map.isScaled).toBe(true);
    expect(map.height).toBeLessThanOrEqual(MAX_SCROLL_PX);
    expect(map.topRowAt(0)).toBe(0);
    expect(map.topRowAt(map.height - 480)).toBe(10_000_000 - 20);
  });

  it('are found again where they were scrolled to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000_000 }),
        fc.nat(2000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, view, share) => {
          const map = scrollMap(rows, 24, view);
          const top = share * map.maxTop;
          const scrollTop = map.scrollTopOf(top);
          expect(scrollTop).toBeGreaterThanOrEqual(0);
          expect(scrollTop).toBeLessThanOrEqual(Math.max(0, map.height - view) + 1e-6);
          expect(map.topRowAt(scrollTop)).toBeCloseTo(top, 3);
        },
      ),
    );
  });

  it('are all there that are even partly seen', () => {
    expect(visibleRows(100, { topRow: 10.5, shown: 4, spare: 2 })).toEqual({ from: 8, to: 17 });
    expect(visibleRows(3, { topRow: 0, shown: 20, spare: 4 })).toEqual({ from: 0, to: 3 });
    expect(visibleRows(0, { topRow: 0, shown: 20, spare: 4 })).toEqual({ from: 0, to: 0 });
  });
});

describe('columns', () => {
  it('of any width are found by where they stand', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 }),
        fc.nat(9000),
        fc.integer({ min: 1, max: 900 }),
        (widths, left, length) => {
          const edges = columnEdges(widths);
          const { from, to } = visibleColumns(edges, left, left + length);
          widths.forEach((_, i) => {
            const isSeen = edges[i]! < left + length && edges[i + 1]! > left;
            if (isSeen) expect(i >= from && i < to).toBe(true);
          });
        },
      ),
    );
    expect(visibleColumns(columnEdges([]), 0, 100)).toEqual({ from: 0, to: 0 });
  });
});

describe('keys in the grid', () => {
  const size = { rows: 10, columns: 4, page: 5 };
  const key = (name: string, more: Partial<KeyboardEvent> = {}): Parameters<typeof gridKey>[0] => ({
    key: name,
    ctrlKey: false,
    shiftKey: false,
    altKey: false,
    metaKey: false,
    ...more,
  });

  it('move by cells, pages and ends, and stay inside', () => {
    const to = (name: string, at: { row: number; column: number }, more = {}): unknown =>
      gridKey(key(name, more), at, size);
    expect(to('ArrowDown', { row: -1, column: 1 })).toEqual({ kind: 'move', to: { row: 0, column: 1 } });
    expect(to('ArrowUp', { row: 0, column: 1 })).toEqual({ kind: 'move', to: { row: -1, column: 1 } });
    expect(to('ArrowRight', { row: 0, column: 3 })).toEqual({ kind: 'move', to: { row: 0, column: 3 } });
    expect(to('PageDown', { row: 8, column: 0 })).toEqual({ kind: 'move', to: { row: 9, column: 0 } });
    expect(to('End', { row: 2, column: 0 }, { ctrlKey: true })).toEqual({
      kind: 'move',
      to: { row: 9, column: 3 },
    });
    expect(gridKey(key('ArrowDown'), { row: -1, column: 0 }, { rows: 0, columns: 2, page: 1 })).toEqual({
      kind: 'move',
      to: { row: -1, column: 0 },
    });
  });

  it('sort, widen and open in the header; leave Alt and Meta to the editor', () => {
    const head = { row: -1, column: 0 };
    expect(gridKey(key(' '), head, size)).toEqual({ kind: 'sort' });
    expect(gridKey(key(' '), { row: 1, column: 0 }, size)).toBeUndefined();
    expect(gridKey(key('ArrowRight', { shiftKey: true }), head, size)).toMatchObject({ kind: 'resize' });
    expect(gridKey(key('F10', { shiftKey: true }), head, size)).toEqual({ kind: 'menu' });
    expect(gridKey(key('ArrowDown', { altKey: true }), head, size)).toBeUndefined();
  });
});
