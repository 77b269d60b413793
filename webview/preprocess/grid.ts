// Owns the grid: an imperative island that keeps only the visible rows and columns in the page, so that 10,000 rows by
// 1,000 columns scroll as 40 by 10 do. Told the columns and rows, tells which column was pointed at or chosen.
import * as l10n from '@vscode/l10n';
import type { Preview } from '../../src/shared/schema/profile';
import { el, oncePerFrame } from '../ui/dom';
import { formatCount, formatPercent } from '../ui/format';
import { icon } from '../ui/icons';
import { miniBars } from './bars';
import { visibleWindow, type GridColumn, type Window } from './state';
import { typeWords } from './words';

const COLUMN_WIDTH = 172;
const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 96;
const GUTTER_WIDTH = 56;

export interface GridView {
  readonly columns: readonly GridColumn[];
  readonly rows: Preview['rows'];
  readonly selected: string | undefined;
  readonly target: string | undefined;
}

export interface GridListener {
  /** Shown in the detail pane. */
  select(column: string): void;
  /** To be predicted. */
  choose(column: string): void;
  clear(): void;
}

export class Grid {
  readonly element: HTMLElement;
  private readonly space = el('div', { class: 'grid-space' });
  private readonly head = el('div', { class: 'grid-head', attrs: { role: 'row', 'aria-rowindex': 1 } });
  private readonly gutter = el('div', { class: 'grid-gutter', attrs: { 'aria-hidden': 'true' } });
  private readonly body = el('div', { class: 'grid-body', attrs: { role: 'presentation' } });
  private readonly band = el('div', { class: 'grid-band', hidden: true });
  private view: GridView = { columns: [], rows: [], selected: undefined, target: undefined };
  /** Rows in the page now, by row index; reused as they scroll out. */
  private readonly rowPool: HTMLElement[] = [];
  private readonly numberPool: HTMLElement[] = [];
  private headKey = '';
  private version = 0;
  private readonly render = oncePerFrame(() => this.draw());

  constructor(private readonly listener: GridListener) {
    const corner = el('div', { class: 'grid-corner' });
    this.head.append(corner);
    this.body.append(this.band, this.gutter);
    this.space.append(this.head, this.body);
    this.element = el(
      'div',
      {
        class: 'grid',
        tabIndex: 0,
        attrs: { role: 'grid', 'aria-label': l10n.t('First rows'), 'aria-readonly': 'true' },
        on: {
          scroll: () => this.render(),
          keydown: (event) => this.onKey(event),
          click: (event) => {
            const target =
              event.target instanceof Element ? event.target.closest<HTMLElement>('[data-column]') : null;
            const column = this.view.columns[Number(target?.dataset['column'] ?? NaN)];
            if (column !== undefined) this.listener.select(column.name);
          },
        },
      },
      this.space,
    );
    new ResizeObserver(() => this.render()).observe(this.element);
  }

  update(view: GridView): void {
    const before = this.view;
    this.view = view;
    if (before.columns !== view.columns || before.rows !== view.rows) this.version++;
    this.space.style.width = `${GUTTER_WIDTH + view.columns.length * COLUMN_WIDTH}px`;
    this.body.style.height = `${view.rows.length * ROW_HEIGHT}px`;
    this.element.setAttribute('aria-rowcount', String(view.rows.length + 1));
    this.element.setAttribute('aria-colcount', String(view.columns.length));
    this.render();
  }

  private selectedIndex(): number {
    return this.view.columns.findIndex((column) => column.name === this.view.selected);
  }

