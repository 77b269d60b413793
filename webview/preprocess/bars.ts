// Owns the pictures of a column: histograms and bars of the most frequent values. Drawn in theme colours by CSS.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../src/shared/schema/profile';
import { el, svg } from '../ui/dom';
import { formatCount, formatPercent } from '../ui/format';
import { columnValue, type Chart } from './charts';

interface BarsOptions {
  readonly width: number;
  readonly height: number;
  readonly gap: number;
  /** Drawn as a line around what the bars were. */
  readonly before?: readonly number[] | undefined;
  /** Tooltip of each bar; undefined draws them without. */
  readonly titleOf?: (index: number) => string;
}

/** Vertical bars from the bottom; a count above zero is at least one pixel high. */
function verticalBars(counts: readonly number[], options: BarsOptions): SVGSVGElement {
  const { before = [], width, height, gap, titleOf } = options;
  const highest = Math.max(1, ...counts, ...before);
  const step = width / Math.max(1, counts.length);
  const bar = (count: number, i: number, name: string): SVGRectElement => {
    const size = count === 0 ? 0 : Math.max(1, (count / highest) * height);
    return svg(
      'rect',
      { class: name, x: i * step, y: height - size, width: Math.max(0.5, step - gap), height: size },
      titleOf === undefined ? undefined : svg('title', {}, titleOf(i)),
    );
  };
  return svg(
    'svg',
    {
      class: 'bars',
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    ...counts.map((count, i) => bar(count, i, 'bar')),
    ...before.map((count, i) => bar(count, i, 'bar-before')),
  );
}

const MINI = { width: 152, height: 30, gap: 1 };

/** For a header; undefined where a picture would say nothing. */
export function miniBars(chart: Chart): SVGSVGElement | undefined {
  const { counts, before, isDiscrete } = chart;
  if (counts.length === 0) return undefined;
  if (!isDiscrete) return verticalBars(counts, { ...MINI, before });
  return verticalBars(counts, { ...MINI, width: Math.min(MINI.width, counts.length * 22), gap: 2, before });
}

export function histogram(column: ColumnProfile): HTMLElement | undefined {
  const data = column.histogram;
  if (data === undefined || data.counts.length === 0) return undefined;
  const edge = (i: number): string => columnValue(column, data.edges[i] ?? NaN);
  return el(
    'div',
    {
      class: 'histogram',
      attrs: {
        role: 'img',
        'aria-label': l10n.t(
          'Histogram of {0} bins from {1} to {2}; the fullest has {3} rows.',
          data.counts.length,
          edge(0),
          edge(data.counts.length),
          formatCount(Math.max(...data.counts)),
        ),
      },
    },
    verticalBars(data.counts, {
      width: 280,
      height: 90,
      gap: 1,
      titleOf: (i) => l10n.t('{0} to {1}: {2} rows', edge(i), edge(i + 1), formatCount(data.counts[i] ?? 0)),
    }),
    el(
      'div',
      { class: 'histogram-ends muted small' },
      el('span', {}, edge(0)),
      el('span', {}, edge(data.counts.length)),
    ),
  );
}

/** Horizontal bars with value, count and share of the rows. */
export function topValues(column: ColumnProfile, limit: number): HTMLElement | undefined {
  const top = column.topValues?.slice(0, limit) ?? [];
  if (top.length === 0) return undefined;
  const highest = Math.max(1, ...top.map((item) => item.count));
  const list = el('ul', { class: 'top-values' });
  for (const { value, count } of top) {
    const fill = el('span', { class: 'top-fill' });
    fill.style.width = `${((count / highest) * 100).toFixed(1)}%`;
    list.append(
      el(
        'li',
        { title: value },
        fill,
        el('span', { class: 'ellipsis' }, value === '' ? l10n.t('(empty)') : value),
        el('span', { class: 'top-count' }, formatCount(count)),
        el('span', { class: 'top-share' }, formatPercent(count / Math.max(1, column.rows))),
      ),
    );
  }
  return list;
}
