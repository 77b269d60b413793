// Owns delimited text as a table: DuckDB reads every cell as text, nothing guessed; what it cannot read as a row is
// kept apart and told with its line. A text that it cannot read as it is, it reads from a plain copy.
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { DataIssue } from '../../shared/schema/profile';
import { cellColumn, isMissingCellSql } from './cells';
import { statCsv, type DelimitedFile } from './csvFile';
import { sqlPath, sqlText, sqlTexts, type Database, type QueryOptions } from './database';
import { mixesLineEnds } from './lineEnds';
import { MISSING_TEXTS } from './missing';
import { part, type PlainText, type PlainTextSource } from './plainText';
import { isTrimmedSql, SOURCE_VIEW } from './relation';
import { lineOfByte, linesOfRows } from './rowLines';
import { isLineTooLong, withRoomForLines, type LoadedRows, type RowLoader } from './rowLoader';
import { LARGE_BYTES, MAX_STORED_COLUMNS, storeRows, type StoredRows } from './storedRows';

/** Records that DuckDB could not read as rows. */
interface Rejected {
  readonly bytes: ReadonlySet<number>;
  readonly issues: readonly DataIssue[];
}

export interface LoaderOptions {
  /** Bytes read at a time; nothing of the result depends on it. */
  readonly chunkBytes?: number | undefined;
  /** Files from this size on are kept on disk; nothing of the rows depends on it. */
  readonly largeBytes?: number | undefined;
}