  private draw(): void {
    const { columns, rows } = this.view;
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.element;
    const shownColumns = visibleWindow(columns.length, COLUMN_WIDTH, {
      offset: scrollLeft,
      length: clientWidth - GUTTER_WIDTH,
      spare: 1,
    });
    const shownRows = visibleWindow(rows.length, ROW_HEIGHT, {
      offset: scrollTop,
      length: clientHeight - HEAD_HEIGHT,
      spare: 4,
    });
    const selected = this.selectedIndex();
    this.drawHead(shownColumns, selected);
    this.drawRows(shownRows, shownColumns);
    this.band.hidden = selected < 0;
    this.band.style.transform = `translateX(${GUTTER_WIDTH + selected * COLUMN_WIDTH}px)`;
  }

  private drawHead(shown: Window, selected: number): void {
    const target = this.view.columns.findIndex((column) => column.name === this.view.target);
    const key = `${this.version}/${shown.from}/${shown.to}/${selected}/${target}`;
    if (key === this.headKey) return;
    this.headKey = key;
    const corner = this.head.firstElementChild;
    const cells: HTMLElement[] = [];
    for (let i = shown.from; i < shown.to; i++) {
      const column = this.view.columns[i];
      if (column !== undefined)
        cells.push(headCell(column, i, { selected: i === selected, target: i === target }));
    }
    this.head.replaceChildren(...(corner === null ? [] : [corner]), ...cells);
    if (selected < 0) this.element.removeAttribute('aria-activedescendant');
    else this.element.setAttribute('aria-activedescendant', `column-${selected}`);
  }

  private drawRows(shownRows: Window, shownColumns: Window): void {
    const count = shownRows.to - shownRows.from;
    while (this.rowPool.length < count) {
      const row = el('div', { class: 'grid-row', attrs: { role: 'row' } });
      const number = el('div', { class: 'grid-number' });
      this.rowPool.push(row);
      this.numberPool.push(number);
      this.body.append(row);
      this.gutter.append(number);
    }
    this.rowPool.forEach((row, k) => {
      const number = this.numberPool[k];
      if (number === undefined) return;
      // A row keeps its element while it is in view: row r lives in slot r modulo the pool.
      const r =
        shownRows.from +
        ((k - (shownRows.from % this.rowPool.length) + this.rowPool.length) % this.rowPool.length);
      const index = r < shownRows.to ? r : -1;
      row.hidden = index < 0;
      number.hidden = index < 0;
      if (index >= 0) this.fillRow(row, number, { index, columns: shownColumns });
    });
  }

