// Owns what a format of files has to do to be a table: make `cells` (c0, c1, ... as text, in file order) and say on
// which line a row is. JSON lines and Parquet are here; delimited text has a file of its own.
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Disposable } from '../../shared/disposable';
import { BenchError } from '../../shared/errors';
import type { DataIssue } from '../../shared/schema/profile';
import type { Database, QueryOptions } from './database';
import type { EncodingChoice } from './encoding';
import { jsonCells, linesOfFile, type JsonColumns } from './jsonLines';
import type { ParquetFile } from './parquetFile';

export interface LoadedRows {
  readonly rows: number;
  /** What was found while reading: rows kept apart, characters replaced. */
  readonly issues: readonly DataIssue[];
  /** Undefined where the format says it. */
  readonly encoding?: EncodingChoice | undefined;
}

/** The rows as values, behind a view. */
export interface ValueRows extends LoadedRows, Disposable {
  /** Has rid, ord (both the row), rowid and c0, c1, ...; a cell that means "no value" is NULL. */
  readonly view: string;
  /** Columns that are DOUBLE and finite: each of their cells is a number or means "no value". The others are texts. */
  readonly numbers: ReadonlySet<number>;
  /** Columns of text without space around any cell. */
  readonly trimmed: ReadonlySet<number>;
}

/** How the rows are read, to be written down. */
export interface Scan {
  /** SELECT that gives c0, c1, ... as text from the user's own file. */
  readonly sql: string;
  /** The rows are read from a plain copy: DuckDB cannot read the file as it is. */
  readonly isOfCopy: boolean;
}

export interface RowLoader extends Disposable {
  /** Only after `load`. */
  scan(): Scan;
  /** Makes the table `cells` anew. */
  load(options: QueryOptions): Promise<LoadedRows>;
  /**
   * The rows of a large file, where numbers are parsed as it is read, which takes a fraction of the time of parsing texts.
   * Undefined where the file is not large or its format has no such way.
   * @param numbers columns that are wanted as numbers
   */
  readonly loadValues?: (numbers: readonly number[], options: QueryOptions) => Promise<ValueRows | undefined>;
  /**
   * 1-based lines of the file, as `linesOfRows`; empty where the format has none. Only after `load`.
   * @param rows ascending, each once
   */
  linesOf(rows: readonly number[], options: QueryOptions): Promise<number[]>;
}

/** DuckDB's own limit. */
const LINE_BYTES = 2 << 20;
/** It reads 16 lines of this length ahead. */
const MAX_LINE_BYTES = 128 << 20;

/** Reads with the usual room for a line, and with more where a line does not fit. */
export async function withRoomForLines<T>(
  path: string,
  read: (maxLineBytes: number) => Promise<T>,
  isTooLong: (error: unknown) => boolean,
): Promise<T> {
  for (let bytes = LINE_BYTES; ; bytes *= 8) {
    try {
      return await read(Math.min(bytes, MAX_LINE_BYTES));
    } catch (error) {
      if (!isTooLong(error)) throw error;
      if (bytes < MAX_LINE_BYTES) continue;
      throw new BenchError(
        'data.longLine',
        l10n.t(
          '"{0}" has a record of more than {1} MB; expected rows of cells. Check its quotes and its delimiter.',
          basename(path),
          MAX_LINE_BYTES / (1 << 20),
        ),
        { details: { path }, cause: error },
      );
    }
  }
}

/** DuckDB names the option in its message. */
export function isLineTooLong(error: unknown): boolean {
  return error instanceof Error && /max(imum)?[_ ]line[_ ]size/i.test(error.message);
}

export interface JsonText {
  /** The user's file. */
  readonly path: string;
  /** What is read. */
  readonly plainPath: string;
  readonly encoding: EncodingChoice;
}

export function jsonLoader(
  { path, plainPath, encoding }: JsonText,
  columns: JsonColumns,
  database: Database,
): RowLoader {
  return {
    scan: () => ({ sql: jsonCells(linesOfFile(path, LINE_BYTES), columns), isOfCopy: plainPath !== path }),
    async load(options) {
      const { keys } = columns;
      const lines = (bytes: number): string => linesOfFile(plainPath, bytes);
      await withRoomForLines(
        plainPath,
        (bytes) =>
          database.rows(`CREATE OR REPLACE TABLE cells AS ${jsonCells(lines(bytes), columns)}`, options),
        isLineTooLong,
      );
      const [counted] =
        keys.length === 0 ? [[0]] : await database.rows('SELECT count(*) FROM cells', options);
      return { rows: Number(counted?.[0] ?? 0), issues: columns.issues, encoding };
    },
    async linesOf(rows, options) {
      const found = await database.rows(
        `SELECT line FROM cells WHERE rowid IN (${rows.map(Math.floor).join(', ')}) ORDER BY rowid`,
        options,
      );
      return found.map(([line]) => Number(line));
    },
    dispose: () => undefined,
  };
}

export function parquetLoader(file: ParquetFile, database: Database): RowLoader {
  return {
    scan: () => ({ sql: file.cells, isOfCopy: false }),
    async load(options) {
      await database.rows(`CREATE OR REPLACE TABLE cells AS ${file.cells}`, options);
      return { rows: file.rows, issues: [] };
    },
    linesOf: () => Promise.resolve([]),
    dispose: () => undefined,
  };
}
