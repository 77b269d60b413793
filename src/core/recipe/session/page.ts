// Owns rows of a file to look at, filtered and sorted: neither changes the recipe. The order of a view is written down
// as row numbers alone, so that any offset is as near as the first, and the last view is kept.
import { throwIfAborted } from '../../../shared/abort';
import type { Disposable } from '../../../shared/disposable';
import { BenchError } from '../../../shared/errors';
import type { TablePage } from '../../../shared/schema/recipeResult';
import type { RecipeStep } from '../../../shared/schema/recipeSteps';
import type { Database, QueryOptions } from '../../data/database';
import { columnOf, type Relation } from '../../data/relation';
import { createWorkbench, type Workbench } from '../../data/workbench';
import { fitRecipeSteps } from '../pipeline';
import { countSourceRows, readSourcePage, type RowSource } from './shownCells';

export interface RowView {
  /** A condition as in the step filterRows. */
  readonly filter?: string | undefined;
  readonly sort?: { readonly column: string; readonly order: 'ascending' | 'descending' } | undefined;
}

export interface PageRequest extends RowView {
  readonly offset: number;
  readonly limit: number;
}

export interface Pager extends Disposable {
  /** @throws BenchError of the expression, 'recipe.unknownColumn' */
  page(request: PageRequest, options?: QueryOptions): Promise<TablePage>;
}

/** Scattered rows cost about the same for one as for thousands, so more are read than are asked for. */
const BLOCK_CELLS = 100_000;
const MAX_BLOCK_ROWS = 2000;
/** Of a wide table so many rows still, as far as their cells do not fill the memory. */
const MIN_BLOCK_ROWS = 100;
const MAX_BLOCK_CELLS = 2_000_000;
const MAX_BLOCKS = 8;
const MAX_KEPT_CELLS = 4_000_000;

/** One filter and one sort, as row numbers in a table. */
interface OpenView {
  readonly key: string;
  /** Absent for the rows as they are in the file. */
  readonly table: string | undefined;
  readonly totalRows: number;
  readonly workbench: Workbench;
  readonly blocks: Map<number, TablePage>;
}

/** @param database another line to the source's tables, or the source's own */
export function createPager(source: RowSource, database: Database): Pager {
  const fitting = (cells: number): number => Math.floor(cells / Math.max(1, source.columns().length));
  const blockRows = Math.max(
    1,
    Math.min(MAX_BLOCK_ROWS, Math.max(MIN_BLOCK_ROWS, fitting(BLOCK_CELLS)), fitting(MAX_BLOCK_CELLS)),
  );
  const maxBlocks = Math.max(1, Math.min(MAX_BLOCKS, Math.floor(fitting(MAX_KEPT_CELLS) / blockRows)));
  let view: OpenView | undefined;
  // One request at a time: the view of one must not be dropped under another.
  let tail: Promise<unknown> = Promise.resolve();

  const open = async (wanted: RowView, options: QueryOptions): Promise<OpenView> => {
    const key = JSON.stringify([wanted.filter ?? null, wanted.sort ?? null]);
    if (view?.key === key) return view;
    const workbench = createWorkbench(database);
    try {
      const table = await writeView(source, wanted, { database, workbench }, options);
      const totalRows = await countRows(table, options);
      view?.workbench.dispose();
      view = { key, table, totalRows, workbench, blocks: new Map() };
      return view;
    } catch (error) {
      workbench.dispose();
      throw error;
    }
  };
  const countRows = async (table: string | undefined, options: QueryOptions): Promise<number> => {
    if (table === undefined) return countSourceRows(source, database, options);
    const [row] = await database.rows(`SELECT count(*) FROM ${table}`, options);
    return Number(row?.[0] ?? 0);
  };
  const readBlock = async (from: OpenView, first: number, options: QueryOptions): Promise<TablePage> => {
    const kept = from.blocks.get(first);
    if (kept !== undefined) return kept;
    const last = first + blockRows - 1;
    const block =
      from.table === undefined
        ? await readSourcePage(
            source,
            `WHERE rid BETWEEN ${first} AND ${last} ORDER BY ord`,
            database,
            options,
          )
        : await readRows(source, await rowNumbers(from.table, first, last), database, options);
    if (from.blocks.size >= maxBlocks) {
      for (const oldest of from.blocks.keys()) {
        from.blocks.delete(oldest);
        break;
      }
    }
    from.blocks.set(first, block);
    return block;
  };
  const rowNumbers = async (table: string, first: number, last: number): Promise<number[]> => {
    const found = await database.rows(
      `SELECT rid FROM ${table} WHERE rowid BETWEEN ${first} AND ${last} ORDER BY rowid`,
    );
    return found.map(([rid]) => Number(rid));
  };
  const page = async (request: PageRequest, options: QueryOptions): Promise<TablePage> => {
    throwIfAborted(options.signal);
    const from = await open(request, options);
    const end = Math.min(request.offset + request.limit, from.totalRows);
    const rows: TablePage['rows'] = [];
    const sourceRows: number[] = [];
    let columns: TablePage['columns'] | undefined;
    for (let first = request.offset - (request.offset % blockRows); first < end || columns === undefined;) {
      const block = await readBlock(from, first, options);
      const [at, to] = [Math.max(0, request.offset - first), Math.max(0, end - first)];
      rows.push(...block.rows.slice(at, to));
      sourceRows.push(...block.sourceRows.slice(at, to));
      ({ columns } = block);
      first += blockRows;
    }
    return { columns, rows, sourceRows, totalRows: from.totalRows };
  };
  return {
    page(request, options = {}) {
      const result = tail.then(() => page(request, options));
      tail = result.catch(() => undefined);
      return result;
    },
    dispose: () => view?.workbench.dispose(),
  };
}

