// Owns the grid: an imperative island that keeps only the visible rows and columns in the page, so that ten million rows
// or a hundred thousand columns scroll as forty by ten do. Told what to show, tells what was pointed at.
import * as l10n from '@vscode/l10n';
import { el, oncePerFrame, setChildren } from '../ui/dom';
import { headCell, headId, type HeadState } from './gridHead';
import { gridKey, type CellAt } from './gridKeys';
import type { GridColumn, GridModel } from './gridModel';
import { cellId, RowPool } from './gridRows';
import { columnEdges, scrollMap, visibleColumns, visibleRows, type ScrollMap, type Window } from './scroll';
import type { Sort } from './state';

export const COLUMN_WIDTH = 160;
const MIN_WIDTH = 60;
const MAX_WIDTH = 900;
export const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 96;
const SPARE_ROWS = 4;
/** A wheel that counts lines counts three of ours, as browsers do. */
const LINES_PX = 3 * ROW_HEIGHT;

export interface GridView {
  readonly label: string;
  readonly model: GridModel;
  readonly selected: string | undefined;
  readonly target: string | undefined;
  /** Columns that are not learnt from. */
  readonly ignored: ReadonlySet<string>;
  /** Undefined: this table is not sorted by looking at it. */
  readonly sort: Sort | 'none' | undefined;
  /** Rows say which part they are in. */
  readonly hasParts: boolean;
  /** Widths that the user has changed, by column. */
  readonly widths: ReadonlyMap<string, number>;
}

export interface GridListener {
  select(column: string): void;
  /** To be looked at closely. */
  open(column: string): void;
  sort(column: string): void;
  menu(column: string, anchor: Element | { readonly x: number; readonly y: number }): void;
  resize(column: string, width: number): void;
  /** The cell that the keyboard is at. */
  cell(at: CellAt | undefined): void;
}

export class Grid {
  readonly element: HTMLElement;
  private readonly space = el('div', { class: 'grid-space' });
  private readonly head = el('div', { class: 'grid-head', attrs: { role: 'row', 'aria-rowindex': 1 } });
  private readonly corner = el('div', {
    class: 'grid-corner',
    attrs: { role: 'columnheader', 'aria-colindex': 1 },
  });
  private readonly body = el('div', { class: 'grid-body', attrs: { role: 'rowgroup' } });
  private readonly rows = new RowPool(this.body);
  private view: GridView | undefined;
  private edges = columnEdges([]);
  private gutter = 64;
  private map: ScrollMap = scrollMap(0, ROW_HEIGHT, 0);
  private topRow = 0;
  private active: CellAt | undefined;
  private headKey = '';
  private readonly heads = new Map<number, { column: GridColumn; key: string; element: HTMLElement }>();
  private version = 0;
  private resizing = false;
  private readonly draw = oncePerFrame(() => this.render());

