// Owns an open CSV: its columns, profile, first rows and the columns read for training. The file is read, never
// written. Rows that are broken are kept apart and told, never dropped in silence.
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Disposable } from '../../shared/disposable';
import { BenchError } from '../../shared/errors';
import type { DataIssue, DatasetProfile, Preview } from '../../shared/schema/profile';
import { cellColumn, isMissingSql, numberSql, trimmedSql } from './cells';
import { headerOnly, notUtf8, openCsvFile, type CsvFile } from './csvFile';
import { firstNonUtf8Line, lineOfByte, linesOfRows } from './csvText';
import { openDatabase, sqlPath, sqlText, type Database, type QueryOptions } from './database';
import { isMissing, isMissingNumber } from './missing';
import { profileTable } from './profile';
import type { Relation } from './relation';
import type { Table, TableColumn } from './table';

/** number: NaN is missing. text: trimmed, null is missing. */
export interface ColumnRequest {
  readonly name: string;
  readonly as: 'number' | 'text';
}

/** Cells of a column read as number that hold something else; they are NaN in the table. */
export interface BadCells {
  readonly count: number;
  readonly firstRow: number;
  readonly firstText: string;
}

export interface ReadTable extends Table {
  /** Only columns that have such cells. */
  readonly badCells: ReadonlyMap<string, BadCells>;
  /** What was found while reading: the header and rows kept apart. */
  readonly issues: readonly DataIssue[];
}

export interface PreviewOptions extends QueryOptions {
  /** Cells that say "no value" keep their text (NA, ?) instead of being null. */
  readonly keepTexts?: boolean;
}

export interface SourceRelation {
  readonly database: Database;
  readonly relation: Relation;
  /** What was found while reading: the header and rows kept apart. */
  readonly issues: readonly DataIssue[];
}

export interface RelationOptions extends QueryOptions {
  /** Only these, with the identifiers they have among all: DuckDB plans a wide table slowly. */
  readonly columns?: readonly string[] | undefined;
}

export interface CsvSource extends Disposable {
  readonly path: string;
  readonly file: CsvFile;
  /** Unique names in file order. */
  columns(): readonly string[];
  profile(options?: QueryOptions): Promise<DatasetProfile>;
  /** @param limit rows at most */
  preview(limit: number, options?: PreviewOptions): Promise<Preview>;
  /** Rows in file order. `sourceRows` counts the rows that could be read, from 0. */
  readTable(columns: readonly ColumnRequest[], options?: QueryOptions): Promise<ReadTable>;
  /** The whole table as a recipe starts from it, and the database it lies in: loaded once, dropped on close. */
  relation(options?: RelationOptions): Promise<SourceRelation>;
  /** 1-based line of the file on which a source row starts. Reads the file up to there. */
  lineOf(row: number, options?: QueryOptions): Promise<number | undefined>;
  /** The lines of several rows in one pass. @param rows ascending, each once */
  linesOf(rows: readonly number[], options?: QueryOptions): Promise<readonly number[]>;
  close(): void;
}

/** DuckDB plans a query in the square of its expressions: 400 columns took 19 s, 5,000 never ended. */
const COLUMNS_PER_QUERY = 32;

/** Records that DuckDB could not read as rows. */
interface Rejected {
  readonly bytes: ReadonlySet<number>;
  readonly issues: readonly DataIssue[];
}

/**
 * Opens a CSV: reads its head only.
 * @throws BenchError data.fileMissing, data.isDirectory, data.unreadable, data.empty, data.headerOnly, data.notUtf8
 */
export async function openCsv(path: string): Promise<CsvSource> {
  const database = await openDatabase();
  try {
    return createSource(await openCsvFile(path, database), database);
  } catch (error) {
    database.dispose();
    throw error;
  }
}

