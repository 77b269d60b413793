// Owns the zone of the data: the grid over the file or over what a step does, the filter above it, and the line that
// says in words what the eye sees. Asks for rows as one scrolls.
import * as l10n from '@vscode/l10n';
import { toErrorData } from '../../src/shared/errors';
import type { TablePage } from '../../src/shared/schema/recipeResult';
import { el, setText } from '../ui/dom';
import { formatCount } from '../ui/format';
import { icon } from '../ui/icons';
import { button } from '../ui/kit';
import { isSame } from './draft';
import { Grid, type GridListener } from './grid';
import type { CellAt } from './gridKeys';
import { diffModel, fileModel, type GridModel } from './gridModel';
import { cellTitle, missingText } from './gridRows';
import { PagedRows } from './rows';
import { StepBanner } from './stepBanner';
import { ignoredShown, shownStep, targetShown } from './shown';
import { FILE, type PreprocessEvent, type PreprocessState } from './state';
import { rowsText } from './texts';

const FILTER_DELAY_MS = 350;
/** A screen of rows. */
const FIRST_ROWS = 60;

export interface TableListener extends Omit<GridListener, 'cell'> {
  page(
    params: {
      offset: number;
      limit: number;
      filter?: string;
      sort?: { column: string; order: 'ascending' | 'descending' };
    },
    signal: AbortSignal,
  ): Promise<TablePage>;
  widths(): ReadonlyMap<string, number>;
  readOtherwise(): void;
  openFile(): void;
}

export class TableView {
  readonly element: HTMLElement;
  readonly grid: Grid;
  private rows: PagedRows | undefined;
  /** Rows of another filter or order, until the first of them are here: what is shown stays so long. */
  private next: { readonly key: readonly unknown[]; readonly rows: PagedRows } | undefined;
  private readonly filter: HTMLInputElement;
  private readonly filterIssue = el('p', {
    class: 'field-issue filter-issue',
    id: 'filter-issue',
    hidden: true,
  });
  private readonly find: HTMLInputElement;
  private readonly count = el('span', { class: 'muted small table-count' });
  private readonly banner: StepBanner;
  private readonly fileTools: HTMLElement;
  private readonly cellLine = el('div', { class: 'cell-line ellipsis small' });
  private readonly nothing = el('p', { class: 'table-nothing muted', hidden: true });
  private readonly unread: HTMLElement;
  private filterTimer: ReturnType<typeof setTimeout> | undefined;
  private model: GridModel | undefined;
  private modelKey: readonly unknown[] = [];
  private rowsKey: readonly unknown[] = [];
  private filterProblem: string | undefined;
  private rowsArePlain = true;
  private shown: number | undefined;
  private shownRows: PagedRows | undefined;
  private toReveal: string | undefined;