  constructor(private readonly listener: GridListener) {
    this.corner.append(el('span', { class: 'visually-hidden' }, l10n.t('Row')));
    this.space.append(this.head, this.body);
    this.element = el(
      'div',
      {
        class: 'grid',
        tabIndex: 0,
        attrs: { role: 'grid', 'aria-readonly': 'true' },
        on: {
          scroll: () => this.onScroll(),
          wheel: (event) => this.onWheel(event),
          keydown: (event) => this.onKey(event),
          click: (event) => this.onClick(event),
          dblclick: (event) => this.onDoubleClick(event),
          contextmenu: (event) => this.onContextMenu(event),
          pointerdown: (event) => this.onPointerDown(event),
          copy: (event) => this.onCopy(event),
          focus: () => this.draw(),
        },
      },
      this.space,
    );
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  update(view: GridView): void {
    const before = this.view;
    this.view = view;
    const { model } = view;
    if (before?.model !== model) {
      this.version++;
      // Rows of another table: the same place in it means nothing, but nobody wants to be thrown back either.
      if (before?.model.names.length !== model.names.length) this.headKey = '';
    }
    this.element.setAttribute('aria-label', view.label);
    this.element.setAttribute('aria-colcount', String(model.names.length + 1));
    this.layOut();
    this.draw();
  }

  /** Rows have arrived. */
  refresh(): void {
    this.version++;
    this.layOut();
    this.draw();
  }

  /** Another table: from its first row. */
  toTop(): void {
    this.topRow = 0;
    this.element.scrollTop = 0;
    this.setActive(undefined);
  }

  /** With one column before it, and room for what stands behind it. */
  showColumn(name: string): void {
    const index = this.view?.model.names.indexOf(name) ?? -1;
    if (index < 0) return;
    const left = this.edges[index] ?? 0;
    const seen = this.element.clientWidth - this.gutter;
    const isSeen =
      left >= this.element.scrollLeft && left + 2 * COLUMN_WIDTH <= this.element.scrollLeft + seen;
    if (!isSeen) this.element.scrollLeft = Math.max(0, left - COLUMN_WIDTH);
  }

  private layOut(): void {
    if (this.view === undefined) return;
    const { model, widths, hasParts } = this.view;
    this.edges = columnEdges(model.names.map((name) => widths.get(name) ?? COLUMN_WIDTH));
    const digits = String(model.rowCount).length;
    this.gutter = Math.max(48, 24 + 9 * digits) + (hasParts ? 66 : 0);
    this.space.style.width = `${this.gutter + (this.edges.at(-1) ?? 0)}px`;
    this.corner.style.width = `${this.gutter}px`;
    this.element.setAttribute('aria-rowcount', String(model.rowCount + 1));
    this.map = scrollMap(model.rowCount, ROW_HEIGHT, this.viewHeight());
    this.body.style.height = `${this.map.height}px`;
    this.topRow = Math.min(this.topRow, this.map.maxTop);
  }

  private viewHeight(): number {
    return Math.max(0, this.element.clientHeight - HEAD_HEIGHT);
  }

  private render(): void {
    const { view } = this;
    if (view === undefined) return;
    const height = this.viewHeight();
    this.map = scrollMap(view.model.rowCount, ROW_HEIGHT, height);
    const { scrollLeft, clientWidth } = this.element;
    const columns = visibleColumns(this.edges, scrollLeft, scrollLeft + clientWidth - this.gutter);
    const rows = visibleRows(view.model.rowCount, {
      topRow: this.topRow,
      shown: height / ROW_HEIGHT,
      spare: SPARE_ROWS,
    });
    view.model.want(rows.from, rows.to);
    const selected = view.selected === undefined ? -1 : view.model.names.indexOf(view.selected);
    this.drawHead(view, columns, selected);
    const { scrollTop } = this.element;
    this.rows.draw({
      model: view.model,
      rows,
      columns,
      edges: this.edges,
      gutter: this.gutter,
      width: this.gutter + (this.edges.at(-1) ?? 0),
      top: (row) => (this.map.isScaled ? scrollTop + (row - this.topRow) * ROW_HEIGHT : row * ROW_HEIGHT),
      selected,
      active: this.active,
      version: this.version,
    });
    this.pointToActive();
  }

  private drawHead(view: GridView, shown: Window, selected: number): void {
    const { model, target, ignored, sort } = view;
    const activeColumn = this.active?.row === -1 ? this.active.column : -1;
    const sortKey = typeof sort === 'object' ? `${sort.column}/${sort.order}` : String(sort);
    const key = JSON.stringify([
      this.version,
      shown,
      selected,
      target,
      [...ignored],
      sortKey,
      activeColumn,
      this.edges[shown.to],
    ]);
    if (key === this.headKey) return;
    this.headKey = key;
    const cells: HTMLElement[] = [];
    for (let i = shown.from; i < shown.to; i++) {
      const column = model.column(i);
      if (column === undefined) continue;
      const cell = this.headOf(column, {
        index: i,
        isSelected: i === selected,
        isActive: i === activeColumn,
        isTarget: column.name === target,
        isIgnored: ignored.has(column.name),
        sort:
          sort === undefined
            ? undefined
            : sort !== 'none' && sort.column === column.name
              ? sort.order
              : 'none',
      });
      cell.style.width = `${(this.edges[i + 1] ?? 0) - (this.edges[i] ?? 0)}px`;
      cell.style.transform = `translateX(${this.gutter + (this.edges[i] ?? 0)}px)`;
      cells.push(cell);
    }
    setChildren(this.head, [this.corner, ...cells]);
    for (const i of this.heads.keys()) if (i < shown.from || i >= shown.to) this.heads.delete(i);
  }

  /** A header keeps its element while it is in view and says the same. */
  private headOf(column: GridColumn, state: HeadState): HTMLElement {
    const kept = this.heads.get(state.index);
    const key = JSON.stringify(state);
    if (kept !== undefined && kept.column === column && kept.key === key) return kept.element;
    const element = headCell(column, state);
    this.heads.set(state.index, { column, key, element });
    return element;
  }

  private pointToActive(): void {
    const { active } = this;
    const id =
      active === undefined
        ? undefined
        : active.row < 0
          ? headId(active.column)
          : cellId(active.row, active.column);
    if (id === undefined || document.getElementById(id) === null) {
      this.element.removeAttribute('aria-activedescendant');
    } else this.element.setAttribute('aria-activedescendant', id);
  }

  private onScroll(): void {
    const { scrollTop } = this.element;
    // Where we scrolled to ourselves, the place is known better than its pixel says.
    if (Math.abs(this.map.scrollTopOf(this.topRow) - scrollTop) >= 1)
      this.topRow = this.map.topRowAt(scrollTop);
    this.draw();
  }

  private scrollToRow(topRow: number): void {
    this.topRow = Math.min(this.map.maxTop, Math.max(0, topRow));
    this.element.scrollTop = this.map.scrollTopOf(this.topRow);
    this.draw();
  }

  /** Where a pixel of the scroll bar is many rows, the wheel still goes by rows. */
  private onWheel(event: WheelEvent): void {
    if (!this.map.isScaled || event.ctrlKey || event.shiftKey || event.deltaY === 0) return;
    event.preventDefault();
    const pixels =
      event.deltaMode === WheelEvent.DOM_DELTA_PIXEL
        ? event.deltaY
        : event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINES_PX / 3 : this.viewHeight());
    this.scrollToRow(this.topRow + pixels / ROW_HEIGHT);
    if (event.deltaX !== 0) this.element.scrollLeft += event.deltaX;
  }