export function delimitedLoader(
  file: DelimitedFile,
  text: PlainTextSource,
  database: Database,
  { chunkBytes, largeBytes = LARGE_BYTES }: LoaderOptions = {},
): RowLoader {
  let plain: PlainText | undefined;
  let rejected: Rejected | undefined;
  let lineBytes = 0;
  let stored: StoredRows | undefined;
  let views = 0;
  let { skip } = file;

  const read = async (path: string, { numbers, write }: Target, options: QueryOptions): Promise<void> => {
    await withRoomForLines(
      file.path,
      async (bytes) => {
        lineBytes = bytes;
        // What an earlier scan rejected; this one makes them anew.
        await database.rows('DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans', options);
        await write(scanSql({ ...file, skip }, path, { lineBytes: bytes, numbers }), options);
        const [long] = await database.rows(
          `SELECT 1 FROM reject_errors WHERE error_type::VARCHAR = 'LINE SIZE OVER MAXIMUM' LIMIT 1`,
          options,
        );
        if (long !== undefined) throw new LongLineError();
      },
      (error) => error instanceof LongLineError || isLineTooLong(error),
    );
  };

  /** @returns false where the text must be repaired first */
  const isRead = async (path: string, target: Target, options: QueryOptions): Promise<boolean> => {
    try {
      await read(path, target, options);
    } catch (error) {
      if (hasMixedLineEnds(error)) return false;
      throw error;
    }
    // After a quote it takes another kind of line end for a character of the cell.
    const [malformed] = await database.rows(
      `SELECT 1 FROM reject_errors WHERE error_type::VARCHAR = 'UNQUOTED VALUE' LIMIT 1`,
      options,
    );
    return malformed === undefined || !(await mixesLineEnds(path, file.syntax, options.signal));
  };

  /** Its titles and header are blank lines then. */
  const repaired = (options: QueryOptions): Promise<PlainText> => {
    skip = file.skipLines;
    return text.get({ ...options, repair: { syntax: file.syntax, blankLines: skip } });
  };
  const openText = (options: QueryOptions): Promise<PlainText> =>
    file.needsRepair ? repaired(options) : text.get(options);

  const readAll = async (target: Target, { signal, onProgress }: QueryOptions): Promise<PlainText> => {
    const first = await openText({ signal });
    const toRows = part(onProgress, 0.4, 1);
    if (await isRead(first.path, target, { signal, onProgress: toRows })) return first;
    const second = await repaired({ signal });
    await read(second.path, target, { signal });
    return second;
  };

  const isLarge = async ({ path }: PlainText): Promise<boolean> =>
    file.columns.length <= MAX_STORED_COLUMNS &&
    (path === file.path ? file : await statCsv(path)).sizeBytes >= largeBytes;

  const textTarget = (large: boolean): Target => ({
    numbers: undefined,
    write: async (scan, options) => {
      const select = `SELECT * FROM ${scan}`;
      if (!large) {
        await database.rows(`CREATE OR REPLACE TABLE cells AS ${select}`, options);
        return;
      }
      stored?.dispose();
      stored = await storeRows(select, database, { ...options, view: 'cells', columns: file.columns.length });
    },
  });

  const finish = async (signal: AbortSignal | undefined): Promise<Omit<LoadedRows, 'rows'>> => {
    if (plain === undefined) throw new BenchError('internal.notLoaded', file.path);
    rejected = await readRejected(file, plain.path, database, { signal });
    return { issues: [...plain.issues, ...rejected.issues], encoding: plain.encoding };
  };

  /** Reads again with texts where a column has a cell that is no number. */
  const readValues = async (
    first: PlainText,
    wanted: readonly number[],
    view: string,
    options: QueryOptions,
  ): Promise<Values> => {
    let numbers = typedColumns(file, first, wanted);
    for (let attempt = 0; ; attempt++) {
      let rows: StoredRows | undefined;
      const target: Target = {
        numbers,
        write: async (scan, query) => {
          rows?.dispose();
          const select = `SELECT * FROM ${scan}`;
          const columns = file.columns.length;
          rows = await storeRows(select, database, { ...query, view, numbered: ['rid', 'ord'], columns });
        },
      };
      plain = await readAll(target, options);
      if (rows === undefined) throw new BenchError('internal.notLoaded', file.path);
      const { others, trimmed } = await lookAtCells(file, { numbers, view }, database, options);
      if (others.length === 0) {
        await rows.replaceView(presentCells(file, numbers, trimmed), options);
        return { rows, numbers, trimmed };
      }
      rows.dispose();
      numbers = new Set(attempt < 2 ? [...numbers].filter((index) => !others.includes(index)) : []);
    }
  };

  return {
    scan: () => ({
      // Broken records are left out without a word: a script has nobody to tell.
      sql: `SELECT * FROM ${scanSql(file, file.path, { lineBytes, numbers: undefined }).replace('store_rejects', 'ignore_errors')}`,
      isOfCopy: plain?.path !== file.path,
    }),
    async load(options) {
      const { signal, onProgress } = options;
      const first = await openText({ signal, onProgress: part(onProgress, 0, 0.4) });
      plain = await readAll(textTarget(await isLarge(first)), options);
      const [counted] = await database.rows('SELECT count(*) FROM cells', { signal });
      return { rows: Number(counted?.[0] ?? 0), ...(await finish(signal)) };
    },
    async loadValues(wanted, options) {
      const { signal, onProgress } = options;
      const first = await openText({ signal, onProgress: part(onProgress, 0, 0.2) });
      if (!(await isLarge(first))) return undefined;
      const view = `${SOURCE_VIEW}${views++}`;
      const { rows, ...found } = await readValues(first, wanted, view, options);
      return {
        ...(await finish(signal)),
        ...found,
        rows: rows.rows,
        view,
        dispose: () => {
          void database.rows(`DROP VIEW IF EXISTS ${view}`).catch(() => undefined);
          rows.dispose();
        },
      };
    },
    async linesOf(rows, { signal }) {
      if (plain === undefined) throw new BenchError('internal.notLoaded', file.path);
      return linesOfRows(plain.path, rows, {
        syntax: file.syntax,
        skip,
        rejectedBytes: rejected?.bytes ?? new Set(),
        blankIsRow: file.columns.length === 1,
        chunkBytes,
        signal,
      });
    },
    dispose: () => {
      stored?.dispose();
      text.dispose();
    },
  };
}

