// Owns the rows of the grid that are in the page: a pool of elements that is filled anew as rows come into view.
import * as l10n from '@vscode/l10n';
import { el } from '../ui/dom';
import { icon } from '../ui/icons';
import type { DiffCell, Mark } from './diff';
import type { GridModel, GridRow } from './gridModel';
import type { Window } from './scroll';

export interface RowsFrame {
  readonly model: GridModel;
  readonly rows: Window;
  readonly columns: Window;
  /** Left edge of each column, from the end of the gutter. */
  readonly edges: Float64Array;
  readonly gutter: number;
  readonly width: number;
  /** Where row r stands, in pixels. */
  top(row: number): number;
  /** Column of the file or table that is looked at; -1 for none. */
  readonly selected: number;
  readonly active: { readonly row: number; readonly column: number } | undefined;
  /** Changes when anything but the place may differ. */
  readonly version: number;
}

export const cellId = (row: number, column: number): string => `cell-${row}-${column}`;

export const missingText = (): string => l10n.t('missing');

/** "new value, was old value", for those who cannot see the mark. */
export function spokenCell(cell: DiffCell): string {
  const text = cell.short ?? cell.text ?? missingText();
  return cell.old === undefined ? text : l10n.t('{0}, was {1}', text, cell.old ?? missingText());
}

/** "old → new". */
export function cellTitle(cell: DiffCell): string {
  const text = cell.text ?? missingText();
  return cell.old === undefined ? (cell.text ?? '') : `${cell.old ?? missingText()} → ${text}`;
}

const MARK_WORD: Readonly<Record<Mark, () => string>> = {
  same: () => '',
  added: () => l10n.t('new row'),
  removed: () => l10n.t('removed row'),
};

export class RowPool {
  private readonly pool: HTMLElement[] = [];

  constructor(private readonly body: HTMLElement) {}

  draw(frame: RowsFrame): void {
    const { from, to } = frame.rows;
    while (this.pool.length < to - from) {
      const head = el('div', { class: 'grid-number', attrs: { role: 'rowheader', 'aria-colindex': 1 } });
      const row = el('div', { class: 'grid-row', attrs: { role: 'row' } }, head);
      this.pool.push(row);
      this.body.append(row);
    }
    const size = this.pool.length;
    this.pool.forEach((row, k) => {
      // A row keeps its element while it is in view: row r lives in slot r modulo the pool.
      const r = from + ((k - (from % size) + size) % size);
      row.hidden = r >= to;
      if (r < to) this.fill(row, r, frame);
    });
  }

  private fill(row: HTMLElement, r: number, frame: RowsFrame): void {
    const { columns, model, active } = frame;
    row.style.transform = `translateY(${frame.top(r)}px)`;
    const data = model.row(r);
    const activeColumn = active?.row === r ? active.column : -2;
    const key = `${frame.version}/${r}/${columns.from}/${columns.to}/${data === undefined}/${activeColumn}/${frame.selected}`;
    if (row.dataset['key'] === key) return;
    row.dataset['key'] = key;
    row.style.width = `${frame.width}px`;
    row.setAttribute('aria-rowindex', String(r + 2));
    const mark = data?.mark ?? 'same';
    row.className = `grid-row ${mark}${data === undefined ? ' waiting' : ''}${activeColumn > -2 ? ' current' : ''}`;
    row.dataset['row'] = String(r);
    const [head] = row.children;
    const known = `${frame.version}/${r}/${data === undefined}`;
    if (head instanceof HTMLElement && head.dataset['key'] !== known) {
      head.dataset['key'] = known;
      fillNumber(head, data, frame.gutter);
    }
    this.fillCells(row, { r, data, frame, known });
  }

  /** A cell keeps its element too while its column is in view: column i lives in slot i modulo the pool. */
  private fillCells(
    row: HTMLElement,
    { r, data, frame, known }: { r: number; data: GridRow | undefined; frame: RowsFrame; known: string },
  ): void {
    const { columns, active, selected } = frame;
    const count = columns.to - columns.from;
    while (row.children.length - 1 < count) row.append(el('div', { attrs: { role: 'gridcell' } }));
    const size = row.children.length - 1;
    for (let k = 0; k < size; k++) {
      const cell = row.children[k + 1];
      if (!(cell instanceof HTMLElement)) continue;
      const i = columns.from + ((k - (columns.from % size) + size) % size);
      cell.hidden = i >= columns.to;
      if (cell.hidden) continue;
      const isActive = active?.row === r && active.column === i;
      const key = `${known}/${i}/${isActive}/${i === selected}/${frame.edges[i + 1] ?? 0}`;
      if (cell.dataset['key'] === key) continue;
      cell.dataset['key'] = key;
      this.fillCell(cell, { r, i, data: data?.cell(i), frame, isActive });
    }
  }

  private fillCell(
    cell: HTMLElement,
    {
      r,
      i,
      data,
      frame,
      isActive,
    }: { r: number; i: number; data: DiffCell | undefined; frame: RowsFrame; isActive: boolean },
  ): void {
    const column = frame.model.column(i);
    const parts = ['grid-cell'];
    if (column?.isNumeric === true) parts.push('numeric');
    if (column !== undefined && column.mark !== 'same') parts.push(`column-${column.mark}`);
    if (data !== undefined && data.text === null) parts.push('missing');
    if (data?.old !== undefined) parts.push('changed');
    if (i === frame.selected) parts.push('selected');
    if (isActive) parts.push('active');
    cell.className = parts.join(' ');
    cell.id = cellId(r, i);
    cell.textContent = data === undefined ? '' : (data.short ?? data.text ?? missingText());
    const isCut = data?.short !== undefined || (data?.text?.length ?? 0) > 16;
    cell.title = data !== undefined && (data.old !== undefined || isCut) ? cellTitle(data) : '';
    if (data?.old === undefined) cell.removeAttribute('aria-label');
    else cell.setAttribute('aria-label', spokenCell(data));
    cell.dataset['column'] = String(i);
    cell.setAttribute('aria-colindex', String(i + 2));
    cell.style.width = `${(frame.edges[i + 1] ?? 0) - (frame.edges[i] ?? 0)}px`;
    cell.style.transform = `translateX(${frame.gutter + (frame.edges[i] ?? 0)}px)`;
  }
}

function fillNumber(head: HTMLElement, row: ReturnType<GridModel['row']>, gutter: number): void {
  head.style.width = `${gutter}px`;
  const mark = row?.mark ?? 'same';
  const children: (Node | string)[] = [];
  if (mark !== 'same') {
    children.push(
      icon(mark === 'added' ? 'diffAdded' : 'diffRemoved', `mark-${mark}`),
      el('span', { class: 'visually-hidden' }, MARK_WORD[mark]()),
    );
  }
  children.push(el('span', { class: 'grid-row-number' }, row?.number ?? ''));
  if (row?.part !== undefined) {
    children.push(
      el('span', { class: `grid-part part-${row.part.name}`, title: row.part.word }, row.part.word),
    );
  }
  head.replaceChildren(...children);
}
