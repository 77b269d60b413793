// Owns the small pictures of a column: histograms and bars of the most frequent values. Drawn in theme colours by CSS.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../src/shared/schema/profile';
import { el, svg } from '../ui/dom';
import { formatCount, formatPercent, formatUtc, formatValue } from '../ui/format';

/** A value of the column as its type reads: a date, or a number. */
export function columnValue(column: ColumnProfile, value: number): string {
  return column.type === 'datetime' ? formatUtc(value) : formatValue(value, 5);
}

interface BarsOptions {
  readonly width: number;
  readonly height: number;
  readonly gap: number;
  /** Tooltip of each bar; undefined draws them without. */
  readonly titleOf?: (index: number) => string;
}

/** Vertical bars from the bottom; a count above zero is at least one pixel high. */
function verticalBars(counts: readonly number[], options: BarsOptions): SVGSVGElement {
  const highest = Math.max(1, ...counts);
  const step = options.width / Math.max(1, counts.length);
  return svg(
    'svg',
    {
      class: 'bars',
      viewBox: `0 0 ${options.width} ${options.height}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    ...counts.map((count, i) => {
      const height = count === 0 ? 0 : Math.max(1, (count / highest) * options.height);
      return svg(
        'rect',
        {
          class: 'bar',
          x: i * step,
          y: options.height - height,
          width: Math.max(0.5, step - options.gap),
          height,
        },
        options.titleOf === undefined ? undefined : svg('title', {}, options.titleOf(i)),
      );
    }),
  );
}

const MINI = { width: 152, height: 30, gap: 1 };
/** Bars in a header: more would be thinner than a pixel's worth of attention. */
const MINI_VALUES = 12;

/** Histogram or most frequent values for a header; undefined where a picture would say nothing. */
export function miniBars(column: ColumnProfile): SVGSVGElement | undefined {
  if (column.histogram !== undefined) return verticalBars(column.histogram.counts, MINI);
  if (column.type === 'id' || column.type === 'text') return undefined;
  const counts = column.topValues?.slice(0, MINI_VALUES).map((top) => top.count) ?? [];
  if (counts.length === 0) return undefined;
  return verticalBars(counts, { ...MINI, width: Math.min(MINI.width, counts.length * 22), gap: 2 });
}

export function histogram(column: ColumnProfile): HTMLElement | undefined {
  const data = column.histogram;
  if (data === undefined || data.counts.length === 0) return undefined;
  const edge = (i: number): string => columnValue(column, data.edges[i] ?? NaN);
  return el(
    'figure',
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
      'figcaption',
      { class: 'muted small' },
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