  private fillRow(
    row: HTMLElement,
    number: HTMLElement,
    { index, columns }: { index: number; columns: Window },
  ): void {
    const key = `${this.version}/${index}/${columns.from}/${columns.to}`;
    if (row.dataset['key'] === key) return;
    row.dataset['key'] = key;
    const top = `translateY(${index * ROW_HEIGHT}px)`;
    row.style.transform = top;
    number.style.transform = top;
    number.textContent = formatCount(index + 1);
    row.setAttribute('aria-rowindex', String(index + 2));
    row.classList.toggle('odd', index % 2 === 1);
    const values = this.view.rows[index] ?? [];
    const cells = row.children;
    for (let i = columns.from; i < columns.to; i++) {
      const column = this.view.columns[i];
      let cell = cells[i - columns.from] as HTMLElement | undefined;
      if (cell === undefined) {
        cell = el('div', { attrs: { role: 'gridcell' } });
        row.append(cell);
      }
      cell.hidden = false;
      const value = column === undefined ? null : (values[column.index] ?? null);
      const numeric = column?.profile?.type === 'number';
      cell.className = `grid-cell${numeric ? ' numeric' : ''}${value === null ? ' missing' : ''}`;
      cell.textContent = value ?? l10n.t('missing');
      cell.title = value !== null && value.length > 18 ? value : '';
      cell.dataset['column'] = String(i);
      cell.setAttribute('aria-colindex', String(i + 1));
      cell.style.transform = `translateX(${GUTTER_WIDTH + i * COLUMN_WIDTH}px)`;
    }
    for (let k = columns.to - columns.from; k < cells.length; k++) (cells[k] as HTMLElement).hidden = true;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const { columns } = this.view;
    const now = this.selectedIndex();
    const choose = (to: number): void => {
      const index = Math.min(columns.length - 1, Math.max(0, to));
      const column = columns[index];
      if (column === undefined) return;
      // Keys come faster than frames: the next one starts from here.
      this.view = { ...this.view, selected: column.name };
      this.listener.select(column.name);
      this.showColumn(index);
    };
    const scroll = (rows: number): void => this.element.scrollBy({ top: rows * ROW_HEIGHT });
    const page = Math.max(1, Math.floor((this.element.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT) - 1);
    const actions: Record<string, () => void> = {
      ArrowRight: () => choose(now + 1),
      ArrowLeft: () => choose(now < 0 ? 0 : now - 1),
      Home: () => (event.ctrlKey ? this.element.scrollTo({ top: 0 }) : choose(0)),
      End: () =>
        event.ctrlKey
          ? this.element.scrollTo({ top: this.element.scrollHeight })
          : choose(columns.length - 1),
      ArrowDown: () => scroll(1),
      ArrowUp: () => scroll(-1),
      PageDown: () => scroll(page),
      PageUp: () => scroll(-page),
      Enter: () => {
        const column = columns[now];
        if (column !== undefined) this.listener.choose(column.name);
      },
      Escape: () => {
        this.view = { ...this.view, selected: undefined, target: undefined };
        this.listener.clear();
      },
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  private showColumn(index: number): void {
    const left = index * COLUMN_WIDTH;
    const seen = this.element.clientWidth - GUTTER_WIDTH;
    if (left < this.element.scrollLeft) this.element.scrollLeft = left;
    else if (left + COLUMN_WIDTH > this.element.scrollLeft + seen) {
      this.element.scrollLeft = left + COLUMN_WIDTH - seen;
    }
  }
}

function headCell(
  column: GridColumn,
  index: number,
  { selected, target }: { selected: boolean; target: boolean },
): HTMLElement {
  const { profile } = column;
  const type = profile === undefined ? undefined : typeWords(profile.type);
  const share = profile === undefined ? 0 : profile.missing / Math.max(1, profile.rows);
  const missing =
    profile === undefined || profile.missing === 0 ? '' : l10n.t('{0} missing', formatPercent(share));
  const picture = profile === undefined ? undefined : miniBars(profile);
  const cell = el(
    'div',
    {
      class: `grid-head-cell${selected ? ' selected' : ''}`,
      id: `column-${index}`,
      title:
        profile === undefined || type === undefined
          ? column.name
          : `${column.name}\n${type.word}: ${profile.reason}`,
      attrs: {
        role: 'columnheader',
        'aria-colindex': index + 1,
        'aria-selected': selected,
        'data-column': index,
        'aria-label': [column.name, target ? l10n.t('target') : undefined, type?.word, missing]
          .filter((part) => part !== undefined && part !== '')
          .join(', '),
      },
    },
    el(
      'div',
      { class: 'grid-name' },
      target ? icon('target', 'grid-target') : undefined,
      el('span', { class: 'ellipsis' }, column.name),
    ),
    el(
      'div',
      { class: 'grid-meta' },
      type === undefined
        ? el('span', { class: 'muted' }, '…')
        : el('span', { class: 'type' }, icon(type.icon), el('span', {}, type.word)),
      el('span', { class: share > 0.2 ? 'severity-warning' : 'muted' }, missing),
    ),
    el(
      'div',
      { class: 'grid-picture' },
      picture ??
        (profile === undefined
          ? undefined
          : el(
              'span',
              { class: 'muted small' },
              profile.distinctIsExact
                ? l10n.t('{0} distinct', formatCount(profile.distinct))
                : l10n.t('about {0} distinct', formatCount(profile.distinct)),
            )),
    ),
  );
  cell.style.transform = `translateX(${GUTTER_WIDTH + index * COLUMN_WIDTH}px)`;
  return cell;
}
