// Owns the arithmetic of a virtual list: which items are seen, and how millions of rows fit into a scroll bar whose
// height browsers limit. Pure.

/** Browsers stop at some 16 to 33 million pixels; half of it leaves room for zoom. */
export const MAX_SCROLL_PX = 8_000_000;

export interface Window {
  /** First visible index. */
  readonly from: number;
  /** One past the last visible index. */
  readonly to: number;
}

export interface ScrollMap {
  /** Of the element that is scrolled, in pixels. */
  readonly height: number;
  /** The scroll bar stands for more than it is high: a pixel of it is several rows. */
  readonly isScaled: boolean;
  /** The largest `topRow`. */
  readonly maxTop: number;
  /** The row at the top of the view, in fractions. */
  topRowAt(scrollTop: number): number;
  scrollTopOf(topRow: number): number;
}

export function scrollMap(rows: number, rowHeight: number, viewHeight: number): ScrollMap {
  const content = rows * rowHeight;
  const height = Math.min(content, Math.max(MAX_SCROLL_PX, viewHeight));
  const maxTop = Math.max(0, rows - viewHeight / rowHeight);
  const maxScroll = Math.max(0, height - viewHeight);
  const isScaled = content > height;
  const clamp = (top: number): number => Math.min(maxTop, Math.max(0, top));
  return {
    height,
    isScaled,
    maxTop,
    topRowAt: (scrollTop) =>
      clamp(isScaled ? (scrollTop / Math.max(1, maxScroll)) * maxTop : scrollTop / rowHeight),
    scrollTopOf: (topRow) =>
      isScaled ? (clamp(topRow) / Math.max(1, maxTop)) * maxScroll : clamp(topRow) * rowHeight,
  };
}

/** The rows seen from `topRow` on, and `spare` more each side. */
export function visibleRows(
  rows: number,
  view: { readonly topRow: number; readonly shown: number; readonly spare: number },
): Window {
  const from = Math.max(0, Math.floor(view.topRow) - view.spare);
  const to = Math.min(rows, Math.ceil(view.topRow + view.shown) + view.spare);
  return { from: Math.min(from, rows), to: Math.max(Math.min(from, rows), to) };
}

/** Left edges of columns: `edges[i]` to `edges[i + 1]` is column i. */
export function columnEdges(widths: readonly number[]): Float64Array {
  const edges = new Float64Array(widths.length + 1);
  widths.forEach((width, i) => (edges[i + 1] = (edges[i] ?? 0) + width));
  return edges;
}

/** The columns that are even partly between `left` and `right`. */
export function visibleColumns(edges: Float64Array, left: number, right: number): Window {
  const count = edges.length - 1;
  if (count <= 0 || right <= left) return { from: 0, to: 0 };
  const from = Math.min(count - 1, Math.max(0, lastAtMost(edges, left)));
  let to = from;
  while (to < count && (edges[to] ?? 0) < right) to++;
  return { from, to };
}

/** Index of the last edge that is at most `x`. */
function lastAtMost(edges: Float64Array, x: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((edges[middle] ?? Infinity) <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}