function createSource(file: CsvFile, database: Database): CsvSource {
  const { columns, syntax, path } = file;
  const scan = scanSql(file);
  const indexOf = new Map(columns.map((name, index) => [name, index]));
  let isChecked = false;
  let isLoaded = false;
  let rejected: Rejected | undefined;

  const checkEncoding = async (options: QueryOptions): Promise<void> => {
    if (isChecked) return;
    const line = await firstNonUtf8Line(path, options.signal);
    if (line !== undefined) throw notUtf8(path, line);
    isChecked = true;
  };
  const noteRejected = async (rows: number, options: QueryOptions): Promise<Rejected> => {
    rejected ??= await readRejected(file, database, options);
    if (rows > 0) return rejected;
    const [worst] = rejected.issues;
    if (worst === undefined) throw headerOnly(path);
    throw new BenchError(
      'data.noUsableRows',
      l10n.t('"{0}" has no usable row. {1}', basename(path), worst.message),
      { details: { path } },
    );
  };
  const load = async (options: QueryOptions): Promise<void> => {
    if (isLoaded) return;
    await database.rows(`CREATE OR REPLACE TABLE cells AS SELECT * FROM ${scan}`, options);
    const [counted] = await database.rows('SELECT count(*) FROM cells', options);
    await noteRejected(Number(counted?.[0] ?? 0), options);
    isLoaded = true;
  };
  const readColumns = async (
    readers: readonly ColumnReader[],
    from: string,
    options: QueryOptions,
  ): Promise<number> => {
    const selected = readers.flatMap((reader) => reader.sql);
    let rows = 0;
    await database.stream(
      `SELECT ${selected.length === 0 ? '1' : selected.join(', ')} FROM ${from}`,
      (chunk) => {
        let at = 0;
        for (const reader of readers) {
          reader.append(
            reader.sql.map((_, offset) => chunk.getColumnValues(at + offset)),
            rows,
          );
          at += reader.sql.length;
        }
        rows += chunk.rowCount;
      },
      options,
    );
    return rows;
  };
  const linesOf = (rows: readonly number[], options: QueryOptions = {}): Promise<number[]> =>
    linesOfRows(path, rows, {
      syntax,
      skipRecords: file.dialect.hasHeader ? 1 : 0,
      rejectedBytes: rejected?.bytes ?? new Set(),
      blankIsRow: columns.length === 1,
      signal: options.signal,
    });
  const lineOf = async (row: number, options: QueryOptions = {}): Promise<number | undefined> =>
    (await linesOf([row], options))[0];

  return {
    path,
    file,
    columns: () => columns,
    lineOf,
    linesOf,
    async profile(options = {}) {
      const { onProgress } = options;
      await checkEncoding(options);
      // Reading the file is about half of the work.
      await load({ ...options, onProgress: onProgress && ((fraction) => onProgress(fraction / 2)) });
      const profile = await profileTable(file, database, lineOf, {
        ...options,
        onProgress: onProgress && ((fraction) => onProgress(0.5 + fraction / 2)),
      });
      return { ...profile, issues: [...file.issues, ...(rejected?.issues ?? []), ...profile.issues] };
    },
    async preview(limit, options = {}) {
      await checkEncoding(options);
      await load(options);
      const cells = columns.map((_, index) => cellColumn(index)).join(', ');
      const found = await database.rows(`SELECT ${cells} FROM cells LIMIT ${Math.floor(limit)}`, options);
      const [counted] = await database.rows('SELECT count(*) FROM cells', options);
      const rows = found.map((row) =>
        row.map((cell) =>
          typeof cell === 'string' && (options.keepTexts === true || !isMissing(cell.trim())) ? cell : null,
        ),
      );
      return { columns: [...columns], rows, totalRows: Number(counted?.[0] ?? 0) };
    },
    async readTable(requests, options = {}) {
      await checkEncoding(options);
      const readers = requests.map(({ name, as }) => {
        const index = indexOf.get(name);
        if (index === undefined) throw new BenchError('internal.unknownColumn', `No column "${name}"`);
        return as === 'number' ? new NumberReader(name, index) : new TextReader(name, index);
      });
      // One pass over the file while that is one query; else the file is read once and its columns group by group.
      if (readers.length > COLUMNS_PER_QUERY) await load(options);
      const from = isLoaded ? 'cells' : scan;
      let rows = 0;
      for (let first = 0; first < Math.max(1, readers.length); first += COLUMNS_PER_QUERY) {
        rows = await readColumns(readers.slice(first, first + COLUMNS_PER_QUERY), from, options);
      }
      const { issues } = await noteRejected(rows, options);
      const badCells = new Map<string, BadCells>();
      for (const reader of readers) if (reader.bad !== undefined) badCells.set(reader.name, reader.bad);
      return {
        rows,
        columns: new Map(readers.map((reader) => [reader.name, reader.column()])),
        sourceRows: Int32Array.from({ length: rows }, (_, row) => row),
        badCells,
        issues: [...file.issues, ...issues],
      };
    },
    async relation(options = {}) {
      await checkEncoding(options);
      await load(options);
      const wanted = options.columns === undefined ? undefined : new Set(options.columns);
      const cells = columns
        .map((name, index) => ({ name, id: cellColumn(index), kind: 'text' as const }))
        .filter(({ name }) => wanted?.has(name) ?? true);
      const present = cells.map(
        ({ id }) => `CASE WHEN NOT ${isMissingSql(trimmedSql(id))} THEN ${id} END AS ${id}`,
      );
      const from = `(SELECT ${['rowid AS rid', 'rowid AS ord', ...present].join(', ')} FROM cells)`;
      return {
        database,
        relation: { from, columns: cells, isSplit: false, nextId: columns.length },
        issues: [...file.issues, ...(rejected?.issues ?? [])],
      };
    },
    close: () => database.dispose(),
    dispose: () => database.dispose(),
  };
}

