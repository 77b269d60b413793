// Owns delimited text as a table: DuckDB reads every cell as text, nothing guessed; what it cannot read as a row is
// kept apart and told with its line. A text that it cannot read as it is, it reads from a plain copy.
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { DataIssue } from '../../shared/schema/profile';
import { cellColumn } from './cells';
import type { DelimitedFile } from './csvFile';
import { lineOfByte, linesOfRows, mixesLineEnds } from './csvText';
import { sqlPath, sqlText, type Database, type QueryOptions } from './database';
import { part, type PlainText, type PlainTextSource } from './plainText';
import { isLineTooLong, withRoomForLines, type RowLoader } from './rowLoader';

/** Records that DuckDB could not read as rows. */
interface Rejected {
  readonly bytes: ReadonlySet<number>;
  readonly issues: readonly DataIssue[];
}

export function delimitedLoader(
  file: DelimitedFile,
  text: PlainTextSource,
  database: Database,
  chunkBytes?: number,
): RowLoader {
  let plain: PlainText | undefined;
  let rejected: Rejected | undefined;
  let lineBytes = 0;

  const read = async (path: string, options: QueryOptions): Promise<void> => {
    await withRoomForLines(
      file.path,
      async (bytes) => {
        lineBytes = bytes;
        const scan = scanSql(file, path, bytes);
        // What an earlier scan rejected; this one makes them anew.
        await database.rows('DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans', options);
        await database.rows(`CREATE OR REPLACE TABLE cells AS SELECT * FROM ${scan}`, options);
        const [long] = await database.rows(
          `SELECT 1 FROM reject_errors WHERE error_type::VARCHAR = 'LINE SIZE OVER MAXIMUM' LIMIT 1`,
          options,
        );
        if (long !== undefined) throw new LongLineError();
      },
      (error) => error instanceof LongLineError || isLineTooLong(error),
    );
  };

  /** @returns false where its line ends must be made one first */
  const isRead = async (path: string, options: QueryOptions): Promise<boolean> => {
    try {
      await read(path, options);
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

  return {
    scan: () => ({
      // Broken records are left out without a word: a script has nobody to tell.
      sql: `SELECT * FROM ${scanSql(file, file.path, lineBytes).replace('store_rejects', 'ignore_errors')}`,
      isOfCopy: plain?.path !== file.path,
    }),
    async load(options) {
      const { signal, onProgress } = options;
      plain = await text.get({ signal, onProgress: part(onProgress, 0, 0.4) });
      if (!(await isRead(plain.path, { signal, onProgress: part(onProgress, 0.4, 1) }))) {
        plain = await text.get({ signal, oneLineEnd: file.syntax });
        await read(plain.path, { signal });
      }
      rejected = await readRejected(file, plain.path, database, { signal });
      const [counted] = await database.rows('SELECT count(*) FROM cells', { signal });
      const issues = [...plain.issues, ...rejected.issues];
      return { rows: Number(counted?.[0] ?? 0), issues, encoding: plain.encoding };
    },
    async linesOf(rows, { signal }) {
      if (plain === undefined) throw new BenchError('internal.notLoaded', file.path);
      return linesOfRows(plain.path, rows, {
        syntax: file.syntax,
        skip: file.skip,
        rejectedBytes: rejected?.bytes ?? new Set(),
        blankIsRow: file.columns.length === 1,
        chunkBytes,
        signal,
      });
    },
    dispose: () => text.dispose(),
  };
}

class LongLineError extends Error {}

/** DuckDB follows the first kind of line end and ends at another one. */
export function hasMixedLineEnds(error: unknown): boolean {
  return error instanceof Error && error.message.includes('state machine reached an invalid state');
}

/** Every cell as text; broken records go to reject_errors. */
function scanSql({ syntax, columns, skip }: DelimitedFile, path: string, lineBytes: number): string {
  const types = columns.map((_, index) => `'${cellColumn(index)}': 'VARCHAR'`).join(', ');
  return `read_csv(${[
    sqlPath(path),
    'auto_detect = false',
    `delim = ${sqlText(syntax.delimiter)}`,
    `quote = ${sqlText(syntax.quote)}`,
    `escape = ${sqlText(syntax.escape)}`,
    // The header is among what is skipped: it may have another number of cells.
    'header = false',
    `skip = ${skip}`,
    `columns = {${types}}`,
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