/** Where a scan of the file goes. */
interface Target {
  /** Columns that the reader parses as numbers, the others without what means "no value"; undefined: texts as they are. */
  readonly numbers: ReadonlySet<number> | undefined;
  readonly write: (scan: string, options: QueryOptions) => Promise<void>;
}

interface Values {
  readonly rows: StoredRows;
  readonly numbers: ReadonlySet<number>;
  readonly trimmed: ReadonlySet<number>;
}

const NO_NUMBERS: ReadonlySet<number> = new Set();

/** What DuckDB may parse as numbers, so that the same cells are numbers as in `numberSql`. */
function typedColumns(
  { cells }: DelimitedFile,
  { isFreeOfGroups }: PlainText,
  wanted: readonly number[],
): ReadonlySet<number> {
  // -999 with a space before it would be a number, and it means "no value".
  const isOwnNumber = cells.missing.some((text) => Number.isFinite(Number(text)) || /\d/.test(text));
  return isFreeOfGroups && cells.numbers === undefined && !isOwnNumber ? new Set(wanted) : NO_NUMBERS;
}

/** Texts that mean "no value", in so far as the reader can be told; a cell is compared as it is, with its spaces. */
function nullTexts({ cells, syntax }: DelimitedFile): string[] {
  const special = [syntax.delimiter, syntax.quote, syntax.escape].filter((mark) => mark !== '');
  return [...MISSING_TEXTS, ...cells.missing].filter((text) => !special.some((mark) => text.includes(mark)));
}

/** The columns whose cells may mean "no value" although the reader took them for texts, as expressions. */
function presentCells(
  file: DelimitedFile,
  numbers: ReadonlySet<number>,
  trimmed: ReadonlySet<number>,
): string[] {
  const isToldAll = nullTexts(file).length === MISSING_TEXTS.length + file.cells.missing.length;
  return [...file.columns.keys()].flatMap((index) => {
    if (numbers.has(index) || (isToldAll && trimmed.has(index))) return [];
    const id = cellColumn(index);
    return [`CASE WHEN NOT ${isMissingCellSql(id, file.cells)} THEN ${id} END AS ${id}`];
  });
}

interface CellsFound {
  /** Columns with a cell that is no number: rejected with its row, or not finite. */
  readonly others: readonly number[];
  /** Columns of text where no cell has space around it. */
  readonly trimmed: ReadonlySet<number>;
}

/** DuckDB plans a query in the square of its expressions. */
const COLUMNS_PER_QUERY = 64;

async function lookAtCells(
  { columns }: DelimitedFile,
  { numbers, view }: { readonly numbers: ReadonlySet<number>; readonly view: string },
  database: Database,
  options: QueryOptions,
): Promise<CellsFound> {
  const rejected = await database.rows(
    `SELECT DISTINCT column_name FROM reject_errors WHERE error_type::VARCHAR = 'CAST'`,
    options,
  );
  const names = new Set(rejected.map(([name]) => String(name)));
  const others: number[] = [];
  const trimmed = new Set<number>();
  const indexes = [...columns.keys()];
  for (let first = 0; first < indexes.length; first += COLUMNS_PER_QUERY) {
    const group = indexes.slice(first, first + COLUMNS_PER_QUERY);
    const isWrong = group.map((index) => {
      const id = cellColumn(index);
      return `coalesce(bool_or(NOT (${numbers.has(index) ? `isfinite(${id})` : isTrimmedSql(id)})), false)`;
    });
    const [row = []] = await database.rows(`SELECT ${isWrong.join(', ')} FROM ${view}`, options);
    for (const [i, index] of group.entries()) {
      if (!numbers.has(index)) {
        if (row[i] !== true) trimmed.add(index);
      } else if (row[i] === true || names.has(cellColumn(index))) others.push(index);
    }
  }
  return { others, trimmed };
}

