// Owns one column's header in the grid: name, type, what is to be said of it, a small chart, and its two buttons.
import * as l10n from '@vscode/l10n';
import { el } from '../ui/dom';
import { icon, type IconName } from '../ui/icons';
import { miniBars } from './bars';
import type { Mark } from './diff';
import type { GridColumn } from './gridModel';

export interface HeadState {
  readonly index: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly isTarget: boolean;
  /** Stays in the table, but is not learnt from. */
  readonly isIgnored: boolean;
  /** Undefined: this table is not sorted by looking at it. */
  readonly sort: 'none' | 'ascending' | 'descending' | undefined;
}

const MARK_ICON: Readonly<Record<Mark, IconName | undefined>> = {
  same: undefined,
  added: 'diffAdded',
  removed: 'diffRemoved',
};

const ignoredText = (): string => l10n.t('not learnt from');

export const headId = (index: number): string => `head-${index}`;

export function headCell(column: GridColumn, state: HeadState): HTMLElement {
  const mark = MARK_ICON[column.mark];
  const chart = column.chart === undefined ? undefined : miniBars(column.chart);
  const spoken = [
    column.name,
    state.isTarget ? l10n.t('target') : '',
    state.isIgnored ? ignoredText() : '',
    column.word === '…' ? '' : column.word,
    column.remark,
    column.chart?.text ?? '',
  ].filter((part) => part !== '');
  return el(
    'div',
    {
      class: [
        'grid-head-cell',
        column.mark,
        state.isSelected ? 'selected' : '',
        state.isActive ? 'active' : '',
        state.sort === undefined || state.sort === 'none' ? '' : 'sorted',
      ]
        .filter((part) => part !== '')
        .join(' '),
      id: headId(state.index),
      title: state.isIgnored ? `${column.tooltip}\n${ignoredText()}` : column.tooltip,
      attrs: {
        role: 'columnheader',
        'aria-colindex': state.index + 2,
        'aria-selected': state.isSelected,
        'aria-sort': state.sort,
        'data-column': state.index,
        'aria-label': spoken.join(', '),
      },
    },
    el(
      'div',
      { class: 'grid-name' },
      state.isTarget ? icon('target', 'grid-target') : undefined,
      state.isIgnored ? icon('circleSlash', 'muted') : undefined,
      mark === undefined ? undefined : icon(mark, `mark-${column.mark}`),
      el('span', { class: 'ellipsis' }, column.name),
      el('span', { class: 'grid-head-tools' }, sortButton(column, state), menuButton(column)),
    ),
    el(
      'div',
      { class: 'grid-meta' },
      el(
        'span',
        { class: 'type' },
        column.icon === undefined ? undefined : icon(column.icon),
        el('span', {}, column.word),
      ),
      el('span', { class: column.isWarned ? 'severity-warning ellipsis' : 'muted ellipsis' }, column.remark),
    ),
    el(
      'div',
      { class: 'grid-picture' },
      chart ??
        (column.chart === undefined
          ? undefined
          : el('span', { class: 'muted small ellipsis' }, column.chart.text)),
    ),
    el('div', { class: 'grid-resize', attrs: { 'data-resize': state.index } }),
  );
}

function sortButton(column: GridColumn, { sort }: HeadState): HTMLElement | undefined {
  if (sort === undefined) return undefined;
  const next =
    sort === 'none'
      ? l10n.t('Sort ascending, to look at')
      : sort === 'ascending'
        ? l10n.t('Sort descending, to look at')
        : l10n.t('Order of the file');
  return el(
    'button',
    {
      class: 'icon-button grid-sort',
      title: next,
      tabIndex: -1,
      attrs: { type: 'button', 'data-act': 'sort', 'aria-label': `${column.name}: ${next}` },
    },
    icon(sort === 'descending' ? 'arrowDown' : 'arrowUp'),
  );
}

function menuButton(column: GridColumn): HTMLElement {
  return el(
    'button',
    {
      class: 'icon-button',
      title: l10n.t('Steps for this column'),
      tabIndex: -1,
      attrs: { type: 'button', 'data-act': 'menu', 'aria-label': l10n.t('Steps for {0}', column.name) },
    },
    icon('ellipsis'),
  );
}