/** The rows in the order of their numbers here. */
async function readRows(
  source: RowSource,
  numbers: readonly number[],
  database: Database,
  options: QueryOptions,
): Promise<TablePage> {
  const clause = numbers.length === 0 ? 'WHERE false' : `WHERE rid IN (${numbers.join(', ')}) ORDER BY ord`;
  const found = await readSourcePage(source, clause, database, options);
  const indexOf = new Map(found.sourceRows.map((row, index) => [row, index]));
  return {
    columns: found.columns,
    rows: numbers.map((row) => found.rows[indexOf.get(row) ?? -1] ?? []),
    sourceRows: [...numbers],
  };
}

/** Filters and sorts by the very steps of a recipe; only row numbers are written. */
async function writeView(
  source: RowSource,
  { filter, sort }: RowView,
  { database, workbench }: { readonly database: Database; readonly workbench: Workbench },
  options: QueryOptions,
): Promise<string | undefined> {
  if (filter === undefined && sort === undefined) return undefined;
  const { signal } = options;
  const context = { database, workbench, target: undefined, signal, note: (): void => undefined };
  const applied = async (step: RecipeStep, input: Relation): Promise<Relation> => {
    try {
      return (await fitRecipeSteps([step], input, context)).relation;
    } catch (error) {
      // It is no step of a recipe to the reader: without the words about that.
      throw error instanceof BenchError && error.cause instanceof BenchError ? error.cause : error;
    }
  };
  // A sort alone plans its own column, however many there are.
  const isKnown = sort !== undefined && source.columns().includes(sort.column);
  const columns = filter === undefined && isKnown ? [sort.column] : undefined;
  let { relation: rows } = await source.relation({ columns, signal });
  if (filter !== undefined) {
    rows = await applied({ step: 'filterRows', enabled: true, condition: filter, keep: 'matching' }, rows);
  }
  if (sort !== undefined) {
    // A sort writes its rows down: those cells alone that it looks at.
    rows = { ...rows, columns: [columnOf(rows, sort.column)] };
    rows = await applied({ step: 'sort', enabled: true, by: [sort] }, rows);
  }
  const table = workbench.tableName();
  await database.rows(`CREATE TABLE ${table} AS SELECT rid FROM ${rows.from} ORDER BY ord`, options);
  return table;
}