class LongLineError extends Error {}

/** DuckDB follows the first kind of line end and ends at another one. */
export function hasMixedLineEnds(error: unknown): boolean {
  return error instanceof Error && error.message.includes('state machine reached an invalid state');
}

/** Broken records go to reject_errors, so do those with a cell that is no number where one is asked for. */
function scanSql(
  file: DelimitedFile,
  path: string,
  { lineBytes, numbers }: { readonly lineBytes: number; readonly numbers: Target['numbers'] },
): string {
  const { syntax, columns, skip } = file;
  const types = columns.map(
    (_, index) => `'${cellColumn(index)}': '${numbers?.has(index) === true ? 'DOUBLE' : 'VARCHAR'}'`,
  );
  return `read_csv(${[
    sqlPath(path),
    'auto_detect = false',
    `delim = ${sqlText(syntax.delimiter)}`,
    `quote = ${sqlText(syntax.quote)}`,
    `escape = ${sqlText(syntax.escape)}`,
    // The header is among what is skipped: it may have another number of cells.
    'header = false',
    `skip = ${skip}`,
    `columns = {${types.join(', ')}}`,
    ...(numbers === undefined ? [] : [`nullstr = [${sqlTexts(nullTexts(file))}]`]),
    `max_line_size = ${lineBytes}`,
    'store_rejects = true',
    "compression = 'none'",
    // Else a folder called year=2020 would add a column.
    'hive_partitioning = false',
  ].join(', ')})`;
}

/** Of the scan that just ended. One record may have several errors; the first decides what it is called. */
async function readRejected(
  file: DelimitedFile,
  path: string,
  database: Database,
  options: QueryOptions,
): Promise<Rejected> {
  // Its `line` counts records, not lines: only the byte says where a record is.
  const errors = await database.rows(
    `SELECT line_byte_position, arg_min(error_type::VARCHAR, coalesce(column_idx, 0)), arg_min(error_message, coalesce(column_idx, 0))
     FROM reject_errors
     GROUP BY line_byte_position ORDER BY line_byte_position`,
    options,
  );
  const bytes = new Set<number>();
  const groups = new Map<'ragged' | 'malformed', { first: number; count: number; message: string }>();
  for (const [position, kind, message] of errors) {
    // 1-based there.
    const byte = Number(position) - 1;
    const name = kind === 'MISSING COLUMNS' || kind === 'TOO MANY COLUMNS' ? 'ragged' : 'malformed';
    bytes.add(byte);
    const group = groups.get(name) ?? { first: byte, count: 0, message: String(message) };
    groups.set(name, { ...group, count: group.count + 1 });
  }
  const issues: DataIssue[] = [];
  for (const [name, { first, count, message: found }] of groups) {
    // One byte on: after CR LF the position is that of the LF.
    const line = await lineOfByte(path, first + 1, options.signal);
    if (name === 'ragged') {
      const message = l10n.t(
        'Line {0} has {1} cells; the header has {2}. Rows with another number of cells than the header are left out: {3}. Correct these lines.',
        line,
        /Found: (\d+)/.exec(found)?.[1] ?? '?',
        file.columns.length,
        count,
      );
      issues.push({ severity: 'warning', code: 'data.raggedRows', message, line, count });
    } else {
      const message = l10n.t(
        'The record from line {0} on cannot be read: its quotes do not close where a cell ends. Records left out: {1}. Correct the quotes.',
        line,
        count,
      );
      issues.push({ severity: 'error', code: 'data.malformedRows', message, line, count });
    }
  }
  return { bytes, issues };
}

/** @throws BenchError 'data.noUsableRows' with the worst of what was found */
export function noUsableRows(path: string, worst: DataIssue): BenchError {
  return new BenchError(
    'data.noUsableRows',
    l10n.t('"{0}" has no usable row. {1}', basename(path), worst.message),
    { details: { path } },
  );
}