/** Collects one column, chunk by chunk. */
interface ColumnReader {
  readonly name: string;
  readonly sql: readonly string[];
  readonly bad: BadCells | undefined;
  append(values: readonly (readonly unknown[])[], firstRow: number): void;
  column(): TableColumn;
}

class NumberReader implements ColumnReader {
  readonly sql: readonly string[];
  bad: BadCells | undefined;
  private values = new Float64Array(2048);
  private length = 0;

  constructor(
    readonly name: string,
    index: number,
  ) {
    // What is no number comes as text and is judged here: hundreds of IN lists in one query take seconds to plan.
    const text = trimmedSql(cellColumn(index));
    const number = numberSql(text);
    this.sql = [number, `CASE WHEN (${number}) IS NULL THEN ${text} END`];
  }

  append([numbers = [], others = []]: readonly (readonly unknown[])[], firstRow: number): void {
    if (this.length + numbers.length > this.values.length) {
      const grown = new Float64Array(Math.max(this.values.length * 2, this.length + numbers.length));
      grown.set(this.values);
      this.values = grown;
    }
    for (const value of numbers) this.values[this.length++] = typeof value === 'number' ? value : NaN;
    for (const [offset, text] of others.entries()) {
      if (typeof text !== 'string' || isMissingNumber(text)) continue;
      this.bad = {
        count: (this.bad?.count ?? 0) + 1,
        firstRow: this.bad?.firstRow ?? firstRow + offset,
        firstText: this.bad?.firstText ?? text,
      };
    }
  }

  column(): TableColumn {
    return { kind: 'number', name: this.name, values: this.values.slice(0, this.length) };
  }
}

class TextReader implements ColumnReader {
  readonly sql: readonly string[];
  readonly bad = undefined;
  private readonly values: (string | null)[] = [];

  constructor(
    readonly name: string,
    index: number,
  ) {
    this.sql = [trimmedSql(cellColumn(index))];
  }

  append([texts = []]: readonly (readonly unknown[])[]): void {
    for (const value of texts)
      this.values.push(typeof value === 'string' && !isMissing(value) ? value : null);
  }

  column(): TableColumn {
    return { kind: 'text', name: this.name, values: this.values };
  }
}

/** Every cell as text, nothing guessed; broken records go to reject_errors. */
function scanSql({ path, syntax, dialect, columns, leadingBlankLines }: CsvFile): string {
  const types = columns.map((_, index) => `'${cellColumn(index)}': 'VARCHAR'`).join(', ');
  return `read_csv(${[
    sqlPath(path),
    'auto_detect = false',
    `delim = ${sqlText(syntax.delimiter)}`,
    `quote = ${sqlText(syntax.quote)}`,
    `escape = ${sqlText(syntax.escape)}`,
    `header = ${dialect.hasHeader}`,
    `skip = ${leadingBlankLines}`,
    `columns = {${types}}`,
    'store_rejects = true',
    "compression = 'none'",
    // Else a folder called year=2020 would add a column.
    'hive_partitioning = false',
  ].join(', ')})`;
}

/** Of the scan that just ended. One record may have several errors; the first decides what it is called. */
async function readRejected(file: CsvFile, database: Database, options: QueryOptions): Promise<Rejected> {
  // Its `line` counts records, not lines: only the byte says where a record is.
  const errors = await database.rows(
    `SELECT line_byte_position, arg_min(error_type::VARCHAR, coalesce(column_idx, 0)), arg_min(error_message, coalesce(column_idx, 0))
     FROM reject_errors WHERE scan_id = (SELECT max(scan_id) FROM reject_errors)
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
    const line = await lineOfByte(file.path, first + 1, options.signal);
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