  private at(
    event: Event,
  ): { name: string; column: number; row: number; act: string | undefined } | undefined {
    if (!(event.target instanceof Element)) return undefined;
    const cell = event.target.closest<HTMLElement>('[data-column]');
    const column = Number(cell?.dataset['column'] ?? NaN);
    const name = this.view?.model.names[column];
    if (cell === null || name === undefined) return undefined;
    const row = cell.closest<HTMLElement>('[data-row]')?.dataset['row'];
    const act = event.target.closest<HTMLElement>('[data-act]')?.dataset['act'];
    return { name, column, row: row === undefined ? -1 : Number(row), act };
  }

  private onClick(event: MouseEvent): void {
    const at = this.at(event);
    if (at === undefined || this.resizing) return;
    this.setActive({ row: at.row, column: at.column });
    if (at.act === 'sort') this.listener.sort(at.name);
    else if (at.act === 'menu' && event.target instanceof Element) {
      this.listener.menu(at.name, event.target.closest('button') ?? this.element);
    } else this.listener.select(at.name);
  }

  private onDoubleClick(event: MouseEvent): void {
    const at = this.at(event);
    if (event.target instanceof HTMLElement && event.target.dataset['resize'] !== undefined) {
      if (at !== undefined) this.listener.resize(at.name, COLUMN_WIDTH);
    } else if (at !== undefined && at.act === undefined) this.listener.open(at.name);
  }