  constructor(
    private readonly state: () => PreprocessState,
    private readonly dispatch: (event: PreprocessEvent) => void,
    private readonly listener: TableListener,
  ) {
    this.grid = new Grid({ ...listener, cell: (at) => this.showCell(at) });
    this.filter = this.searchBox('filter', l10n.t('Filter rows, e.g. age >= 18 and country = "DE"'), () => {
      clearTimeout(this.filterTimer);
      this.filterTimer = setTimeout(() => this.applyFilter(), FILTER_DELAY_MS);
    });
    this.filter.setAttribute('aria-describedby', 'filter-issue');
    this.filter.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.applyFilter();
    });
    this.find = this.searchBox('search', l10n.t('Find columns'), () =>
      this.dispatch({ type: 'find', text: this.find.value }),
    );
    this.banner = new StepBanner(
      (on) => this.dispatch({ type: 'onlyChanges', on }),
      () => this.dispatch({ type: 'select', step: FILE }),
    );
    this.unread = el(
      'div',
      { class: 'empty', hidden: true },
      icon('file', 'empty-icon'),
      el('h2', {}, l10n.t('There are no rows to show')),
      el('p', {}, l10n.t('Correct the file and reload it, or say how it is to be read.')),
      el(
        'div',
        { class: 'empty-actions' },
        button({
          label: l10n.t('Read Otherwise'),
          look: 'primary',
          onClick: () => listener.readOtherwise(),
        }),
        button({ label: l10n.t('Open the File'), onClick: () => listener.openFile() }),
      ),
    );
    this.fileTools = el('div', { class: 'search filter-box' }, icon('filter'), this.filter);
    this.element = el(
      'section',
      { class: 'zone data', id: 'panel-data', attrs: { 'aria-label': l10n.t('Data') } },
      el(
        'div',
        { class: 'table-tools' },
        this.fileTools,
        el('div', { class: 'search find-box' }, icon('search'), this.find),
        this.count,
      ),
      this.filterIssue,
      this.banner.element,
      el('div', { class: 'grid-frame' }, this.grid.element, this.nothing, this.unread),
      this.cellLine,
    );
  }

  update(): void {
    const state = this.state();
    this.updateModel(state);
    if (this.filter !== document.activeElement) this.filter.value = state.filter;
    if (this.find !== document.activeElement) this.find.value = state.find;
    const isFile = this.shown === FILE;
    this.fileTools.hidden = !isFile;
    this.banner.element.hidden = isFile || this.shown === undefined;
    const isWaiting =
      shownStep(state) === FILE
        ? this.next !== undefined || state.head === undefined
        : state.preview.isPending;
    this.element.classList.toggle('pending', isWaiting && this.filterProblem === undefined);
    const { model } = this;
    if (model !== undefined) {
      this.grid.update({
        label: isFile ? l10n.t('Rows of the file') : l10n.t('Rows before and after the step'),
        model,
        selected: state.column,
        target: targetShown(state),
        ignored: ignoredShown(state),
        sort: isFile ? (state.sort ?? 'none') : undefined,
        hasParts: !isFile && state.preview.answer?.after.parts !== undefined,
        widths: this.listener.widths(),
      });
      if (this.toReveal !== undefined) this.grid.showColumn(this.toReveal);
      this.toReveal = undefined;
    }
    this.updateWords();
  }

  /** What failed is asked for again as soon as it is drawn. */
  retry(): void {
    this.rows?.retry();
    if (this.next !== undefined) {
      this.tellFilter(undefined);
      this.next.rows.retry();
      this.next.rows.want(0, FIRST_ROWS);
    }
    this.grid.refresh();
  }

  /** The file has changed: what was fetched is old. */
  reload(): void {
    this.rowsKey = [];
    this.modelKey = [];
    this.next = undefined;
  }

  /** The model is made anew only when something it shows has changed. */
  private updateModel(state: PreprocessState): void {
    const show = shownStep(state);
    const { preview } = state;
    if (show === FILE) {
      this.updateFileModel(state);
      return;
    }
    const { answer } = preview;
    // Until the answer is here, the table that is shown stays.
    if (answer === undefined || preview.shown !== show) return;
    const isUnfinished = state.form?.kind === 'step' && state.form.isNew && state.form.step === undefined;
    const key = ['step', answer, state.find, state.onlyChanges, isUnfinished, state.known];
    if (isSameKey(this.modelKey, key)) return;
    this.modelKey = key;
    const isOther = this.shown !== show;
    if (isOther) this.grid.toTop();
    this.shown = show;
    const step = preview.of?.steps[show];
    const types = new Map(state.known?.columns.map(({ name, type }) => [name, type]));
    this.model = isUnfinished
      ? diffModel({ ...answer, before: answer.after }, undefined, {
          find: state.find,
          onlyChanges: false,
          types,
        })
      : diffModel(answer, step, { find: state.find, onlyChanges: state.onlyChanges, types });
    // What the step did is what one wants to see of it.
    if (isOther) this.toReveal = this.model.firstChange;
  }

  private updateFileModel(state: PreprocessState): void {
    const { head, known, draft, kept, filter, sort, find } = state;
    // Rows of a reading that the host does not know yet would be those of the old one.
    if (head === undefined || draft === undefined || !isSame(kept?.reading, draft.reading)) return;
    const names = head.preview.columns;
    const isPlain = filter === '' && sort === undefined;
    this.lookFor([head, filter, sort], { isPlain, columns: names.length });
    const { rows } = this;
    if (rows === undefined) return;
    const key = ['file', rows, known, find];
    if (isSameKey(this.modelKey, key)) return;
    this.modelKey = key;
    if (this.shown !== FILE || this.shownRows !== rows) this.grid.toTop();
    this.shown = FILE;
    this.shownRows = rows;
    this.model = fileModel(
      {
        names,
        types: head.types,
        profiles: new Map(known?.columns.map((column) => [column.name, column])),
        rows,
        head: head.preview.rows,
        isPlain: this.rowsArePlain,
        fileRows: known?.rows ?? head.preview.rows.length,
      },
      find,
    );
  }

  /** Asks for rows of another filter or order; they are shown once they are here. */
  private lookFor(
    key: readonly unknown[],
    { isPlain, columns }: { isPlain: boolean; columns: number },
  ): void {
    if (isSameKey(this.next?.key ?? this.rowsKey, key)) return;
    this.next?.rows.reset(columns);
    this.tellFilter(undefined);
    const { filter, sort } = this.state();
    const rows: PagedRows = new PagedRows({
      fetch: (offset, limit, signal) =>
        this.listener.page(
          {
            offset,
            limit,
            ...(filter === '' ? {} : { filter }),
            ...(sort === undefined ? {} : { sort }),
          },
          signal,
        ),
      changed: () => this.onRows(rows),
      failed: (error) => this.onFailed(error),
    });
    rows.reset(columns);
    this.next = { key, rows };
    // The first rows of the file came with its head.
    if (isPlain || this.model === undefined) this.takeNext(isPlain);
    else rows.want(0, FIRST_ROWS);
  }

  private takeNext(isPlain: boolean): void {
    if (this.next === undefined) return;
    this.rows = this.next.rows;
    this.rowsKey = this.next.key;
    this.rowsArePlain = isPlain;
    this.next = undefined;
  }

  private onRows(rows: PagedRows): void {
    if (this.next?.rows === rows) {
      this.takeNext(false);
      this.update();
    } else if (this.rows === rows) {
      this.grid.refresh();
      this.updateWords();
    }
  }

  private onFailed(error: unknown): void {
    const { message } = toErrorData(error);
    if (this.state().filter === '') this.dispatch({ type: 'problem', message });
    else this.tellFilter(message);
    this.update();
  }

  private tellFilter(message: string | undefined): void {
    this.filterProblem = message;
    this.filterIssue.hidden = message === undefined;
    setText(this.filterIssue, message ?? '');
    this.filter.setAttribute('aria-invalid', String(message !== undefined));
  }

  private applyFilter(): void {
    clearTimeout(this.filterTimer);
    this.dispatch({ type: 'filter', text: this.filter.value.trim() });
  }

  private updateWords(): void {
    const state = this.state();
    const { model } = this;
    setText(this.count, model === undefined ? '' : this.countText(state, model));
    if (!this.banner.element.hidden) this.banner.update(state);
    const isEmpty = model?.rowCount === 0 && this.filterProblem === undefined;
    this.nothing.hidden = !isEmpty && model !== undefined;
    this.unread.hidden = state.head !== undefined || state.profile.kind !== 'failed';
    this.grid.element.hidden = !this.unread.hidden;
    setText(this.nothing, this.nothingText(state));
  }

  private nothingText(state: PreprocessState): string {
    if (this.model === undefined)
      return state.profile.kind === 'failed' ? '' : l10n.t('Reading the first rows …');
    if (this.shown !== FILE)
      return state.onlyChanges ? l10n.t('No row is changed.') : l10n.t('No rows are left.');
    return state.filter === '' ? l10n.t('The file has no rows.') : l10n.t('No row fits the filter.');
  }

  private countText(state: PreprocessState, model: GridModel): string {
    const { head, known, find, filter } = state;
    const parts: string[] = [];
    if (this.shown === FILE && this.next !== undefined && this.filterProblem === undefined) {
      parts.push(l10n.t('Looking for rows …'));
    } else if (this.shown === FILE && known !== undefined) {
      const all = known.rows;
      parts.push(
        filter === ''
          ? rowsText(all)
          : l10n.t('{0} of {1} rows', formatCount(model.rowCount), formatCount(all)),
      );
    } else if (this.shown === FILE) {
      parts.push(
        filter === '' ? l10n.t('first {0} rows', formatCount(model.rowCount)) : rowsText(model.rowCount),
      );
    } else parts.push(l10n.t('{0} rows shown', formatCount(model.rowCount)));
    const all = head?.preview.columns.length ?? model.names.length;
    if (find.trim() !== '')
      parts.push(l10n.t('{0} of {1} columns', formatCount(model.names.length), formatCount(all)));
    return parts.join(' · ');
  }

  /** The cell that the keyboard is at, whole: what a narrow column cuts off. */
  private showCell(at: CellAt | undefined): void {
    const name = at === undefined ? undefined : this.model?.names[at.column];
    const row = at === undefined || at.row < 0 ? undefined : this.model?.row(at.row);
    if (at === undefined || name === undefined || row === undefined) {
      setText(this.cellLine, name ?? '');
      return;
    }
    const cell = row.cell(at.column);
    const text = cell.old === undefined ? (cell.text ?? missingText()) : cellTitle(cell);
    setText(this.cellLine, l10n.t('Row {0}, {1}: {2}', row.number, name, text));
  }

  private searchBox(name: 'filter' | 'search', label: string, onInput: () => void): HTMLInputElement {
    return el('input', {
      class: name === 'filter' ? 'input code' : 'input',
      attrs: {
        type: 'text',
        'aria-label': name === 'filter' ? l10n.t('Filter rows') : label,
        placeholder: label,
        autocomplete: 'off',
        spellcheck: 'false',
      },
      on: { input: onInput },
    });
  }
}

function isSameKey(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, i) => Object.is(part, other[i]));
}
