// Owns the rows of the file as pages that are fetched while one scrolls: a small cache, asked by row. Knows no elements.
import { isCancelled } from '../../src/shared/abort';
import type { TablePage } from '../../src/shared/schema/recipeResult';

/** Rows of a page; fewer where they are wide. */
const PAGE_ROWS = 200;
const MIN_PAGE_ROWS = 20;
const PAGE_CELLS = 40_000;
/** Of a very wide table a page has fewer rows still: so many cells travel at once. */
const MAX_PAGE_CELLS = 200_000;
/** What is kept beside what is looked at. */
const MAX_KEPT_CELLS = 2_400_000;
const MAX_PAGES = 60;
/** A fast scroll passes by pages that nobody looks at. */
const SETTLE_MS = 60;

export interface FileRow {
  readonly cells: readonly (string | null)[];
  readonly source: number;
  readonly part: 'train' | 'validation' | 'test' | undefined;
}

export interface RowsListener {
  fetch(offset: number, limit: number, signal: AbortSignal): Promise<TablePage>;
  /** Rows have arrived, or their number is known better. */
  changed(): void;
  failed(error: unknown): void;
}

export class PagedRows {
  private readonly pages = new Map<number, TablePage>();
  private readonly loading = new Map<number, AbortController>();
  /** Asked for in vain: not asked for again by looking at them alone. */
  private readonly failed = new Set<number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private size = PAGE_ROWS;
  private maxPages = MAX_PAGES;
  private wanted: readonly number[] = [];
  private total: number | undefined;
  /** Answers to what was asked before a `reset` are of another table. */
  private generation = 0;

  constructor(private readonly listener: RowsListener) {}

  /** Rows there are, as far as is known. */
  get count(): number | undefined {
    return this.total;
  }

  /** Column names of a page that has arrived. */
  get columns(): TablePage['columns'] | undefined {
    return this.pages.values().next().value?.columns;
  }

  /** Another file, filter or order. @param columns how wide a row is */
  reset(columns: number): void {
    this.generation++;
    clearTimeout(this.timer);
    for (const abort of this.loading.values()) abort.abort();
    this.loading.clear();
    this.pages.clear();
    this.failed.clear();
    this.total = undefined;
    const fitting = (cells: number): number => Math.floor(cells / Math.max(1, columns));
    const rows = Math.min(PAGE_ROWS, Math.max(MIN_PAGE_ROWS, fitting(PAGE_CELLS)));
    this.size = Math.max(1, Math.min(rows, fitting(MAX_PAGE_CELLS)));
    this.maxPages = Math.min(MAX_PAGES, Math.floor(fitting(MAX_KEPT_CELLS) / this.size));
  }

  /** What failed may be asked for again. */
  retry(): void {
    this.failed.clear();
  }

  row(index: number): FileRow | undefined {
    const number = Math.floor(index / this.size);
    const page = this.pages.get(number);
    const at = index - number * this.size;
    const cells = page?.rows[at];
    if (page === undefined || cells === undefined) return undefined;
    return { cells, source: page.sourceRows[at] ?? -1, part: page.parts?.[at] };
  }

  /** Says which rows are looked at: they are fetched, what is no longer looked at is given up. */
  want(from: number, to: number): void {
    const last = this.total === undefined ? to : Math.min(to, this.total);
    const wanted: number[] = [];
    for (let page = Math.floor(from / this.size); page * this.size < Math.max(last, 1); page++)
      wanted.push(page);
    this.wanted = wanted;
    // Whoever comes back to what failed asks anew.
    for (const page of this.failed) if (!wanted.includes(page)) this.failed.delete(page);
    for (const [page, abort] of this.loading) {
      if (wanted.includes(page)) continue;
      abort.abort();
      this.loading.delete(page);
    }
    clearTimeout(this.timer);
    const missing = wanted.filter(
      (page) => !this.pages.has(page) && !this.loading.has(page) && !this.failed.has(page),
    );
    if (missing.length === 0) return;
    // The very first rows are waited for; later ones may be scrolled past.
    const wait = this.pages.size === 0 ? 0 : SETTLE_MS;
    this.timer = setTimeout(() => missing.forEach((page) => void this.load(page)), wait);
  }

  private async load(number: number): Promise<void> {
    const { generation } = this;
    const abort = new AbortController();
    this.loading.set(number, abort);
    try {
      const page = await this.listener.fetch(number * this.size, this.size, abort.signal);
      if (generation !== this.generation || abort.signal.aborted) return;
      this.pages.set(number, page);
      this.dropOldest();
      this.total = page.totalRows ?? this.total ?? this.countFrom(number, page);
      this.listener.changed();
    } catch (error) {
      if (generation !== this.generation || abort.signal.aborted || isCancelled(error)) return;
      this.failed.add(number);
      this.listener.failed(error);
    } finally {
      if (this.loading.get(number) === abort) this.loading.delete(number);
    }
  }

  /** What is looked at stays, however many cells it has. */
  private dropOldest(): void {
    for (const page of this.pages.keys()) {
      if (this.pages.size <= Math.max(this.maxPages, this.wanted.length)) return;
      if (!this.wanted.includes(page)) this.pages.delete(page);
    }
  }

  /** A page that is not full is the last one. */
  private countFrom(number: number, page: TablePage): number | undefined {
    return page.rows.length < this.size ? number * this.size + page.rows.length : undefined;
  }
}