  private onContextMenu(event: MouseEvent): void {
    const at = this.at(event);
    if (at === undefined) return;
    event.preventDefault();
    // The editor has a menu of its own for pages.
    event.stopPropagation();
    this.setActive({ row: at.row, column: at.column });
    this.listener.select(at.name);
    this.listener.menu(at.name, { x: event.clientX, y: event.clientY });
  }

  /** Drags the right edge of a header. */
  private onPointerDown(event: PointerEvent): void {
    const handle = event.target instanceof HTMLElement ? event.target.dataset['resize'] : undefined;
    const name = handle === undefined ? undefined : this.view?.model.names[Number(handle)];
    if (name === undefined || event.button !== 0) return;
    event.preventDefault();
    const index = Number(handle);
    const width = (this.edges[index + 1] ?? 0) - (this.edges[index] ?? 0);
    const start = event.clientX;
    this.resizing = true;
    const move = (moved: PointerEvent): void => this.resizeColumn(name, width + moved.clientX - start);
    const end = (): void => {
      document.removeEventListener('pointermove', move);
      // The click that ends the drag is none.
      setTimeout(() => (this.resizing = false));
    };
    document.addEventListener('pointermove', move);
    document.addEventListener('pointerup', end, { once: true });
  }

  private resizeColumn(name: string, width: number): void {
    this.listener.resize(name, Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width))));
  }

  private onCopy(event: ClipboardEvent): void {
    const { active, view } = this;
    if (active === undefined || view === undefined || event.clipboardData === null) return;
    const text =
      active.row < 0 ? view.model.names[active.column] : view.model.row(active.row)?.cell(active.column).text;
    if (text === undefined || text === null) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  }

  private onKey(event: KeyboardEvent): void {
    const { view } = this;
    if (view === undefined || event.target !== this.element) return;
    const page = Math.max(1, Math.floor(this.viewHeight() / ROW_HEIGHT) - 1);
    const size = { rows: view.model.rowCount, columns: view.model.names.length, page };
    const action = gridKey(event, this.active ?? { row: -1, column: 0 }, size);
    if (action === undefined) return;
    event.preventDefault();
    const name = view.model.names[this.active?.column ?? 0];
    switch (action.kind) {
      case 'move':
        // The first arrow shows where one is; whoever wants the end goes there at once.
        this.moveTo(
          this.active === undefined && event.key.startsWith('Arrow') ? { row: -1, column: 0 } : action.to,
        );
        return;
      case 'menu': {
        const id = this.element.getAttribute('aria-activedescendant');
        const anchor = id === null ? null : document.getElementById(id);
        if (name !== undefined) this.listener.menu(name, anchor ?? this.element);
        return;
      }
      case 'sort':
        if (name !== undefined && view.sort !== undefined) this.listener.sort(name);
        return;
      case 'open':
        if (name !== undefined) this.listener.open(name);
        return;
      case 'resize':
        if (name !== undefined) this.resizeColumn(name, (view.widths.get(name) ?? COLUMN_WIDTH) + action.by);
        return;
      case 'leave':
        this.setActive(undefined);
    }
  }

  private moveTo(to: CellAt): void {
    this.setActive(to);
    this.reveal(to.row < 0 ? undefined : to.row, to.column);
    const name = this.view?.model.names[to.column];
    if (name !== undefined && name !== this.view?.selected) this.listener.select(name);
  }

  private setActive(at: CellAt | undefined): void {
    this.active = at;
    this.listener.cell(at);
    this.draw();
  }

  private reveal(row: number | undefined, column: number): void {
    const left = this.edges[column] ?? 0;
    const right = this.edges[column + 1] ?? left;
    const seen = this.element.clientWidth - this.gutter;
    if (left < this.element.scrollLeft) this.element.scrollLeft = left;
    else if (right > this.element.scrollLeft + seen) this.element.scrollLeft = Math.min(left, right - seen);
    if (row === undefined) return;
    const shown = Math.floor(this.viewHeight() / ROW_HEIGHT);
    if (row < this.topRow) this.scrollToRow(row);
    else if (row >= this.topRow + shown) this.scrollToRow(row - shown + 1);
  }
}
